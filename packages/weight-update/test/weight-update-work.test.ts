import { mapTiles } from '@h2learn/lut-pe'
import type { Layer, LayerInput } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adderWeightUpdateEngine,
  busyAdderWeightUpdateActivity,
  busyWeightUpdateActivity,
  weightUpdateEngine,
  weightUpdateWhatIf,
} from '../src'
import { gradientJob, layerOf } from './workload'

const engine = weightUpdateEngine()
const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)

/** 30 input channels, 200 output channels (blocks of 128 and 72), 10×10 (tiles of 64, 16, 16, 4). */
const hand = layerOf('200C3', 30, 10, 10, 10)
const handWork = weightUpdateWhatIf({ layer: hand, T: 10, B: 4 })

describe('weightUpdateEngine.time', () => {
  it('takes ⌈9·Cin/4⌉ cycles per group of 8 positions and sample, and 16 more to fill the sub-LUTs', () => {
    const { iterations, latency, firstFillBytes, gradientBytes } = engine.time(handWork)
    // ⌈270 / 4⌉ = 68; groups: 8, 2, 2, 1 per sample
    expect(Array.from(iterations.cycles)).toEqual([8, 8, 2, 2, 2, 2, 1, 1].map((groups) => 4 * groups * (68 + 16)))
    expect(latency).toBe(2 * 4 * 13 * 84)
    // first tile: ∇u of 128 channels and the spikes of all 30
    expect(firstFillBytes).toBe(40 * 128 * 64 * 2 + (40 * 30 * 64) / 8)
    expect(iterations.bytes[1]).toBe(40 * 72 * 64 * 2 + (40 * 30 * 64) / 8)
    // FP16 gradients read and written on Mem 2
    expect(gradientBytes).toBe(9 * 30 * 200 * 2 * 2)
  })

  it('hides the fill with a second copy of the sub-LUTs, but never takes less than the 16 cycles of one', () => {
    const shadow = weightUpdateEngine({ shadowLut: true })
    const time = (C: number) =>
      shadow.time(weightUpdateWhatIf({ layer: layerOf('8C3', C, 8, 8), T: 10, B: 4 }, { shadowLut: true })).latency
    expect(time(30)).toBe(4 * 8 * 68)
    expect(time(2)).toBe(4 * 8 * 16)
    expect(shadow.parts['subLut.bit']).toBe(2 * engine.parts['subLut.bit'])
  })

  it('takes max(16, ⌈8·Cin·k²/4⌉) per group in the encoding layer', () => {
    const work = weightUpdateWhatIf({
      layer: layerOf('64C3(Encoding)', 3, 8, 8),
      T: 10,
      B: 4,
      assume: { hiddenFill: true },
    })
    expect(engine.time(work).latency).toBe(4 * 8 * 54)
    const one = weightUpdateWhatIf({
      layer: layerOf('64C3(Encoding)', 1, 8, 8),
      T: 10,
      B: 4,
      assume: { hiddenFill: true },
    })
    expect(engine.time(one).latency).toBe(4 * 8 * 18)
  })

  it('takes 2 samples × 10 timesteps × 128 outputs × 4 inputs per cycle in FC mode', () => {
    const work = (B: number) => weightUpdateWhatIf({ layer: layerOf('200FC', 50, 1, 1), T: 10, B })
    // 2 blocks of outputs × ⌈50 / 4⌉ × ⌈B / 2⌉
    expect(engine.time(work(4)).latency).toBe(2 * 13 * 2)
    expect(engine.time(work(1)).latency).toBe(2 * 13)
    expect(engine.time(work(4)).gradientBytes).toBe(50 * 200 * 4)
  })

  it('needs a second block of timesteps for T > 10; rows idle below', () => {
    const latency = (T: number) => engine.time(weightUpdateWhatIf({ layer: hand, T, B: 4 })).latency
    expect(latency(3)).toBe(latency(10))
    expect(latency(11)).toBe(2 * latency(10))
  })

  it('is never faster than every unit busy', () => {
    const sizes = fc.record({
      C: fc.integer({ min: 1, max: 100 }),
      K: fc.integer({ min: 1, max: 300 }),
      H: fc.integer({ min: 3, max: 20 }),
      k: fc.constantFrom(1, 3, 5),
      T: fc.integer({ min: 1, max: 23 }),
      B: fc.integer({ min: 1, max: 4 }),
      levels: fc.constantFrom(1, 4),
      fc: fc.boolean(),
    })
    fc.assert(
      fc.property(sizes, ({ C, K, H, k, T, B, levels, fc }) => {
        const work = weightUpdateWhatIf({ layer: layerOf(fc ? `${K}FC` : `${K}C${k}`, C, H, H), T, B, levels })
        for (const each of [engine, adderWeightUpdateEngine()]) {
          const { latency, idealCycles, iterations } = each.time(work)
          expect(idealCycles).toBeLessThanOrEqual(latency)
          expect(total(iterations.cycles)).toBe(latency)
          expect(iterations.bytes).toHaveLength(iterations.cycles.length)
        }
      }),
    )
    const full = weightUpdateWhatIf({ layer: layerOf('128C3', 64, 8, 8), T: 10, B: 4 })
    expect(engine.time(full).idealCycles).toBe(4 * 8 * 144)
  })
})

describe('weightUpdateEngine.count', () => {
  it('counts lookups, additions and fills of real timesteps, positions, channels and taps', () => {
    const counts = engine.count(handWork)
    const weights = 9 * 30 * 200
    // sub-LUTs with a position: 16, 4, 4 and 1 per sample (the tile of 4 leaves its second half idle)
    expect(counts['subLut.read:16']).toBe(4 * 25 * 10 * weights)
    expect(counts['acc.add']).toBe(4 * 25 * 10 * weights)
    expect(counts['subLut.write']).toBe(4 * 25 * 10 * 200 * 16)
    expect(counts['subLut.add']).toBe(4 * 25 * 10 * 200 * 11)
    // every group of every sample reads and writes each gradient; ∇w comes from and goes to Mem 2 once
    expect(counts['glb.read']).toBe(handWork.loadBytes + 2 * weights * (4 * 13 + 1))
    expect(counts['glb.write']).toBe(counts['glb.read'])
    expect(counts['pool.scale'] + counts['gate.select']).toBe(0)
  })

  it('counts an addition and a gate per position in the non-LUT baseline, and no fill', () => {
    const counts = adderWeightUpdateEngine().count(handWork)
    expect(counts['acc.add']).toBe(4 * 100 * 10 * 9 * 30 * 200)
    expect(counts['gate.select']).toBe(counts['acc.add'])
    expect(Object.keys(counts).some((name) => name.startsWith('subLut'))).toBe(false)
    expect(adderWeightUpdateEngine().time(handWork).latency).toBe(2 * 4 * 13 * 68)
  })

  it('loads and scales pooled gradients once, and full-size ones if the study is followed', () => {
    const job = { layer: layerOf('8C3-AP2', 4, 8, 8), T: 10, B: 4 }
    const pooled = weightUpdateWhatIf(job)
    expect(engine.count(pooled)['pool.scale']).toBe(40 * 8 * 16)
    const full = weightUpdateWhatIf({ ...job, assume: { fullSizeStorage: true } })
    expect(full.loadBytes - pooled.loadBytes).toBe(40 * 8 * (64 - 16) * 2)
  })

  it('is made of safe integers for every kind of input, and `measure` takes the planes from it', () => {
    const measured = (kind: LayerInput['kind'], text: string) => {
      const job = gradientJob({ layer: layerOf(text, 2, 7, 7), T: 3, B: 3, seed: 2, kind })
      const work = engine.measure(job)
      for (const counts of [engine.count(work), adderWeightUpdateEngine().count(work)])
        for (const n of Object.values(counts)) expect(Number.isSafeInteger(n)).toBe(true)
      return work
    }
    expect(measured('spikes', '4C3').groupCycles).toBe(5)
    expect(measured('levels', '4C3-AP2').groupCycles).toBe(14)
    expect(measured('pixels', '4C3(Encoding)').groupCycles).toBe(36)
    expect(measured('spikes', '4FC').groupCycles).toBe(25)
    expect(measured('spikes', '4C3')).toEqual(weightUpdateWhatIf({ layer: layerOf('4C3', 2, 7, 7), T: 3, B: 3 }))
  })

  it('states the ping-pong buffer of the largest grid iteration and the gradients kept on chip', () => {
    const layer = layerOf('128C3', 512, 8, 8)
    // one sample in KiB: gradients 9·512·128·2 = 1152, ∇u 10·128·64·2 = 160, spikes 10·512·64/8 = 40, each twice
    expect(weightUpdateWhatIf({ layer, T: 10, B: 1 }).bufferBytes).toBe(2 * 1024 * (1152 + 160 + 40))
    // the PEs take one sample at a time: four need no more
    expect(weightUpdateWhatIf({ layer, T: 10, B: 4 }).bufferBytes).toBe(2 * 1024 * (1152 + 160 + 40))
    const small = { requireFit: true, glbKiB: 2684 }
    expect(() => weightUpdateWhatIf({ layer, T: 10, B: 4 }, small)).toThrow(
      'at most 2684 KiB, the global buffer, got 2704 KiB, double-buffered',
    )
    expect(weightUpdateWhatIf({ layer, T: 10, B: 4 }, { ...small, glbKiB: 2704 }).bufferBytes / 1024).toBe(2704)
  })
})

describe('weightUpdateWhatIf under the assumptions of the study', () => {
  const assume = { hiddenFill: true, fullSizeStorage: true, noFirstFill: true }

  /** wu_layer of the study's throughput model, 160 bytes per cycle on Mem 0/1. */
  const study = ({ C, H, K, R, S, convH, stride, kind, encoding }: Layer) => {
    const bound = (cycles: number, bytes: number) => Math.max(cycles, bytes / 160)
    const outputs = Math.ceil(K / 128)
    if (kind === 'fc') {
      const inputs = C * R * S
      return bound((outputs * inputs * 2) / 4, 40 * ((inputs / 8) * outputs + K * 2))
    }
    expect(H).toBe(convH * stride)
    return mapTiles(convH, convH, 8).reduce((sum, { h, w }) => {
      const cycles = 4 * Math.ceil((h * w) / 8) * Math.max(16, ((encoding ? 8 : 1) * C * 9) / 4)
      const bytes = 40 * (Math.min(K, 128) * h * w * 2 + (C * h * w * stride * stride) / 8)
      return sum + outputs * bound(cycles, bytes)
    }, 0)
  }

  it.each([
    ['64C3(Encoding)', 3, 32],
    ['128C3-AP2', 64, 28],
    ['256C3S2', 128, 56],
    ['512C3', 512, 8],
    ['512FC', 512, 7],
  ])('agrees with its Weight Update Engine within 0.5 %%: %s on %i channels of %i', (text, C, H) => {
    const layer = layerOf(text, C, H, H, 10)
    const { iterations, firstFillBytes } = engine.time(weightUpdateWhatIf({ layer, T: 10, B: 4, assume }))
    const cycles = iterations.cycles.reduce((sum, c, i) => sum + Math.max(c, iterations.bytes[i]! / 160), 0)
    expect(firstFillBytes).toBe(0)
    expect(Math.abs(cycles / study(layer) - 1)).toBeLessThan(0.005)
  })
})

describe('parts', () => {
  it('are those of Table VII: 10 240 adders, 2 sub-LUTs of 32 bytes in 1280 PEs', () => {
    expect(engine.parts).toEqual({
      'acc.adder': 10240,
      'subLut.bit': 1280 * 2 * 16 * 16,
      'subLut.portBit': 1280 * 4 * 2 * 15 * 16,
      'glb.KiB': 2684,
    })
  })

  it('are 40 960 adders without LUTs', () => {
    expect(adderWeightUpdateEngine().parts).toEqual({
      'acc.adder': 40960,
      'weight.bit': 1280 * 8 * 16,
      'gate.word': 1280 * 8 * 4,
      'glb.KiB': 2684,
    })
  })
})

describe('busyWeightUpdateActivity', () => {
  it('is a cycle of every PE, lane and adder, and the buffer traffic of the power estimate', () => {
    expect(busyWeightUpdateActivity()).toEqual({
      'acc.add': 10240,
      'subLut.read:16': 10240,
      'glb.read': 128 * 4 * 2 + 70,
      'glb.write': 128 * 4 * 2 + 70,
    })
    expect(busyAdderWeightUpdateActivity()).toMatchObject({ 'acc.add': 40960, 'gate.select': 40960 })
  })
})
