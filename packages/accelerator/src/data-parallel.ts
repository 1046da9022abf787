import { leakageEnergy, leakagePower, seconds } from '@h2learn/cost-model'
import { requireInteger } from '@h2learn/hw'
import { type Network, parameterCount } from '@h2learn/snn-core'
import type { Chip, ChipRun } from './api'
import { chipParts } from './chip-energy'
import { chipRun } from './chip-run'
import { type AllReduceAlgorithm, allReduceSeconds, type ChipLink, checkedLink } from './data-parallel-link'

/** Several chips that train on shares of a batch and gather weight gradients (section IV-C1). */
export interface DataParallelWork {
  readonly chip: Chip
  readonly network: Network
  /** A run of one chip, from recorded steps or from averages: its sub-batches are what every chip works on. */
  readonly run: Pick<ChipRun, 'stages' | 'samplesPerSubBatch'>
  readonly chips: readonly number[]
  readonly link: ChipLink
  readonly algorithm: AllReduceAlgorithm
  /** strong: `batch` is the whole batch, split over the chips. weak: `batch` is that of every chip. */
  readonly scaling: 'strong' | 'weak'
  readonly batch: number
  /** Bytes of a gathered gradient: 2 (FP16, default) or 4. */
  readonly bytesPerGradient?: 2 | 4
}

/** One number of chips. */
export interface DataParallelPoint {
  readonly chips: number
  readonly algorithm: AllReduceAlgorithm
  readonly scaling: 'strong' | 'weak'
  /** Samples of a step over all chips; with strong scaling the last sub-batches round up. */
  readonly samples: number
  /** The batch group of the chip with most samples, its weight update included. */
  readonly compute_s: number
  readonly allReduce_s: number
  readonly step_s: number
  readonly samples_per_s: number
  /** Over one chip: with strong scaling on the same batch, with weak scaling on its own. */
  readonly speedup: number
  /** speedup / chips. */
  readonly efficiency: number
  /** Of all chips, leakage during the all-reduce included; the links themselves are not priced. */
  readonly energy_per_sample_J: number
}

type Point = Omit<DataParallelPoint, 'speedup' | 'efficiency'>

/**
 * Scaling of several chips in data parallel: each trains its share of the batch, then all gather the weight gradients over
 * their links, then each updates its weights.
 *
 *     step = group(share of the batch) + all-reduce(parameters · bytes)
 *
 * The all-reduce starts when the last gradient is there: nothing of it is overlapped (modelling choice, an upper bound).
 * @throws ConfigError for numbers of chips or a batch that are no integers >= 1, an impossible link
 */
export const dataParallel = (work: DataParallelWork): readonly DataParallelPoint[] => {
  const { chip, network, run, chips, link, algorithm, scaling, bytesPerGradient = 2 } = work
  const batch = requireInteger('dataParallel/batch', work.batch)
  checkedLink(link)
  const B = run.samplesPerSubBatch
  const known = run.stages.map((stages) => ({ stages, B }))
  const leak = leakagePower(chipParts(chip), chip.prices).total
  // the memory that holds the gradients is read and written meanwhile
  const bandwidthGBps = Math.min(link.bandwidthGBps, chip.memory.bandwidthGBps / 2)
  const bytes = parameterCount(network) * bytesPerGradient
  // chips with equal shares run the same schedule
  const groups = new Map<number, ChipRun>()
  const groupOf = (share: number) => {
    const group = groups.get(share) ?? chipRun(chip, network, share, known)
    groups.set(share, group)
    return group
  }
  const pointAt = (n: number): Point => {
    requireInteger('dataParallel/chips', n)
    const group = groupOf(scaling === 'weak' ? batch : Math.ceil(batch / n))
    const compute_s = group.period.groupCycles / chip.clockHz
    const allReduce_s = allReduceSeconds({ algorithm, chips: n, bytes, link: { ...link, bandwidthGBps } })
    const step_s = compute_s + allReduce_s
    const samples =
      scaling === 'weak' ? n * group.samplesPerGroup : Math.min(n * group.samplesPerGroup, Math.max(batch, B))
    const leaked_J = leakageEnergy(leak, seconds(allReduce_s)) * 1e-12
    return {
      chips: n,
      algorithm,
      scaling,
      samples,
      compute_s,
      allReduce_s,
      step_s,
      samples_per_s: samples / step_s,
      energy_per_sample_J: (n * (group.energyPerGroup.total_J + leaked_J)) / samples,
    }
  }
  const alone = pointAt(1).samples_per_s
  return chips.map((n) => {
    const point = pointAt(n)
    const speedup = point.samples_per_s / alone
    return { ...point, speedup, efficiency: speedup / n }
  })
}
