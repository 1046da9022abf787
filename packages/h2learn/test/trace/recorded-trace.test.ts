import { accelerator } from '@h2learn/accelerator'
import { defaultNeuron, density, f16Bits, InputError, parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { parseDensities, sparsitiesOf } from '../../src/trace/densities'
import type { NpyArray } from '../../src/trace/npy'
import { bytesSource, openNpz, writeNpz } from '../../src/trace/npz'
import { openTrace } from '../../src/trace/recorded-trace'
import { arraysOf, bytesOf, float16, float32, int64, packbits, recordedStep } from './trace-helper'

const text = '6C3(Encoding)-8C3-AP2-12C3-10FC-5FC'
const record = recordedStep(text)
const { network } = record
const open = (arrays: Record<string, NpyArray>, options = {}) =>
  openTrace({
    network,
    neuron: defaultNeuron,
    archive: openNpz(bytesSource('t.npz', writeNpz(arrays))),
    name: 't.npz',
    ...options,
  })
const chip = accelerator()

describe('openTrace', () => {
  it.each([
    ['one byte a bit', {}],
    ['packed bits', { packed: true }],
    ['gradients in half precision', { half: true }],
  ])('gives the chip exactly the work of the step it was recorded from: %s', (_, form) => {
    const trace = open(arraysOf(record, form))
    expect(trace.B).toBe(4)
    expect(trace.entries.every(({ from }) => from === 'file')).toBe(true)
    const again = trace.record(0, 4, record.batch)
    again.layers.forEach((layer, l) => {
      expect(layer.spikes.data).toEqual(record.layers[l]!.spikes.data)
      expect(layer.spikeGradMask.data).toEqual(record.layers[l]!.spikeGradMask.data)
    })
    const [a, b] = [chip.simulate([again]), chip.simulate([record])]
    expect(a.period).toEqual(b.period)
    expect(a.energyPerGroup).toEqual(b.energyPerGroup)
    expect(a.stages[0]!.map(({ cycles }) => cycles)).toEqual(b.stages[0]!.map(({ cycles }) => cycles))
  })

  it('does so for networks without encoding layer and with pooled spikes', () => {
    const other = recordedStep('6C3-AP2(spikes)-8C3-5FC')
    const trace = open(arraysOf(other, { packed: true }), { network: other.network })
    const again = trace.record(0, 4, other.batch)
    expect(again.layers.map(({ input }) => input.kind)).toEqual(['spikes', 'levels', 'spikes'])
    expect(again.layers[1]!.input).toEqual(other.layers[1]!.input)
    expect(chip.simulate([again]).period).toEqual(chip.simulate([other]).period)
  })

  it('cuts samples out of a larger batch', () => {
    const whole = recordedStep(text, { batch: 6, rows: [0, 1, 2, 3, 4, 5] })
    const part = recordedStep(text, { batch: 6, rows: [4, 5] })
    const cut = open(arraysOf(whole)).record(4, 2, 6)
    expect(cut.B).toBe(2)
    cut.layers.forEach((layer, l) => {
      expect(layer.spikes.data).toEqual(part.layers[l]!.spikes.data)
      expect([...layer.gradU.data]).toEqual([...part.layers[l]!.gradU.data])
    })
  })

  it('derives spikes and masks from potentials, and draws what is left with stated densities, marked', () => {
    const all = arraysOf(record)
    const some = Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('potential/conv')))
    const densities = parseDensities(network, 'layer,spikes,mask,gradU\nfc1,0.5,0.25,\nconv2,,,0', 'd.csv')
    const trace = open(some, { densities })
    const of = (layer: string) =>
      trace.entries.filter((entry) => entry.layer === layer).map(({ tensor, from, density: d }) => [tensor, from, d])
    expect(of('conv1')).toEqual([
      ['spikes', 'derived', undefined],
      ['mask', 'derived', undefined],
      ['gradU', 'drawn', 1],
      ['potential', 'file', undefined],
    ])
    expect(of('fc1')).toEqual([
      ['spikes', 'drawn', 0.5],
      ['mask', 'drawn', 0.25],
      ['gradU', 'drawn', 1],
      ['potential', 'zero', undefined],
    ])
    const made = trace.record(0, 4, 4)
    expect(made.layers[0]!.spikes.data).toEqual(record.layers[0]!.spikes.data)
    expect(made.layers[0]!.spikeGradMask.data).toEqual(record.layers[0]!.spikeGradMask.data)
    expect(made.layers[1]!.gradU.data.every((x) => x === 0)).toBe(true)
    expect(made.layers[0]!.gradU.data.every((x) => x === 1)).toBe(true)
    expect(density(made.layers[3]!.spikes)).toBeCloseTo(0.5, 0)
    // the same seed draws the same bits
    expect(trace.record(0, 4, 4)).toEqual(made)
  })

  it('names what is wrong with an array', () => {
    const all = arraysOf(record)
    const shape = [3, 4, 6, 8, 8]
    const wrong = (change: Record<string, NpyArray>) => () => open({ ...all, ...change })
    expect(wrong({ 'spikes/conv9': bytesOf([1], [1]) })).toThrow('expected a layer of')
    expect(wrong({ 'spikes/conv1': bytesOf([4, 3, 6, 8, 8], new Uint8Array(4608)) })).toThrow(
      't.npz: spikes/conv1: expected [3, B, 6, 8, 8] (T, B, C, H, W), got [4, 3, 6, 8, 8]; the first axis is time',
    )
    expect(wrong({ 'spikes/conv1': bytesOf(shape, new Uint8Array(4608).fill(2)) })).toThrow('values 0 and 1')
    expect(wrong({ 'spikes/conv1': int64([1]) })).toThrow('[3, B, 6, 8, 8]')
    expect(wrong({ 'gradU/conv1': bytesOf(shape, new Uint8Array(4608)) })).toThrow('float16 or float32')
    expect(wrong({ 'mask/conv2': bytesOf([3, 2, 8, 4, 4], new Uint8Array(768)) })).toThrow('4 samples')
    expect(wrong({ 'spikes/conv1_packed': bytesOf([1], [1]) })).toThrow('the array once')
    expect(() => open({ labels: bytesOf([1], [1]) })).toThrow('spikes/<layer>')
    const packed = packbits(bytesOf(shape, new Uint8Array(4608)))
    expect(() => open({ 'spikes/conv1_packed': packed })).toThrow('shape/conv1')
    expect(() => open({ 'spikes/conv1_packed': packed, 'shape/conv1': int64([3, 4, 6, 8, 9]) })).toThrow(InputError)
    expect(open({ ...all, labels: bytesOf([1], [1]) }).ignored).toEqual(['labels'])
    // floats that are zeros and ones pass as bits
    expect(open({ 'spikes/conv1': float32(shape, new Float32Array(4608).fill(1)) }).B).toBe(4)
  })
})

/** A copy of an array with one number changed. */
const withReal = ({ descr, shape, data }: NpyArray, at: number, value: number): NpyArray => {
  const copy = data.slice()
  const view = new DataView(copy.buffer)
  if (descr === '<f2') view.setUint16(2 * at, f16Bits(value), true)
  else view.setFloat32(4 * at, value, true)
  return { descr, shape, data: copy }
}

describe('openTrace refuses numbers that cannot be', () => {
  const all = arraysOf(record)
  const halves = arraysOf(record, { half: true })
  const at = ((2 * 4 + 1) * 8 + 5) * 16 + 7 // t 2, sample 1, channel 5, y 1, x 3 of conv2's 3 × 4 × 8 × 4 × 4

  it.each([NaN, Infinity, -Infinity])('%s, naming array and element, in float16 and float32', (value) => {
    for (const arrays of [all, halves])
      for (const name of ['gradU/conv2', 'potential/conv2'])
        expect(() => open({ ...arrays, [name]: withReal(arrays[name]!, at, value) })).toThrow(
          `t.npz: ${name}: expected finite numbers, got ${value} at element [2, 1, 5, 1, 3]`,
        )
    const none = float32([3, 4, 10], new Float32Array(120).fill(value))
    expect(() => open({ ...all, 'gradU/fc1': none })).toThrow('gradU/fc1: expected finite numbers')
    expect(() => open({ ...all, 'spikes/fc1': none })).toThrow('spikes/fc1: expected values 0 and 1')
  })

  it('but takes finite ones that overflow FP16, and says how many', () => {
    const large = { ...all, 'gradU/conv2': withReal(withReal(all['gradU/conv2']!, at, 65520), 0, 65519) }
    expect(open(large).overflows).toEqual([{ array: 'gradU/conv2', values: 1 }])
    expect(open(large, { lossScale: 2 }).overflows).toEqual([{ array: 'gradU/conv2', values: 2 }])
    expect(open(all).overflows).toEqual([])
  })

  it('spikes and masks that contradict the potentials, whether packed or not', () => {
    const flipped = (array: NpyArray, i: number): NpyArray => {
      const data = array.data.slice()
      data[i]! ^= 1
      return { ...array, data }
    }
    for (const [kind, hint] of [
      ['mask', '--grad-window'],
      ['spikes', '--threshold'],
    ] as const) {
      const name = `${kind}/conv2`
      const wrong = flipped(all[name]!, at)
      const message = new RegExp(
        `t.npz: ${name}(_packed)?: expected [01], since .*element \\[2, 1, 5, 1, 3\\].*${hint}`,
      )
      expect(() => open({ ...all, [name]: wrong })).toThrow(message)
      const { [name]: _, ...rest } = all
      const packed = { ...rest, [`${name}_packed`]: packbits(wrong), 'shape/conv2': int64([3, 4, 8, 4, 4]) }
      expect(() => open(packed)).toThrow(message)
    }
    // another threshold than the recording's
    expect(() => open(all, { neuron: { ...defaultNeuron, fireThreshold: 1.25 } })).toThrow('threshold 1.25')
  })

  it('but not where the rounding of the potentials decides', () => {
    const shape = [3, 1, 10]
    const of = (u: number, bit: number, write: typeof float32) => () =>
      open({
        'potential/fc1': write(shape, new Float32Array(30).fill(u)),
        'spikes/fc1': bytesOf(shape, new Uint8Array(30).fill(bit)),
      })
    // 0.9998 is rounded to 1 in half precision, and its spike is 0
    for (const bit of [0, 1]) expect(of(1, bit, float16)().B).toBe(1)
    expect(of(1.002, 0, float16)).toThrow('expected 1')
    expect(of(1.0002, 0, float32)).toThrow('expected 1')
    expect(of(0.9998, 1, float32)).toThrow('expected 0')
  })

  it.each(['little', 'damaged'])('bits beyond the width of a packed row: %s', (kind) => {
    // rows of 10 bits in two bytes: the last six of the second are zero
    const bits = bytesOf(
      [3, 4, 10],
      Array.from({ length: 120 }, () => 1),
    )
    const packed = packbits(bits)
    const data = packed.data.map((_, i) => (kind === 'little' ? [0xff, 0x03] : [0xff, 0xc1])[i % 2]!)
    const arrays = { 'spikes/fc1_packed': { ...packed, data }, 'shape/fc1': int64([3, 4, 10]) }
    expect(() => open({ ...arrays, 'spikes/fc1_packed': packed })).not.toThrow()
    expect(() => open(arrays)).toThrow(
      kind === 'little' ? /element \[0, 0, 1\].*bitorder='little'/ : /element \[0, 0, 1\].*the array, or the shape/,
    )
  })
})

describe('parseDensities', () => {
  const dense = parseNetwork('6C3(Encoding)-8C3-10FC', { input: { C: 1, H: 8, W: 8 }, T: 2 })

  it('reads JSON by layer, JSON as Table III, and CSV', () => {
    const byLayer = parseDensities(dense, '{"layers": {"conv1": {"mask": 0.25}, "conv2": {"gradU": 0.1}}}', 'd.json')
    const table = parseDensities(dense, '{"output_sparsity": [0.75], "input_sparsity": [0.9]}', 't.json')
    const csv = parseDensities(dense, '# of step 9\nlayer,mask,gradU\nconv1,0.25,\nconv2,,0.1\n', 'd.csv')
    for (const densities of [byLayer, table, csv]) {
      expect(densities.layers.conv1!.mask).toBeCloseTo(0.25, 12)
      expect(densities.layers.conv2!.gradU).toBeCloseTo(0.1, 12)
      expect(densities.layers.fc1).toEqual({ spikes: 0.15, mask: 1, gradU: 1 })
      const { outputSparsity, inputSparsity } = sparsitiesOf(dense, densities)
      expect(outputSparsity[0]).toBeCloseTo(0.75, 12)
      expect(inputSparsity[0]).toBeCloseTo(0.9, 12)
    }
  })

  it('names file, line and layer of what it cannot take', () => {
    const read = (content: string) => () => parseDensities(dense, content, 'd')
    expect(read('layer,mask\nconv1,25')).toThrow(
      'd, line 2: conv1.mask: expected a share from 0 to 1, got "25"; is it in percent',
    )
    expect(read('layer,mask\nconv5,0.2')).toThrow('a layer of 6C3(Encoding)-8C3-10FC: conv1, conv2, fc1')
    expect(read('layer,mask\nconv1')).toThrow('2 cells')
    expect(read('conv1,0.2')).toThrow('a first line')
    expect(read('layer,density\nconv1,0.2')).toThrow('spikes, mask, gradU')
    expect(read('{"layers": 3}')).toThrow('expected {"layers"')
    expect(read('{"output_sparsity": [0.1, 0.2], "input_sparsity": [0.9]}')).toThrow('1 shares, one each')
    expect(read('{')).toThrow('JSON')
  })
})
