import { f16Decode, InputError, type Samples } from '@h2learn/snn-core'
import type { DatasetSplit, ReadConfig } from './api'
import { blockBytes, checkInteger, checkNumber, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import type { H5Column, H5Numbers } from './h5-library'
import { checkSuperblock } from './h5-superblock'
import { joinPath, listFolder, listing } from './node-files'

/** Spikes of one sample of an SHD-style file: spike i is unit units[i] at times[i] seconds. */
export interface SpikeTrain {
  readonly times: Float32Array
  readonly units: Uint16Array
  readonly label: number
}

const hint = 'known are HDF5 files with spikes/times, spikes/units and labels (Spiking Heidelberg Digits)'
const shdUnits = 700
const shdDuration = 1.4
/** Ten digits in English and ten in German. */
const shdClasses = 20

/**
 * The samples of an SHD-style HDF5 file: `spikes/times` (rows of seconds, float16, 32 or 64), `spikes/units` (rows of unit
 * numbers), `labels`. Library: h5wasm (the HDF5 library as WebAssembly), loaded when needed in a thread of its own, Node only.
 * @param patience seconds that a small file may take, and one more for every MB, before it counts as damaged; default 10
 * @throws DatasetError for a file that is not HDF5, lacks a dataset, or whose rows do not belong together
 */
export const readH5Spikes = async (file: string, limit?: number, patience = 10): Promise<readonly SpikeTrain[]> => {
  const fail = (expected: string, got: string): never => {
    throw new DatasetError({ file, expected, got, hint })
  }
  const wanted = { labels: false, 'spikes/times': true, 'spikes/units': true }
  const size = checkSuperblock(file)
  const { readH5Columns } = await import('./h5-library')
  const found = await readH5Columns(file, wanted, size, patience)
  const labels = numbers(found.labels!)
  const times = rowsOf(found['spikes/times']!)
  const units = rowsOf(found['spikes/units']!)
  if (times.length !== units.length || labels.length !== times.length)
    return fail('as many rows of times, rows of units and labels', `${times.length}, ${units.length}, ${labels.length}`)
  return times.slice(0, limit).map((row, n) => {
    const unitRow = units[n]!
    const label = Number(labels[n])
    if (row.length !== unitRow.length)
      return fail(`row ${n} with as many times as units`, `${row.length} and ${unitRow.length}`)
    if (!(Number.isInteger(label) && label >= 0 && label < 256)) return fail(`label ${n} from 0 to 255`, String(label))
    for (let i = 0; i < row.length; i++) {
      const unit = Number(unitRow[i])
      if (!(Number(row[i]) >= 0 && Number(row[i]) < 1e6)) return fail(`times from 0 in row ${n}`, String(row[i]))
      if (!(Number.isInteger(unit) && unit >= 0 && unit < 65_536))
        return fail(`units from 0 to 65535 in row ${n}`, String(unit))
    }
    return { times: Float32Array.from(row, Number), units: Uint16Array.from(unitRow, Number), label }
  })
}

type Numbers = ArrayLike<number | bigint> & { subarray(from: number, to: number): Numbers }

const integers = {
  1: [Uint8Array, Int8Array],
  2: [Uint16Array, Int16Array],
  4: [Uint32Array, Int32Array],
  8: [BigUint64Array, BigInt64Array],
} as const

/** The numbers of a column; what is not a known kind of number gives none. */
const numbers = ({ type, size, signed, bytes }: H5Numbers): Numbers => {
  const block = bytes.slice().buffer
  if (type === 1 && size === 2) return f16Decode(new Uint16Array(block))
  if (type === 1) return size === 8 ? new Float64Array(block) : new Float32Array(block)
  return new integers[size as keyof typeof integers][signed ? 1 : 0](block)
}

const rowsOf = (column: H5Column): Numbers[] => {
  const all = numbers(column)
  let at = 0
  return Array.from(column.rows ?? [], (length) => {
    const from = at
    at += length
    return all.subarray(from, at)
  })
}

/** How spike trains become frames. */
export interface H5FramesConfig {
  /** Time bins; default 10. */
  readonly T?: number
  /** Seconds that the bins cover; default 1.4, later spikes are dropped. */
  readonly duration?: number
  /** Input channels; default 700 (SHD); must divide `units`, neighbouring units are merged. */
  readonly channels?: number
  /** Units of the recordings; default 700. */
  readonly units?: number
}

/** What the SHD reader takes. */
export interface ReadShdConfig extends ReadConfig, H5FramesConfig {}

/**
 * Spiking Heidelberg Digits from `shd_train.h5` or `shd_test.h5`: binary frames, one channel a unit (or a group of units).
 * @param dir folder with the two files, or one file
 * @returns spikes N·T·C·1·1; twenty classes
 * @throws DatasetError when the file is missing or damaged; InputError for frames that cannot be
 * Modelling choice: 10 equal bins of 1.4 s; the paper does not use this set.
 */
export const readShd = async (dir: string, config: ReadShdConfig): Promise<Samples> => {
  const where = 'readShd'
  const { split, limit, T = 10, duration = shdDuration, channels = shdUnits, units = shdUnits } = config
  checkSplit(where, split)
  if (limit !== undefined) checkInteger(where, 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  checkInteger(where, 'T', T, 1, 1_000_000)
  checkNumber(where, 'duration', duration, 1e-6, 1e6)
  checkInteger(where, 'units', units, 1, 65_536)
  checkInteger(where, 'channels', channels, 1, units)
  if (units % channels !== 0)
    throw new InputError({ where, expected: `channels that divide ${units}`, got: String(channels) })
  const file = shdFile(dir, split)
  const trains = await readH5Spikes(file, limit)
  const data = new Uint8Array(blockBytes(where, trains.length, T, channels))
  trains.forEach(({ times, units: own, label }, n) => {
    if (label >= shdClasses)
      throw new DatasetError({ file, expected: `label ${n} from 0 to ${shdClasses - 1}`, got: String(label), hint })
    for (let i = 0; i < times.length; i++) {
      if (own[i]! >= units)
        throw new DatasetError({ file, expected: `units below ${units} in row ${n}`, got: String(own[i]) })
      if (times[i]! >= duration) continue
      const bin = Math.floor((times[i]! * T) / duration)
      data[(n * T + Math.min(bin, T - 1)) * channels + Math.floor((own[i]! * channels) / units)] = 1
    }
  })
  return {
    name: 'shd',
    origin: `${file} (${split})`,
    synthetic: false,
    kind: 'spikes',
    count: trains.length,
    classes: shdClasses,
    shape: { C: channels, H: 1, W: 1 },
    T,
    data,
    labels: Uint8Array.from(trains, ({ label }) => label),
  }
}

const shdFile = (dir: string, split: DatasetSplit): string => {
  if (/\.(h5|hdf5)$/i.test(dir)) return dir
  const names = listFolder(dir)
  const name = `shd_${split}.h5`
  if (!names.includes(name)) throw new DatasetError({ file: dir, expected: name, got: listing(names) })
  return joinPath(dir, name)
}
