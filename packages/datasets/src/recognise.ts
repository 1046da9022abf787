import type { BenchmarkName } from './api'
import { archiveName } from './archive-kind'
import { binFormatOf } from './bin-format'
import { type ByteSource, fileSource } from './byte-source'
import { DatasetError } from './dataset-error'
import { isFolder, joinPath, listFolder, nodeModule, visibleNames } from './node-files'
import { cifar100, type OtherFile, otherFileOf, pythonCifar10 } from './other-files'
import { type EventFormat, eventFormatOf } from './read-recording'
import { latin1 } from './text-header'

/** What a path holds, by the names and first bytes that are there. */
export type RecognisedData =
  | { readonly kind: 'benchmark'; readonly name: BenchmarkName; readonly splits: readonly ('train' | 'test')[] }
  | { readonly kind: 'recording'; readonly format: EventFormat }
  | { readonly kind: 'idx' }
  | { readonly kind: 'cifar10-file' }
  | { readonly kind: 'image' }
  /** Any HDF5 file; `h5Contents` says what it holds. */
  | { readonly kind: 'hdf5' }
  | { readonly kind: 'gesture-labels' }
  | { readonly kind: 'archive' }
  /** A folder of HDF5 files, such as SHD's. */
  | { readonly kind: 'hdf5-folder'; readonly files: readonly string[] }
  /** Event recordings in folders that are no whole set: what it is, and what to do with it. */
  | ({ readonly kind: 'recordings'; readonly files: readonly string[] } & OtherFile)
  /** Known, and no data that are read here. */
  | ({ readonly kind: 'other' } & OtherFile)

const begins = (bytes: Uint8Array, ...values: readonly number[]) => values.every((value, i) => bytes[i] === value)

const recogniseFile = (file: string): RecognisedData | undefined =>
  [...fileSource(file, (source) => [recogniseSource(source)])][0]

const recogniseSource = (source: ByteSource): RecognisedData | undefined => {
  const { name } = source
  const bytes = source.read(0, 4096).slice()
  if (archiveName.test(name)) return { kind: 'archive' }
  if (/idx[13]-ubyte(\.gz)?$/.test(name) || begins(bytes, 0, 0, 8, 1) || begins(bytes, 0, 0, 8, 3))
    return { kind: 'idx' }
  if (begins(bytes, 0xff, 0xd8, 0xff) || begins(bytes, 0x89, 0x50, 0x4e, 0x47)) return { kind: 'image' }
  if (begins(bytes, 0x89, 0x48, 0x44, 0x46)) return { kind: 'hdf5' }
  if (/labels.*\.csv$/.test(name) && /^(\u00ef\u00bb\u00bf)?"?class"?[,;\t]/.test(latin1(bytes.subarray(0, 16))))
    return { kind: 'gesture-labels' }
  if (/(data|test)_batch.*\.bin$/.test(name)) return { kind: 'cifar10-file' }
  // without its name the head is told by its first bytes alone
  const format = eventFormatOf(bytes, name.replace(/\.bin$/i, ''))
  if (format !== undefined) return { kind: 'recording', format }
  const other = otherFileOf(bytes, name)
  if (other !== undefined) return { kind: 'other', ...other }
  const bin = /\.bin$/i.test(name) ? binFormatOf(source) : undefined
  if (bin === 'n-mnist') return { kind: 'recording', format: bin }
  if (bin === 'cifar10') return { kind: 'cifar10-file' }
  return bin && { kind: 'other', ...cifar100 }
}

const picture = /\.(jpe?g|png)$/i
const eventFile = /\.(bin|aedat4?|dat|raw)$/i
/** Of so many files one has to be a recording: sets have thousands, and not all are opened. */
const filesTried = 5
/** A half of N-MNIST, or of another set in its folders: the whole set is the folder above. */
const halfName = /^(train|test)$/i

/** Files of a folder and of its folders whose names fit, down to `depth` folders, found as they are asked for. */
function* filesIn(dir: string, pattern: RegExp, depth: number): Generator<string> {
  for (const name of visibleNames(dir)) {
    const path = joinPath(dir, name)
    const fits = pattern.test(name)
    if (!fits && depth === 0) continue
    if (!isFolder(path)) {
      if (fits) yield path
    } else if (depth > 0) yield* filesIn(path, pattern, depth - 1)
  }
}

/** A folder of event recordings that is no whole data set. */
const recordingsIn = (dir: string): RecognisedData | undefined => {
  const files = [...filesIn(dir, eventFile, 2)]
  if (!files.slice(0, filesTried).some((file) => recogniseFile(file)?.kind === 'recording')) return undefined
  const path = nodeModule('node:path', dir)
  const name = path.basename(path.resolve(dir))
  const parent = path.dirname(path.resolve(dir))
  const digits = Array.from({ length: 10 }, (_, label) => String(label))
  const half = halfName.test(name) && digits.every((digit) => isFolder(joinPath(dir, digit)))
  const ofClass = /^[0-9]$/.test(name) && halfName.test(path.basename(parent))
  if (half || ofClass) {
    const whole = half ? parent : path.dirname(parent)
    return {
      kind: 'recordings',
      files,
      what: half ? `the half ${name} of N-MNIST` : `recordings of class ${name} of N-MNIST`,
      todo: `the whole set is the folder above: h2learn run n-mnist --data ${whole}`,
    }
  }
  return {
    kind: 'recordings',
    files,
    what: 'a folder of event recordings',
    todo: `h2learn data show ${files[0]} draws one; training reads whole sets: n-mnist, cifar10-dvs, dvs-gesture`,
  }
}

const recogniseFolder = (dir: string): RecognisedData | undefined => {
  const names = listFolder(dir)
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name))
  const both = (train: boolean, test: boolean) => [
    ...(train ? (['train'] as const) : []),
    ...(test ? (['test'] as const) : []),
  ]
  const found = (name: BenchmarkName, train: boolean, test: boolean) => ({
    kind: 'benchmark' as const,
    name,
    splits: both(train, test),
  })
  if (some(/^(train|t10k)-images/)) return found('mnist', some(/^train-images/), some(/^t10k-images/))
  if (some(/^data_batch_.*\.bin$/) || some(/^test_batch.*\.bin$/))
    return found('cifar10', some(/^data_batch_/), some(/^test_batch.*bin$/))
  if (some(/^Train$/) || some(/^Test$/)) return found('n-mnist', some(/^Train$/), some(/^Test$/))
  if (some(/^trials_to_(train|test)\.txt$/))
    return found('dvs-gesture', some(/^trials_to_train/), some(/^trials_to_test/))
  if (some(/^fine_label_names\.txt$/) || (some(/^train\.bin$/) && some(/^test\.bin$/)))
    return { kind: 'other', ...cifar100 }
  if (some(/^data_batch_\d$/)) return { kind: 'other', ...pythonCifar10 }
  const folders = names.filter((name) => isFolder(joinPath(dir, name)))
  const inside = (name: string) => visibleNames(joinPath(dir, name))
  if (folders.includes('airplane') && inside('airplane').some((name) => name.endsWith('.aedat')))
    return found('cifar10-dvs', true, true)
  const halves = folders.some((name) => name === 'train')
  if (some(/^n\d{8}[_.].*\.(jpe?g|png)$/i)) return found('imagenet', true, true)
  const holdsPictures = folders.some((name) => filesIn(joinPath(dir, name), picture, 1).next().done === false)
  if (holdsPictures && (halves || folders.some((name) => inside(name).some((file) => picture.test(file)))))
    return found('imagenet', true, !halves || folders.some((name) => /^(val|validation|test)$/.test(name)))
  const h5 = [...filesIn(dir, /\.(h5|hdf5|nir)$/i, 0)]
  return h5.length > 0 ? { kind: 'hdf5-folder', files: h5 } : recordingsIn(dir)
}

/**
 * What a file or folder is, by names and first bytes; nothing is decoded.
 * @throws DatasetError when it is missing, unreadable or nothing that is known
 */
export const recogniseData = (path: string): RecognisedData => {
  const fs = nodeModule('node:fs', path)
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (stat === undefined)
    throw new DatasetError({ file: path, expected: 'a file or folder', got: 'nothing of that name' })
  const found = stat.isDirectory() ? recogniseFolder(path) : recogniseFile(path)
  if (found === undefined)
    throw new DatasetError({
      file: path,
      expected: 'a data set or a file of one',
      got: stat.isDirectory() ? 'a folder of another kind' : 'a file of another kind',
      hint: 'known: IDX, CIFAR-10 binary, N-MNIST .bin, AEDAT 2.0, 3.1 and 4, Prophesee .dat and RAW, HDF5, JPEG and PNG',
    })
  return found
}
