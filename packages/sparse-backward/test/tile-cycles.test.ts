import { f16Value, getBit, rng } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine } from '../src/baselines'
import { type BackwardMode, skipsOutputs } from '../src/config'
import { stepTile } from '../src/step-tile'
import { type LayerPass, randomPass } from './random-pass'

const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

/** Every tile of a pass, built plainly from the tensors and stepped: per grid iteration in the engine's order. */
const stepped = (
  { T, B, layer, gradU, target }: LayerPass,
  config: { rows: number; cols: number; tile: number; groupSize: number; minCycles: number; fill: number },
  timed: boolean,
  mode: BackwardMode = 'both',
) => {
  const { K, C, H, W, R: kernel, stride, padding, outH, outW, currentPool: pool } = layer
  const { spikePool } = target.layer
  const [neuronH, neuronW] = [target.layer.outH, target.layer.outW]
  const gradient = (t: number, b: number, k: number, y: number, x: number) => {
    const [oy, ox] = [Math.floor(y / stride / pool), Math.floor(x / stride / pool)]
    if (y < 0 || x < 0 || y % stride || x % stride || oy >= outH || ox >= outW) return 0
    return f16Value(gradU.data[(((t * B + b) * K + k) * outH + oy) * outW + ox]) === 0 ? 0 : 1
  }
  const open = (t: number, b: number, c: number, y: number, x: number) => {
    let any = 0
    for (let dy = 0; dy < spikePool; dy++)
      for (let dx = 0; dx < spikePool; dx++) {
        const at = (((t * B + b) * C + c) * neuronH + y * spikePool + dy) * neuronW + x * spikePool + dx
        any |= getBit(target.spikeGradMask.data, at)
      }
    return any
  }
  const range = (from: number, size: number, extent: number) =>
    Array.from({ length: Math.min(size, extent - from) }, (_, i) => from + i)
  const starts = (extent: number, size: number) => range(0, Math.ceil(extent / size), Infinity).map((i) => i * size)
  const reach = kernel - 1 - padding
  const skips = { outputs: skipsOutputs(mode) }
  const results: { cycles: number; peCycles: number; macs: number; idle: number }[] = []
  for (const y0 of starts(H, config.tile))
    for (const x0 of starts(W, config.tile))
      for (const c0 of starts(C, config.cols))
        for (const k0 of starts(K, config.rows)) {
          const sum = { cycles: 0, peCycles: 0, macs: 0, idle: 0 }
          const [ys, xs] = [range(y0, config.tile, H), range(x0, config.tile, W)]
          const cs = range(c0, config.cols, C)
          for (let t = T - 1; t >= 0; t--)
            for (let b = 0; b < B; b++) {
              // scanned meanwhile: the next tile in time, or after a sweep's last one the next sweep's
              const lastOfSweep = t === 0 && b === B - 1 && k0 + config.rows >= K
              const moreTiles = c0 + config.cols < C || x0 + config.tile < W
              const below = Math.max(0, Math.min(config.tile, H - y0 - config.tile))
              const nextRows = lastOfSweep && !moreTiles ? below : ys.length
              const [high, wide] = [ys.length + kernel - 1, xs.length + kernel - 1]
              const outputs = cs.map((c) => Uint8Array.from(ys.flatMap((y) => xs.map((x) => open(t, b, c, y, x)))))
              const tile = {
                h: ys.length,
                w: xs.length,
                kernel,
                inputs: range(k0, config.rows, K).map((k) =>
                  Uint8Array.from({ length: high * wide }, (_, i) =>
                    gradient(t, b, k, y0 - reach + Math.floor(i / wide), x0 - reach + (i % wide)),
                  ),
                ),
                outputs,
                ...(timed && skips.outputs ? { nextRows } : {}),
                ...(timed
                  ? {
                      drain: outputs.map((mask) => (skips.outputs ? mask.reduce((n, bit) => n + bit, 0) : mask.length)),
                    }
                  : {}),
              }
              const step = stepTile(tile, { ...config, mode })
              sum.cycles += step.cycles
              sum.peCycles += step.peCycles
              sum.macs += step.macs
              sum.idle += step.emptyCycles
            }
          results.push(sum)
        }
  return results
}

const engines = {
  both: backwardEngine,
  dense: denseBackwardEngine,
  input: inputSparseBackwardEngine,
  output: outputSparseBackwardEngine,
} as const

describe('the fast counting', () => {
  it('agrees cycle for cycle with tiles stepped through finders and PEs, on whole random layers, in all four engines', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<BackwardMode>('both', 'both', 'both', 'dense', 'input', 'output'),
        fc.constantFrom(
          '3C3-5C3',
          '2C3-3C3S2',
          '3C3-4C5',
          '2C3-5C1',
          '2C3-3C3-AP2',
          '3C3-AP2(spikes)-3C3',
          '2C3-3C3S3',
        ),
        fc.record({
          rows: fc.integer({ min: 1, max: 6 }),
          cols: fc.integer({ min: 1, max: 4 }),
          tile: fc.integer({ min: 1, max: 8 }),
          groupSize: fc.integer({ min: 1, max: 5 }),
          minCycles: fc.integer({ min: 0, max: 2 }),
          fill: fc.integer({ min: 0, max: 5 }),
        }),
        fc.record({ H: fc.integer({ min: 3, max: 11 }), W: fc.integer({ min: 3, max: 11 }) }),
        density,
        density,
        fc.nat(1e6),
        (mode, net, config, { H, W }, inputDensity, outputDensity, seed) => {
          const input = { C: 1, H, W }
          const pass = randomPass({ net, input, T: 2, B: 1, seed, inputDensity, outputDensity })
          const work = engines[mode]({ ...config, idealRates: true }).measure(pass)
          const steps = stepped(pass, config, false, mode)
          expect(Array.from(work.iterations.cycles)).toEqual(steps.map((s) => s.cycles))
          expect(Array.from(work.busiestCycles)).toEqual(steps.map((s) => s.peCycles))
          expect(work.macs.performed).toBe(steps.reduce((n, s) => n + s.macs, 0))
          if (mode === 'both') expect(Array.from(work.effectualMacs)).toEqual(steps.map((s) => s.macs))
          expect(work.peCycles.emptyWindow).toBe(steps.reduce((n, s) => n + s.idle, 0))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('agrees with it in all four engines also where scanning and draining bound tiles', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<BackwardMode>('both', 'dense', 'input', 'output'),
        fc.constantFrom('3C3-5C3', '2C3-3C3S2', '2C3-3C3-AP2', '3C3-AP2(spikes)-3C3'),
        fc.record({
          rows: fc.integer({ min: 1, max: 6 }),
          cols: fc.integer({ min: 1, max: 4 }),
          tile: fc.integer({ min: 1, max: 8 }),
          groupSize: fc.integer({ min: 1, max: 5 }),
          minCycles: fc.integer({ min: 0, max: 2 }),
          fill: fc.integer({ min: 0, max: 3 }),
        }),
        fc.constantFrom(0, 0.05, 0.5, 1),
        fc.constantFrom(0, 0.05, 0.5, 1),
        fc.nat(1e6),
        (mode, net, config, inputDensity, outputDensity, seed) => {
          const pass = randomPass({ net, input: { C: 1, H: 7, W: 6 }, T: 2, B: 1, seed, inputDensity, outputDensity })
          const work = engines[mode](config).measure(pass)
          const steps = stepped(pass, config, true, mode)
          // Grad works after the tiles of a grid iteration, and the first tile is scanned before them
          const firstScan = skipsOutputs(mode) ? Math.min(config.tile, pass.layer.H) : 0
          const cycles = work.iterations.cycles.reduce((sum, n) => sum + n, 0) - work.peCycles.grad / work.pes
          expect(cycles).toBe(firstScan + steps.reduce((sum, step) => sum + step.cycles, 0))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('agrees with the stepped array also where the Acc is slower than the PEs', () => {
    // minimum 0 and almost no gradients: outputs cost nothing in the PE but have to be drained
    const config = { rows: 4, cols: 2, tile: 8, groupSize: 4, minCycles: 0, fill: 1 }
    const pass = randomPass({ net: '2C3-4C3', input: { C: 1, H: 8, W: 8 }, inputDensity: 0.01, outputDensity: 0.9 })
    const work = backwardEngine(config).measure(pass)
    const [step] = stepped(pass, config, true)
    expect(work.peCycles.acc).toBeGreaterThan(0)
    // Scanning the next tile's 8 rows is slower than nothing but not than draining ~14; 8 more for the first scan,
    // 6 (t, b) × 64 neurons of Grad after it
    expect(work.iterations.cycles[0]).toBe(step.cycles + 8 + 6 * 64)
  })

  it('steps scanning and draining beside the PEs and ends with the slowest of the three', () => {
    const random = rng(3)
    const bits = (n: number) => Uint8Array.from({ length: n }, () => random.below(2))
    const tile = { h: 4, w: 4, kernel: 3, inputs: [bits(36)], outputs: [bits(16)] }
    const config = { groupSize: 4, minCycles: 1, fill: 4 }
    const alone = stepTile(tile, config)
    expect(alone.cycles).toBe(alone.peCycles + 4)
    expect(stepTile({ ...tile, nextRows: alone.cycles + 3 }, config).cycles).toBe(alone.cycles + 3)
    expect(stepTile({ ...tile, nextRows: 1, drain: [4 * alone.cycles + 1] }, config).cycles).toBe(alone.cycles + 1)
    expect(() => stepTile({ ...tile, h: 5 }, config)).toThrow('expected inputs of 42 and outputs of 20 bytes')
  })

  it('does not mix up packed sums: large tiles, kernels and minimums give the same in every lane width', () => {
    const pass = randomPass({
      net: '2C3-5C7',
      input: { C: 1, H: 13, W: 12 },
      T: 1,
      B: 1,
      inputDensity: 1,
      outputDensity: 1,
    })
    for (const [tile, groupSize] of [
      [8, 4],
      [13, 1],
      [16, 2],
      [4, 16],
    ]) {
      const config = { rows: 3, cols: 2, tile, groupSize, minCycles: 2, fill: 0 }
      const work = backwardEngine({ ...config, idealRates: true }).measure(pass)
      expect(Array.from(work.busiestCycles)).toEqual(stepped(pass, config, false).map((s) => s.peCycles))
    }
  })
})
