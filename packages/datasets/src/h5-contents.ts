import { listH5Names } from './h5-library'
import type { SpikeTrain } from './h5-spikes'
import { checkSuperblock } from './h5-superblock'

/** What an HDF5 file holds: SHD-style spikes, a graph of NIR, or anything else. */
export interface H5Contents {
  readonly kind: 'spikes' | 'nir' | 'other'
  /** Paths of its datasets and groups, as far as they were looked at, sorted; groups end in a slash. */
  readonly names: readonly string[]
}

const spikeNames = ['labels', 'spikes/times', 'spikes/units']

/**
 * Lists an HDF5 file and says what it holds, by names alone. Library: h5wasm, as readH5Spikes.
 * @throws DatasetError for a file that is not HDF5 or damaged
 */
export const h5Contents = async (file: string, patience = 10): Promise<H5Contents> => {
  const size = checkSuperblock(file)
  const names = [...(await listH5Names(file, size, patience))].sort()
  const holds = (wanted: readonly string[]) => wanted.every((name) => names.includes(name))
  const kind = holds(spikeNames) ? 'spikes' : holds(['version', 'node/nodes/']) ? 'nir' : 'other'
  return { kind, names }
}

/** SHD-style spikes in numbers. */
export interface SpikeTrainsSummary {
  readonly samples: number
  readonly spikes: number
  /** Largest unit number and 1. */
  readonly units: number
  /** Time of the last spike of all, seconds, and the mean over samples of their last spikes. */
  readonly longest: number
  readonly meanDuration: number
  /** Samples of each label, from 0. */
  readonly labels: readonly number[]
  /** Spikes in equal bins of time up to the last spike, and of units. */
  readonly overTime: readonly number[]
  readonly overUnits: readonly number[]
}

/** Counts, units, durations, labels and histograms of spike trains. @param bins of time and units */
export const summariseSpikeTrains = (trains: readonly SpikeTrain[], bins = 20): SpikeTrainsSummary => {
  let [spikes, units, longest, durations] = [0, 0, 0, 0]
  const labels: number[] = []
  for (const train of trains) {
    let last = 0
    for (const time of train.times) last = Math.max(last, time)
    for (const unit of train.units) units = Math.max(units, unit + 1)
    spikes += train.times.length
    longest = Math.max(longest, last)
    durations += last
    while (labels.length <= train.label) labels.push(0)
    labels[train.label]!++
  }
  const [overTime, overUnits] = [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)]
  for (const train of trains) {
    for (const time of train.times)
      overTime[longest === 0 ? 0 : Math.min(bins - 1, Math.floor((time * bins) / longest))]!++
    for (const unit of train.units) overUnits[Math.floor((unit * bins) / units)]!++
  }
  return {
    samples: trains.length,
    spikes,
    units,
    longest,
    meanDuration: trains.length === 0 ? 0 : durations / trains.length,
    labels,
    overTime,
    overUnits,
  }
}
