import { describe, expect, it } from 'vitest'
import { forwardPass } from '../src/bptt'
import { reusableBuffers } from '../src/buffers'
import { InputError } from '../src/errors'
import { parseNetwork } from '../src/network'
import { defaultNeuron } from '../src/neuron'
import { weightsOf } from '../src/parameters'
import { tensor } from '../src/tensor'
import { checkTrainingMemory, trainingBytes } from '../src/training-memory'

const adam = { precision: 'f32', optimizer: { kind: 'adam' } } as const

describe('trainingBytes', () => {
  it('by hand: weights, gradients, two moments, and potentials and gradients of eight samples', () => {
    const network = parseNetwork('4C3(Encoding)-3FC', { input: { C: 1, H: 6, W: 6 }, T: 5 })
    // 36 + 432 parameters four times; 4 · 36 neurons at 5 timesteps of 8 samples, twice
    expect(trainingBytes(network, adam)).toBe(4 * (4 * 468 + 2 * 144 * 5 * 8))
    expect(trainingBytes(network, { ...adam, precision: 'f64' })).toBe(8 * (4 * 468 + 2 * 144 * 5 * 8))
    const sgd = { kind: 'sgd', learningRate: 0.1 } as const
    expect(trainingBytes(network, { ...adam, optimizer: sgd })).toBe(4 * (2 * 468 + 2 * 144 * 5 * 8))
    const needed = trainingBytes(network, adam)
    expect(() => checkTrainingMemory(network, adam, needed)).not.toThrow()
    expect(() => checkTrainingMemory(network, adam, needed - 1)).toThrow(
      `expected a training that fits into ${needed - 1} bytes of memory, got one that takes at least ${needed} bytes`,
    )
  })
})

describe('an array that cannot be', () => {
  const says = (run: () => unknown, text: string) => {
    expect(run).toThrow(InputError)
    expect(run).toThrow(text)
  }

  it('is refused with the bytes it would take, as a tensor, a buffer and the maps of a layer', () => {
    const shape = { T: 1000, B: 1000, C: 100, H: 100, W: 100 }
    says(() => tensor('TBCHW', 'f32', shape), '1000000000000 values, 4000000000000 bytes')
    says(() => tensor('TBCHW', 'bit', shape), '1000000000000 values, 125000000000 bytes')
    says(() => reusableBuffers().bits('spikes', 2 ** 33), 'spikes: expected an array that fits into memory')
    // 600 neurons · 10^7 timesteps: the layer's maps cannot be made, whoever asks for them
    const network = parseNetwork('600FC(Encoding)-1FC', { input: { C: 1, H: 1, W: 1 }, T: 10_000_000 })
    const weights = weightsOf(network, new Float32Array(1200))
    const pixels = tensor('BCHW', 'u8', { B: 1, C: 1, H: 1, W: 1 })
    const run = () => forwardPass(network, weights, { kind: 'pixels', data: pixels }, defaultNeuron, 'f32')
    says(run, '6000000000 values, 24000000000 bytes')
  })
})
