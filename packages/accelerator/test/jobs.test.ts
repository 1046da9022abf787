import { ConfigError } from '@h2learn/hw'
import { countBits, f16Bits, f16Decode, getBit, sizeOf } from '@h2learn/snn-core'
import type { BackwardInput } from '@h2learn/sparse-backward'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accelerator, jobsOf, storedPotentials } from '../src'
import { recorded } from './recorded'

const record = recorded({ text: '4C3(Encoding)-6C3-AP2-8FC-3FC', T: 3, rows: [1, 4] })
const jobs = jobsOf(record)

describe('jobsOf', () => {
  it('gives Forward every layer, Backward the output first and no pass below the first layer, Weight Update every layer', () => {
    expect(jobs.forward.map(({ layer }) => layer.name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2'])
    expect(jobs.backward.map((job) => (job.kind === 'output' ? 'output' : job.layer.name))).toEqual([
      'output',
      'fc2',
      'fc1',
      'conv2',
    ])
    expect(jobs.backward.map(({ target }) => target.layer.name)).toEqual(['fc2', 'fc1', 'conv2', 'conv1'])
    expect(jobs.weightUpdate.map(({ layer }) => layer.name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2'])
  })

  it('hands on spikes, inputs and masks bit for bit', () => {
    record.layers.forEach(({ input, spikes, spikeGradMask }, l) => {
      expect(jobs.forward[l]!.input).toBe(input)
      expect(jobs.forward[l]!.spikeGradMask).toBe(spikeGradMask)
      expect(jobs.weightUpdate[l]!.input).toBe(input)
      const { target } = jobs.backward[record.layers.length - 1 - l]!
      expect(target.spikes).toBe(spikes)
      expect(target.spikeGradMask).toBe(spikeGradMask)
    })
  })

  it('rounds weights and gradients to FP16 once, and gives the same rounded gradient to both engines', () => {
    record.layers.forEach(({ weights, gradU }, l) => {
      expect([...jobs.forward[l]!.weights.data]).toEqual([...weights.data].map((w) => f16Bits(w)))
      expect([...jobs.weightUpdate[l]!.gradU.data]).toEqual([...gradU.data].map((g) => f16Bits(g)))
    })
    const fc2 = jobs.backward[1]!
    expect(fc2.kind === 'layer' && fc2.gradU).toBe(jobs.weightUpdate[3]!.gradU)
  })

  it('stores potentials of open windows only for convolutions, and all of them for fully connected layers', () => {
    for (const layer of record.layers) {
      const { mask, values } = storedPotentials(layer)
      const neurons = sizeOf('TBCHW', mask.shape)
      const open = countBits(layer.spikeGradMask.data)
      expect(values.length).toBe(layer.layer.kind === 'conv' ? open : neurons)
      expect(countBits(mask.data)).toBe(values.length)
      const kept = [...layer.potentials.data].filter((_, i) => getBit(mask.data, i))
      expect([...values]).toEqual(kept.map((u) => f16Bits(u)))
    }
  })

  it('multiplies every gradient, and only gradients, by the loss scale before rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (lossScale) => {
        const scaled = jobsOf(record, lossScale)
        record.layers.forEach(({ gradU }, l) => {
          expect([...scaled.weightUpdate[l]!.gradU.data]).toEqual([...gradU.data].map((g) => f16Bits(g * lossScale)))
          expect(scaled.forward[l]!.weights).toEqual(jobs.forward[l]!.weights)
        })
        const [output] = scaled.backward
        const gradS = output!.kind === 'output' ? output!.gradS : undefined
        expect([...f16Decode(gradS!.data)]).toEqual([
          ...f16Decode(Uint16Array.from(record.gradOutput.data, (g) => f16Bits(g * lossScale))),
        ])
      }),
      { numRuns: 10 },
    )
  })

  it('loses gradients below the FP16 range that a loss scale keeps', () => {
    const small = { ...record.gradOutput, data: record.gradOutput.data.map(() => 2 ** -26) }
    const bits = (lossScale: number) => {
      const [output] = jobsOf({ ...record, gradOutput: small }, lossScale).backward
      return output!.kind === 'output' ? output!.gradS.data[0] : undefined
    }
    expect(bits(1)).toBe(0)
    expect(bits(4)).toBe(1) // 2^−24, the smallest subnormal
  })

  it.each([0, -1, Number.NaN, Infinity])('refuses a loss scale of %s', (lossScale) => {
    expect(() => jobsOf(record, lossScale)).toThrow(ConfigError)
  })
})

describe('recorded tensors that are not numbers', () => {
  const changed = (name: 'weights' | 'potentials' | 'gradU', value: number) => {
    const layers = record.layers.map((layer) => ({
      ...layer,
      [name]: { ...layer[name], data: layer[name].data.slice() },
    }))
    layers[1]![name].data[9] = value
    return { ...record, layers }
  }

  it.each(['weights', 'potentials', 'gradU'] as const)('are refused by name and element: %s', (name) => {
    for (const value of [NaN, Infinity, -Infinity])
      expect(() => jobsOf(changed(name, value))).toThrow(
        new RegExp(`record: ${name} of conv2: expected finite numbers, got ${value} at [TK] 0, [BC] \\d`),
      )
    expect(() => accelerator().simulate([changed(name, NaN)])).toThrow('finite numbers')
  })

  it('are refused by the engines too, where FP16 goes on with infinities', () => {
    const { forward, backward, weightUpdate } = accelerator().engines
    const broken = <T extends { data: Uint16Array }>(tensor: T, bits: number): T => {
      const data = tensor.data.slice()
      data[5] = bits
      return { ...tensor, data }
    }
    const [weights, gradU] = [jobs.forward[1]!.weights, jobs.weightUpdate[1]!.gradU]
    const conv2 = jobs.backward.find((job) => job.kind === 'layer' && job.layer.name === 'conv2')!
    for (const bits of [0x7e00, 0xffff]) {
      expect(() => forward.run({ ...jobs.forward[1]!, weights: broken(weights, bits) })).toThrow('conv2/weights')
      expect(() => weightUpdate.run({ ...jobs.weightUpdate[1]!, gradU: broken(gradU, bits) })).toThrow('conv2/gradU')
      expect(() => backward.measure({ ...conv2, gradU: broken(gradU, bits) } as BackwardInput)).toThrow('conv2 gradU')
    }
    expect(() => weightUpdate.run({ ...jobs.weightUpdate[1]!, gradU: broken(gradU, 0x7c00) })).not.toThrow()
  })
})
