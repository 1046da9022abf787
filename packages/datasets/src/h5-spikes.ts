import { f16Decode, InputError, type Samples } from '@h2learn/snn-core'
import type { DatasetSplit, ReadConfig } from './api'
import { blockBytes, checkInteger, checkNumber, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'
import { joinPath, listFolder, listing, nodeModule, readBytes } from './node-files'

/** Spikes of one sample of an SHD-style file: spike i is unit units[i] at times[i] seconds. */
export interface SpikeTrain {
  readonly times: Float32Array
  readonly units: Uint16Array
  readonly label: number
}

/** Bytes that a row takes in the file at least: its length and its place in the heap. */
const rowBytes = 16
const shdUnits = 700
const shdDuration = 1.4

type Row = Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Int16Array

/**
 * The samples of an SHD-style HDF5 file: `spikes/times` (rows of seconds, float16, 32 or 64), `spikes/units` (rows of unit
 * numbers), `labels`. Library: h5wasm (the HDF5 library as WebAssembly), loaded when needed, Node only.
 * @throws DatasetError for a file that is not HDF5, lacks a dataset, or whose rows do not belong together
 */
export const readH5Spikes = async (file: string, limit?: number): Promise<readonly SpikeTrain[]> => {
  const fs = nodeModule('node:fs', file)
  const size = fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? fs.statSync(file).size : readBytes(file).length
  const h5 = await loadLibrary('h5wasm', 'readH5Spikes', () => import('h5wasm/node'))
  // errors come as exceptions, not as text on the terminal
  ;(await h5.ready).activate_throwing_error_handler()
  const fail = (expected: string, got: string): never => {
    throw new DatasetError({
      file,
      expected,
      got,
      hint: 'known are HDF5 files with spikes/times, spikes/units and labels (Spiking Heidelberg Digits)',
    })
  }
  let open: InstanceType<typeof h5.File> | undefined
  try {
    const found = new h5.File(file, 'r')
    if (Number(found.file_id) <= 0) return fail('an undamaged HDF5 file', 'another')
    open = found
    const dataset = (name: string) => {
      const one = found.get(name)
      if (!(one instanceof h5.Dataset)) return fail(`a dataset ${name}`, one === null ? 'none' : 'something else')
      const { shape, total_size, type, size: width } = one.metadata
      // nothing is made by what the header says before the file could hold it
      const least = name === 'labels' ? Math.max(1, width) : rowBytes
      if (shape?.length !== 1 || !(total_size * least <= size))
        return fail(`${name} of one dimension that ${size} bytes can hold`, `${shape?.join('×')} of type ${type}`)
      return one
    }
    const rows = (name: string): Row[] => {
      const one = dataset(name)
      const { vlen_type } = one.metadata
      if (vlen_type === undefined) return fail(`rows of numbers in ${name}`, 'no rows')
      const half = vlen_type.type === 1 && vlen_type.size === 2
      // the library knows no float16: its bits are taken as integers and decoded here
      if (half) Object.assign(vlen_type, { type: 0, signed: false })
      const values = one.value as unknown as Row[]
      return half ? values.map((row) => f16Decode(row as Uint16Array)) : values
    }
    const labels = dataset('labels').value as unknown as ArrayLike<number>
    const times = rows('spikes/times')
    const units = rows('spikes/units')
    if (times.length !== units.length || labels.length !== times.length)
      return fail(
        'as many rows of times, rows of units and labels',
        `${times.length}, ${units.length}, ${labels.length}`,
      )
    return times.slice(0, limit).map((row, n) => {
      const unitRow = units[n]!
      const label = Number(labels[n])
      if (row.length !== unitRow.length)
        return fail(`row ${n} with as many times as units`, `${row.length} and ${unitRow.length}`)
      if (!(Number.isInteger(label) && label >= 0 && label < 256))
        return fail(`label ${n} from 0 to 255`, String(label))
      for (let i = 0; i < row.length; i++) {
        if (!(row[i]! >= 0 && row[i]! < 1e6)) return fail(`times from 0 in row ${n}`, String(row[i]))
        if (!(Number.isInteger(unitRow[i]!) && unitRow[i]! >= 0 && unitRow[i]! < 65_536))
          return fail(`units from 0 to 65535 in row ${n}`, String(unitRow[i]))
      }
      return { times: Float32Array.from(row), units: Uint16Array.from(unitRow), label }
    })
  } catch (error) {
    if (error instanceof DatasetError) throw error
    return fail('an undamaged HDF5 file', error instanceof Error ? error.message.split('\n')[0]! : String(error))
  } finally {
    open?.close()
  }
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
  trains.forEach(({ times, units: own }, n) => {
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
    classes: 20,
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
