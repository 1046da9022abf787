import { rng, type StepRecord } from '@h2learn/snn-core'
import {
  arrayTileOf,
  backwardConfig,
  backwardTilePlaces,
  type ConvBackwardInput,
  stepTile,
} from '@h2learn/sparse-backward'
import { accelerator } from './accelerator'
import type { ChipEngine, EngineRole } from './api'
import { designPoint } from './design-point'
import { jobsOf } from './jobs'
import { measureRecords } from './simulate'

/** One layer on one engine: its cycles and what the simulator needed for them, milliseconds of wall time. */
export interface EngineBenchLayer {
  readonly engine: EngineRole
  readonly layer: string
  /** Modelled compute cycles; absent when timing was left out. */
  readonly cycles?: number
  readonly timing_ms?: number
  readonly functional_ms?: number
}

/** The stepped reference of the Backward Engine on a few tiles, extrapolated to all of them. */
export interface SteppedBench {
  /** Tiles stepped and tiles of the whole sub-batch. */
  readonly tiles: number
  readonly allTiles: number
  readonly sampled_s: number
  /** Σ over convolutions of tiles × mean time of the sampled ones: an extrapolation, not a measurement. */
  readonly extrapolated_s: number
  /** The fast path's time for the same layers, and stepped over fast. */
  readonly fast_s: number
  readonly ratio: number
}

/** Whole-chip design points from the record's work, measured once: memory bandwidth × clock. */
export interface DesignPointBench {
  readonly points: number
  readonly seconds: number
  readonly points_per_s: number
}

/** What `pnpm bench engines` prints. */
export interface EngineBench {
  /** Exact cycles of all layers on all engines (`measure` and `time`), median of the repetitions. */
  readonly timing_s?: number
  readonly timing_min_s?: number
  /** Bit-exact FP16 results of all layers on all engines (`run`), once. */
  readonly functional_s?: number
  readonly stepped?: SteppedBench
  readonly designPoints?: DesignPointBench
  readonly layers: readonly EngineBenchLayer[]
}

/** What to time. */
export interface EngineBenchOptions {
  /** Clock in milliseconds. */
  readonly now: () => number
  readonly timing?: boolean
  readonly functional?: boolean
  readonly stepped?: boolean
  readonly designPoints?: boolean
  /** Repetitions of the timing path after one that warms up; default 5. */
  readonly reps?: number
  /** Tiles the stepped model runs; default 12. Spread over the convolutions, drawn with `seed`. */
  readonly tiles?: number
  readonly seed?: number
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!
const total = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0)

interface Stage {
  readonly role: EngineRole
  readonly layer: string
  readonly engine: ChipEngine<never, unknown>
  readonly input: unknown
}

/**
 * Times the simulator itself on one recorded sub-batch: exact cycles of the paper's three engines for every layer, their
 * bit-exact functions, and the stepped Backward Engine on sampled tiles. One thread; turning the record into the engines'
 * inputs is not counted.
 * @throws ConfigError for a record the engines cannot take
 */
export const engineBench = (record: StepRecord, options: EngineBenchOptions): EngineBench => {
  const { now, timing = true, functional = true, stepped = true, designPoints = true } = options
  const { reps = 5, tiles = 12, seed = 1 } = options
  const { engines } = accelerator({ subBatch: Math.max(4, record.B) })
  const jobs = jobsOf(record)
  const stage = (role: EngineRole, engine: unknown, layer: string, input: unknown): Stage => ({
    role,
    layer,
    engine: engine as Stage['engine'],
    input,
  })
  const stages = [
    ...jobs.forward.map((input) => stage('forward', engines.forward, input.layer.name, input)),
    ...jobs.backward.map((input) =>
      stage('backward', engines.backward, input.kind === 'output' ? 'output' : input.layer.name, input),
    ),
    ...jobs.weightUpdate.map((input) => stage('weight-update', engines.weightUpdate, input.layer.name, input)),
  ]
  const timed = (work: () => void) => {
    const from = now()
    work()
    return now() - from
  }
  const cyclesOf = stages.map(() => 0)
  const runs: number[][] = []
  for (let rep = 0; (timing || stepped) && rep <= reps; rep++) {
    const each = stages.map(({ engine, input }, i) =>
      timed(() => {
        cyclesOf[i] = engine.time(engine.measure(input as never) as never).latency
      }),
    )
    // the first compiles
    if (rep > 0) runs.push(each)
  }
  const fast = stages.map((_, i) => (runs.length > 0 ? median(runs.map((run) => run[i]!)) : 0))
  const functionalMs = stages.map(({ engine, input }) =>
    functional ? timed(() => void engine.run(input as never)) : 0,
  )
  const convs = stages.flatMap(({ role, input }, i) => {
    const pass = input as ConvBackwardInput
    return role === 'backward' && pass.kind === 'layer' && pass.layer.kind === 'conv' ? [{ pass, fast: fast[i]! }] : []
  })
  const sums = runs.map(total)
  return {
    ...(timing ? { timing_s: median(sums) / 1000, timing_min_s: Math.min(...sums) / 1000 } : {}),
    ...(functional ? { functional_s: total(functionalMs) / 1000 } : {}),
    ...(stepped && convs.length > 0 ? { stepped: steppedBench(convs, { tiles, seed, timed }) } : {}),
    ...(designPoints ? { designPoints: designPointBench(record, timed) } : {}),
    layers: stages.map(({ role, layer }, i) => ({
      engine: role,
      layer,
      ...(timing ? { cycles: cyclesOf[i]!, timing_ms: fast[i]! } : {}),
      ...(functional ? { functional_ms: functionalMs[i]! } : {}),
    })),
  }
}

/** A grid of bandwidths and clocks: none of them changes what the engines do. */
const designPointBench = (record: StepRecord, timed: (work: () => void) => number): DesignPointBench => {
  const steps = Array.from({ length: 20 }, (_, i) => i + 1)
  const clocks = [200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000]
  const subBatch = Math.max(4, record.B)
  const measured = measureRecords(accelerator({ subBatch }), [record])
  const evaluate = (bandwidthGBps: number, MHz: number) =>
    designPoint(accelerator({ subBatch, memory: { bandwidthGBps }, clock: { MHz } }), record.network, 64, measured)
  for (const step of steps) evaluate(16 * step, 800)
  const ms = timed(() => {
    for (const b of steps) for (const MHz of clocks) evaluate(16 * b, MHz)
  })
  const points = steps.length * clocks.length
  return { points, seconds: ms / 1000, points_per_s: (1000 * points) / ms }
}

const steppedBench = (
  convs: readonly { readonly pass: ConvBackwardInput; readonly fast: number }[],
  {
    tiles,
    seed,
    timed,
  }: { readonly tiles: number; readonly seed: number; readonly timed: (work: () => void) => number },
): SteppedBench => {
  const { below } = rng(seed)
  const each = Math.max(1, Math.round(tiles / convs.length))
  const config = backwardConfig()
  let sampled = 0
  let extrapolated = 0
  let all = 0
  for (const { pass } of convs) {
    const places = backwardTilePlaces(pass)
    const times = Array.from({ length: each }, () => {
      const tile = arrayTileOf(pass, places.at(below(places.count)))
      return timed(() => void stepTile(tile, config))
    })
    sampled += total(times)
    extrapolated += (total(times) / each) * places.count
    all += places.count
  }
  const fast = total(convs.map((conv) => conv.fast))
  return {
    tiles: each * convs.length,
    allTiles: all,
    sampled_s: sampled / 1000,
    extrapolated_s: extrapolated / 1000,
    fast_s: fast / 1000,
    ratio: extrapolated / fast,
  }
}
