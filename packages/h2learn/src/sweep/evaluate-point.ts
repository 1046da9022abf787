import {
  type AnalyticWork,
  analyticAccelerator,
  analyticStages,
  designPoint,
  type MeasuredSubBatch,
} from '@h2learn/accelerator'
import { benchmarkWork, v100SecondsOf } from '@h2learn/paper'
import { InputError, parseInputSize, parseNetwork } from '@h2learn/snn-core'
import { chipOfConfig } from '../chip/chip-config'
import { chipSchema } from '../chip/chip-schema'
import { requireSchema } from '../chip/structured-file'
import { isSweepBenchmark, problemSchema, sweepBenchmarks } from './sweep-schema'
import { type PointConfig, pointConfig, type SweepPoint, type SweepSpec } from './sweep-spec'

/** A point with its figures, units in the names; deterministic. */
export interface SweepResult extends SweepPoint {
  readonly status: 'ok'
  readonly samples_per_s: number
  readonly samples_per_s_with_update: number
  readonly period_cycles: number
  readonly energy_per_sample_J: number
  readonly energy_per_sample_with_update_J: number
  readonly offchip_energy_per_sample_J: number
  readonly power_W: number
  readonly area_mm2: number
  readonly bound_by: string
  /** Fullest global buffer, need over capacity; above 1 a layer does not fit. */
  readonly fullest_buffer: number
  /** null where the paper prints no time for this network. */
  readonly speedup_vs_v100: number | null
}

/** A point that could not be run. */
export interface SweepFailure extends SweepPoint {
  readonly status: 'error'
  readonly error: string
}

export type SweepRow = SweepResult | SweepFailure

/**
 * Fields that change memories, time or prices but not the work of the engines: points that differ in nothing else share
 * what was measured once.
 */
export const sharedWorkFields = ['clock', 'memory', 'schedule', 'prices', '*.glbKiB', 'batch (of a sub-batch or more)']

/** What the work of a point depends on, as a text. */
export const workKey = (benchmark: string, { chip, batch, ...rest }: PointConfig): string => {
  const { clock: _c, memory: _m, schedule: _s, prices: _p, ...engines } = chip
  const bare = (engine: object | undefined) => engine && { ...engine, glbKiB: undefined }
  const { forward, weightUpdate, backward } = engines
  const B = Math.min(batch, chip.subBatch ?? 4)
  return JSON.stringify([
    benchmark,
    B,
    rest,
    { ...engines, forward: bare(forward), weightUpdate: bare(weightUpdate), backward: bare(backward) },
  ])
}

/** How many works a thread remembers. */
const mostKept = 12

/** Runs points of a sweep one after the other, measuring each work once. */
export const pointEvaluator = (spec: SweepSpec) => {
  const kept = new Map<string, readonly MeasuredSubBatch[]>()

  const workOf = (
    benchmark: string,
    { chip: _, T, pooling, trials, seed, assume, batch }: PointConfig,
  ): AnalyticWork => {
    const choices = {
      batch,
      seed,
      ...(trials !== undefined && { trials }),
      ...(assume && { assume }),
    }
    if (isSweepBenchmark(benchmark))
      return benchmarkWork(sweepBenchmarks[benchmark], { ...choices, pooling, ...(T !== undefined && { T }) })
    const own = spec.networks.find(({ name }) => name === benchmark)
    if (!own) throw new InputError({ where: 'sweep', expected: 'a known network', got: benchmark })
    const { network, input, T: ownT, outputSparsity, inputSparsity } = own
    const parsed = parseNetwork(network, { input: parseInputSize(input), T: T ?? ownT })
    return { ...choices, network: parsed, outputSparsity, inputSparsity }
  }

  const figures = async (point: SweepPoint): Promise<SweepResult> => {
    const config = pointConfig(spec, point)
    const { chip: chosen, ...problem } = config
    await requireSchema('chip', chosen, chipSchema)
    await requireSchema('point', problem, problemSchema)
    const { batch } = config
    const work = workOf(point.benchmark, config)
    const analytic = await chipOfConfig(config.chip)
    const chip = analyticAccelerator({
      chip: analytic,
      ...(config.assume && { assume: config.assume }),
    })
    const key = workKey(point.benchmark, config)
    let measured = kept.get(key)
    if (!measured) {
      const B = Math.min(chip.subBatch, batch)
      measured = [{ B, stages: analyticStages(chip, { ...work, chip: analytic }, B) }]
      if (kept.size >= mostKept) kept.delete(kept.keys().next().value!)
      kept.set(key, measured)
    }
    const { buffers, closed_form_cycles: _, ...figuresOf } = designPoint(chip, work.network, batch, measured)
    const seconds = isSweepBenchmark(point.benchmark)
      ? v100SecondsOf(sweepBenchmarks[point.benchmark], work.network)
      : undefined
    return {
      ...point,
      status: 'ok',
      ...figuresOf,
      fullest_buffer: Math.max(...buffers.map(({ share }) => share)),
      speedup_vs_v100: seconds === undefined ? null : figuresOf.samples_per_s * seconds,
    }
  }

  /** A broken configuration is a result too. */
  return async (point: SweepPoint): Promise<SweepRow> => {
    try {
      return await figures(point)
    } catch (error) {
      return { ...point, status: 'error', error: error instanceof Error ? error.message : String(error) }
    }
  }
}
