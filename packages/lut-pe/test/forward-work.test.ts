import { CapacityError } from '@h2learn/hw'
import type { Layer, LayerInput } from '@h2learn/snn-core'
import { countBits, tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adderForwardEngine,
  busyAdderForwardActivity,
  busyForwardActivity,
  forwardEngine,
  forwardWhatIf,
  mapTiles,
} from '../src'
import { forwardJob, layerOf, randomBits } from './workload'

const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)
const engine = forwardEngine()

/** 130 input channels (3 blocks: 64, 64, 2), 20 output channels (2 blocks: 16, 4), 10×10 (tiles of 64, 16, 16, 4). */
const hand = layerOf('20C3', 130, 10, 10, 10)
const handWork = forwardWhatIf({ layer: hand, T: 10, B: 4, outputDensity: 0.25 })

describe('forwardEngine.time', () => {
  it('takes 40 · ⌈P/4⌉ cycles per grid iteration and 8 more to fill the sub-LUTs', () => {
    const { iterations, latency } = engine.time(handWork)
    // 4 tiles × 2 output blocks × 3 input blocks
    expect(iterations.cycles).toHaveLength(24)
    // tile of 64: 40 · 16 + 8 = 648; of 16: 168; of 4: 48. The Soma needs 40·16·64/64 = 640 in the third iteration
    expect(Array.from(iterations.cycles.slice(0, 6))).toEqual([648, 648, 648, 648, 648, 648])
    expect(iterations.cycles[6]).toBe(168)
    expect(iterations.cycles[23]).toBe(48)
    // 6 · (648 + 168 + 168 + 48)
    expect(latency).toBe(6192)
  })

  it('gives each iteration its weights, its input tiles and an even share of the outputs of the sweep', () => {
    const { iterations, firstFillBytes } = engine.time(handWork)
    // weights 9·64·16·2 = 18432, spikes 64·40·64/8 = 20480
    expect(firstFillBytes).toBe(38912)
    // outputs of 16 channels: 40960 neurons, a quarter of them with 2 bytes, 2 bits for all: 20480 + 10240
    expect(iterations.bytes[0]).toBe(38912 + 30720 / 3)
    // third block: 2 channels: 9·2·16·2 + 2·40·64/8
    expect(iterations.bytes[2]).toBe(576 + 640 + 30720 / 3)
  })

  it('hides the fill with a second copy of the sub-LUTs and pays its bits', () => {
    const shadow = forwardEngine({ shadowLut: true })
    const work = forwardWhatIf({ layer: hand, T: 10, B: 4, outputDensity: 0.25 }, { shadowLut: true })
    // 6 · 40 · (16 + 4 + 4 + 1)
    expect(shadow.time(work).latency).toBe(6000)
    expect(shadow.parts['subLut.bit']).toBe(2 * engine.parts['subLut.bit'])
    // what-if: hidden without paying; and never faster than one fill per iteration
    const free = forwardWhatIf({ layer: hand, T: 10, B: 4, outputDensity: 0.25, assume: { hiddenFill: true } })
    expect(engine.time(free).latency).toBe(6000)
    const tiny = forwardWhatIf({ layer: hand, T: 1, B: 1, outputDensity: 0, assume: { hiddenFill: true } })
    // tiles take 16, 4, 4 and 1 cycles: three of them wait for the 8 of the next fill
    expect(engine.time(tiny).latency).toBe(6 * (16 + 8 + 8 + 8))
  })

  it('lets the Soma bound the encoding layer: computed once per sample, integrated T times', () => {
    const layer = layerOf('64C3(Encoding)', 3, 32, 32, 10)
    const work = forwardWhatIf({ layer, T: 10, B: 4, outputDensity: 0.3 })
    // array: 8 planes · 4 samples · 16 = 512, + 8 of fill; Soma: 40·16·64 / 64 = 640
    expect(engine.time(work).latency).toBe(16 * 4 * 640)
    const free = forwardWhatIf({ layer, T: 10, B: 4, outputDensity: 0.3, assume: { unboundedSoma: true } })
    expect(engine.time(free).latency).toBe(16 * 4 * 520)
    expect(engine.count(work)['soma.update']).toBe(10 * 4 * 64 * 32 * 32)
  })

  it('takes 192 inputs × 16 outputs × 4 vectors per cycle in FC mode, blocks rounded up, no fill', () => {
    const layer = layerOf('20FC', 200, 1, 1, 10)
    const work = forwardWhatIf({ layer, T: 10, B: 3, outputDensity: 0.1 })
    const { latency, iterations, firstFillBytes } = engine.time(work)
    // 2 input blocks × 2 output blocks × ⌈30 / 4⌉
    expect(latency).toBe(4 * 8)
    // weights 192·16·2 and spikes of 30 vectors 192·30/8
    expect(firstFillBytes).toBe(6144 + 720)
    // all weights, all inputs once, dense potentials and 2 bits
    expect(total(iterations.bytes)).toBe(200 * 20 * 2 + (192 * 30) / 8 + (8 * 30) / 8 + 30 * 20 * 2 + 2 * (60 + 15))
    expect(engine.count(work)).toMatchObject({ 'gate.select': 30 * 200 * 20, 'acc.add': 30 * 200 * 20 })
  })

  it('runs T > 10 in blocks and T < 10 with fewer tiles', () => {
    const layer = layerOf('16C3', 64, 8, 8)
    const cycles = (T: number, B: number) => engine.time(forwardWhatIf({ layer, T, B, outputDensity: 0 })).latency
    expect(cycles(10, 4)).toBe(640 + 8)
    expect(cycles(13, 4)).toBe(640 + 8 + 3 * 4 * 16 + 8)
    expect(cycles(3, 2)).toBe(3 * 2 * 16 + 8)
  })

  it('runs a 5×5 kernel in three passes', () => {
    const layer = layerOf('16C5', 64, 8, 8)
    const work = forwardWhatIf({ layer, T: 10, B: 4, outputDensity: 0 })
    expect(engine.time(work).latency).toBe(3 * 648)
    // 9 + 9 + 7 taps: 8 sub-LUTs with three, one with a single tap
    expect(engine.count(work)['subLut.write']).toBe(64 * 16 * (8 * 8 + 2))
  })

  it('is never faster than every unit busy', () => {
    fc.assert(
      fc.property(
        fc.record({
          C: fc.integer({ min: 1, max: 200 }),
          K: fc.integer({ min: 1, max: 40 }),
          H: fc.integer({ min: 3, max: 20 }),
          k: fc.constantFrom(1, 3, 5),
          stride: fc.constantFrom(1, 2),
          T: fc.integer({ min: 1, max: 23 }),
          B: fc.integer({ min: 1, max: 4 }),
          levels: fc.constantFrom(1, 4),
          fc: fc.boolean(),
        }),
        ({ C, K, H, k, stride, T, B, levels, fc }) => {
          const layer = layerOf(fc ? `${K}FC` : `${K}C${k}S${stride}`, C, H, H)
          const work = forwardWhatIf({ layer, T, B, levels, outputDensity: 0.5 })
          for (const each of [engine, adderForwardEngine()]) {
            const { latency, idealCycles, iterations } = each.time(work)
            expect(idealCycles).toBeLessThanOrEqual(latency)
            expect(total(iterations.cycles)).toBe(latency)
            expect(iterations.bytes).toHaveLength(iterations.cycles.length)
          }
        },
      ),
    )
    // the paper's own shape fills the array: only the fill is lost
    const full = forwardWhatIf({ layer: layerOf('16C3', 64, 8, 8), T: 10, B: 4, outputDensity: 0 })
    expect(engine.time(full).idealCycles).toBe(640)
  })
})

describe('forwardEngine.count', () => {
  it('counts lookups, additions and fills of real rows, columns and taps', () => {
    const counts = engine.count(handWork)
    const windows = 100 * 40
    expect(counts['subLut.read:8']).toBe(windows * 130 * 20 * 3)
    // per window and output channel: 3·rows − 1 in the tree and 1 into the running sum, over all blocks 3·130
    expect(counts['acc.add']).toBe(windows * 20 * 3 * 130)
    // every tile fills all sub-LUTs again: 8 writes and 4 additions each
    expect(counts['subLut.write']).toBe(4 * 130 * 20 * 3 * 8)
    expect(counts['subLut.add']).toBe(4 * 130 * 20 * 3 * 4)
    expect(counts['soma.update']).toBe(windows * 20)
    expect(counts['pool.add'] + counts['pool.scale'] + counts['gate.select']).toBe(0)
    // partial sums of 2 bytes: written after each of 3 input blocks, read before the second and the third
    const loads = handWork.loadBytes + handWork.storeBytes
    expect(counts['glb.write']).toBe(loads + 3 * windows * 20 * 2)
    expect(counts['glb.read']).toBe(loads + 2 * windows * 20 * 2)
  })

  it('counts three more additions and a scaling per neuron pooled by 2', () => {
    const layer = layerOf('16C3-AP2', 64, 8, 8)
    const counts = engine.count(forwardWhatIf({ layer, T: 10, B: 4, outputDensity: 0.5 }))
    const neurons = 40 * 16 * 16
    expect(counts['pool.add']).toBe(3 * neurons)
    expect(counts['pool.scale']).toBe(neurons)
    expect(counts['soma.update']).toBe(neurons)
  })

  it('counts an addition and a gate per weight in the non-LUT baseline, and no table', () => {
    const counts = adderForwardEngine().count(handWork)
    expect(counts['acc.add']).toBe(4000 * 130 * 20 * 9)
    expect(counts['gate.select']).toBe(4000 * 130 * 20 * 9)
    expect(Object.keys(counts).some((name) => name.startsWith('subLut'))).toBe(false)
    // no table to fill: the cycles of the LUT engine with a hidden fill
    expect(adderForwardEngine().time(handWork).latency).toBe(6000)
  })

  it('is made of safe integers', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(1, 4),
        fc.boolean(),
        (density, levels, full) => {
          const layer = layerOf('20C3-AP2', 70, 13, 13)
          const work = forwardWhatIf({
            layer,
            T: 11,
            B: 3,
            levels,
            outputDensity: density,
            assume: { fullSizeStorage: full },
          })
          for (const counts of [engine.count(work), adderForwardEngine().count(work)])
            for (const n of Object.values(counts)) expect(Number.isSafeInteger(n)).toBe(true)
        },
      ),
    )
  })

  it('does not depend on how lookups are split into tiles', () => {
    const reads = (tile: number) =>
      forwardEngine({ tile }).count(forwardWhatIf({ layer: hand, T: 4, B: 2, outputDensity: 0.5 }, { tile }))
    for (const name of ['acc.add', 'subLut.read:8', 'soma.update'] as const) expect(reads(3)[name]).toBe(reads(8)[name])
    expect(reads(3)['subLut.write']).toBeGreaterThan(reads(8)['subLut.write'])
  })
})

describe('forwardEngine.measure', () => {
  it('counts the open windows of every tile and output block as they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 0.3, 1),
        fc.constantFrom('5C3', '5C3-AP2', '5C3S2'),
        fc.nat(),
        (density, text, seed) => {
          const layer = layerOf(text, 3, 11, 13)
          const job = forwardJob({ layer, T: 12, B: 2, seed })
          const { shape } = job.spikeGradMask
          const mask = tensor('TBCHW', 'bit', shape, randomBits(12 * 2 * 5 * layer.outH * layer.outW, density, seed))
          const config = { cols: 2, tile: 4 }
          const work = forwardEngine(config).measure({ ...job, spikeGradMask: mask })
          const none = forwardWhatIf({ layer, T: 12, B: 2, outputDensity: 0 }, config)
          expect(work.storeBytes - none.storeBytes).toBe(2 * countBits(mask.data))
          expect(total(work.bytes)).toBeCloseTo(work.loadBytes + work.storeBytes, 6)
          if (density !== 0.3)
            expect(work).toEqual(forwardWhatIf({ layer, T: 12, B: 2, outputDensity: density }, config))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('takes planes from the input: 3 for levels of AP2(spikes), 8 per sample for pixels', () => {
    const work = (kind: LayerInput['kind'], text: string) => {
      const layer = layerOf(text, 2, 8, 8)
      return engine.measure(forwardJob({ layer, T: 10, B: 4, seed: 1, kind }))
    }
    expect(total(work('spikes', '16C3').arrayCycles)).toBe(640)
    expect(total(work('levels', '16C3').arrayCycles)).toBe(3 * 640)
    expect(total(work('pixels', '16C3(Encoding)').arrayCycles)).toBe(8 * 4 * 16)
  })

  it('stores levels beside full-size spikes where the spikes are pooled', () => {
    const plain = forwardWhatIf({ layer: layerOf('16C3', 64, 8, 8), T: 10, B: 4, outputDensity: 0 })
    const layer = { ...layerOf('16C3', 64, 8, 8), spikePool: 2 }
    // 16 levels of 3 bits per tile, channel and timestep
    expect(forwardWhatIf({ layer, T: 10, B: 4, outputDensity: 0 }).storeBytes - plain.storeBytes).toBe(
      (40 * 16 * 16 * 3) / 8,
    )
  })

  it('states the ping-pong buffer that the largest grid iteration needs', () => {
    // twice: 38912 in, 40·64·16·2 partial sums, 30720 out
    expect(handWork.bufferBytes).toBe(2 * (38912 + 81920 + 30720))
    expect(handWork.bufferBytes / 1024).toBeLessThan(engine.glbKiB)
    // refused only where asked for
    const whatIf = { layer: hand, T: 10, B: 4, outputDensity: 0.25 }
    expect(() => forwardWhatIf(whatIf, { requireFit: true, glbKiB: 200 })).toThrow(CapacityError)
    expect(() => forwardWhatIf(whatIf, { requireFit: true, glbKiB: 200 })).toThrow(
      'at most 200 KiB, the global buffer, got 296 KiB, double-buffered',
    )
    expect(forwardWhatIf(whatIf, { requireFit: true })).toEqual(handWork)
    const job = forwardJob({ layer: layerOf('4C3', 2, 6, 6), T: 3, B: 2, seed: 1 })
    expect(() => forwardEngine({ requireFit: true, glbKiB: 1 }).measure(job)).toThrow(CapacityError)
  })
})

describe('forwardWhatIf under the assumptions of the study', () => {
  const assume = { hiddenFill: true, fullSizeStorage: true, noFirstFill: true, unboundedSoma: true }

  /** fe_layer of the study's throughput model: averages, fractions kept, 160 bytes per cycle. */
  const study = (layer: Layer, density: number) => {
    const { C, K, convH, stride, kind, encoding } = layer
    const bound = (cycles: number, bytes: number) => Math.max(cycles, bytes / 160)
    if (kind === 'fc') {
      const inputs = C * layer.R * layer.S
      const cycles = (Math.ceil(inputs / 192) * Math.ceil(K / 16) * 40) / 4
      return bound(cycles, inputs * K * 2 + ((40 * inputs) / 8) * Math.ceil(K / 1024) + 40 * K * 2.25)
    }
    const maps = encoding ? 32 : 40
    const [inputs, outputs] = [Math.ceil(C / 64), Math.ceil(K / 16)]
    return mapTiles(convH, convH, 8).reduce((sum, { h, w }) => {
      const cols = Math.min(K, 16)
      const rows = Math.min(C, 64)
      const load = 9 * rows * cols * 2 + (rows * maps * h * w * stride * stride) / 8
      const store = cols * 40 * h * w * (2 * density + 2 / 8)
      return sum + inputs * outputs * bound(maps * Math.ceil((h * w) / 4), load + store / inputs)
    }, 0)
  }

  it.each([
    ['64C3(Encoding)', 1, 28],
    ['128C3-AP2', 64, 28],
    ['128C3S2', 64, 56],
    ['384C3', 384, 16],
    ['512FC', 512, 7],
    ['10FC', 512, 1],
  ])('agrees with its Forward Engine within 0.5 %%: %s on %i channels of %i', (text, C, H) => {
    const layer = layerOf(text, C, H, H, 10)
    for (const density of [0, 0.4, 1]) {
      const { iterations, firstFillBytes } = engine.time(
        forwardWhatIf({ layer, T: 10, B: 4, outputDensity: density, assume }),
      )
      const cycles = iterations.cycles.reduce((sum, c, i) => sum + Math.max(c, iterations.bytes[i]! / 160), 0)
      expect(firstFillBytes).toBe(0)
      expect(Math.abs(cycles / study(layer, density) - 1)).toBeLessThan(0.005)
    }
  })
})

describe('parts', () => {
  it('are those of Table VII: 12 288 adders, 3 sub-LUTs of 16 bytes in 1024 PEs, 64 Soma lanes', () => {
    expect(engine.parts).toEqual({
      'acc.adder': 12288,
      'subLut.bit': 1024 * 3 * 8 * 16,
      'subLut.portBit': 1024 * 4 * 3 * 7 * 16,
      'soma.lane': 64,
      'glb.KiB': 503,
    })
  })

  it('are 36 864 adders without LUTs', () => {
    expect(adderForwardEngine().parts).toEqual({
      'acc.adder': 36864,
      'weight.bit': 1024 * 9 * 16,
      'gate.word': 1024 * 9 * 4,
      'soma.lane': 64,
      'glb.KiB': 503,
    })
  })

  it('follow other splits of a PE into sub-LUTs', () => {
    const two = forwardEngine({ subLutInputs: [5, 4] })
    expect(two.parts).toMatchObject({
      'acc.adder': 8192,
      'subLut.bit': 1024 * 16 * 48,
      'subLut.portBit': 4096 * 16 * 46,
    })
    expect(busyForwardActivity({ subLutInputs: [5, 4] })).toMatchObject({
      'subLut.read:32': 4096,
      'subLut.read:16': 4096,
    })
  })
})

describe('busyForwardActivity', () => {
  it('is a cycle of every PE, lane and adder, and the buffer traffic of the power estimate', () => {
    expect(busyForwardActivity()).toEqual({
      'acc.add': 12288,
      'subLut.read:8': 12288,
      'glb.read': 16 * 4 * 2 + 60,
      'glb.write': 16 * 4 * 2 + 60,
    })
    expect(busyAdderForwardActivity()).toMatchObject({ 'acc.add': 36864, 'gate.select': 36864 })
  })
})
