import { describe, expect, it } from 'vitest'
import {
  evaluateNetwork,
  indicesOf,
  parameterCount,
  parseNetwork,
  requireNumbers,
  type Samples,
  ShapeError,
  startTraining,
  tensor,
  trainingConfig,
  trainNetwork,
} from '../src'

const network = parseNetwork('2C3(Encoding)-3FC', { input: { C: 1, H: 4, W: 4 }, T: 2 })
const samples: Samples = {
  name: 'two',
  origin: 'made in a test',
  synthetic: true,
  kind: 'pixels',
  count: 2,
  classes: 3,
  shape: { C: 1, H: 4, W: 4 },
  T: 1,
  data: new Uint8Array(32).fill(100),
  labels: Uint8Array.of(0, 1),
}

describe('numbers that cannot be', () => {
  it('has the indices of an element, the last axis fastest', () => {
    expect(indicesOf([2, 3, 4], 17)).toEqual([1, 1, 1])
    expect(indicesOf([], 0)).toEqual([])
  })

  it('names the element of a tensor by its axes', () => {
    const maps = tensor('TBCHW', 'f32', { T: 2, B: 1, C: 3, H: 2, W: 2 })
    expect(() => requireNumbers(maps, 'u')).not.toThrow()
    maps.data[12 + 4 + 3] = -Infinity
    expect(() => requireNumbers(maps, 'u')).toThrow(
      'u: expected finite numbers, got -Infinity at T 1, B 0, C 1, H 1, W 1',
    )
  })

  it.each([NaN, Infinity])('refuses weights with %s in training and evaluation, naming the layer', async (value) => {
    const weights = new Float32Array(parameterCount(network)).fill(0.1)
    weights[18 + 5] = value
    const config = trainingConfig({ batch: 2 })
    const message = `weights of fc1: expected finite numbers, got ${value} at K 0, C 0, R 1, S 1`
    await expect(trainNetwork({ network, samples, config, state: startTraining(config, weights) })).rejects.toThrow(
      message,
    )
    const { neuron, loss } = config
    await expect(evaluateNetwork({ network, weights, samples, neuron, loss })).rejects.toThrow(message)
  })

  it('refuses bits past the end of a tensor of bits, which counts would count', () => {
    const shape = { T: 1, B: 1, C: 3, H: 3, W: 4 }
    expect(tensor('TBCHW', 'bit', shape, Uint32Array.of(2 ** 32 - 1, 15)).data.length).toBe(2)
    expect(() => tensor('TBCHW', 'bit', shape, Uint32Array.of(0, 16))).toThrow(ShapeError)
    expect(() => tensor('TBCHW', 'bit', shape, Uint32Array.of(0, 2 ** 31))).toThrow('bits beyond them: 0x80000000')
  })
})
