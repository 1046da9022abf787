import type { BenchmarkName } from './api'
import { archiveName } from './archive-kind'
import { DatasetError } from './dataset-error'
import { isFolder, joinPath, listFolder, nodeModule, visibleNames } from './node-files'
import { type EventFormat, eventFormatOf } from './read-recording'

/** What a path holds, by the names and first bytes that are there. */
export type RecognisedData =
  | { readonly kind: 'benchmark'; readonly name: BenchmarkName; readonly splits: readonly ('train' | 'test')[] }
  | { readonly kind: 'recording'; readonly format: EventFormat }
  | { readonly kind: 'idx' }
  | { readonly kind: 'cifar10-file' }
  | { readonly kind: 'image' }
  | { readonly kind: 'h5-spikes' }
  | { readonly kind: 'gesture-labels' }
  | { readonly kind: 'archive' }

const head = (file: string, length: number): Uint8Array => {
  const fs = nodeModule('node:fs', file)
  const descriptor = fs.openSync(file, 'r')
  try {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, 0))
  } finally {
    fs.closeSync(descriptor)
  }
}

const begins = (bytes: Uint8Array, ...values: readonly number[]) => values.every((value, i) => bytes[i] === value)

const recogniseFile = (file: string, size: number): RecognisedData | undefined => {
  const bytes = head(file, 4096)
  if (archiveName.test(file)) return { kind: 'archive' }
  if (/idx[13]-ubyte(\.gz)?$/.test(file) || begins(bytes, 0, 0, 8, 1) || begins(bytes, 0, 0, 8, 3))
    return { kind: 'idx' }
  if (begins(bytes, 0xff, 0xd8, 0xff) || begins(bytes, 0x89, 0x50, 0x4e, 0x47)) return { kind: 'image' }
  if (begins(bytes, 0x89, 0x48, 0x44, 0x46)) return { kind: 'h5-spikes' }
  if (/labels.*\.csv$/.test(file) && begins(bytes, 0x63, 0x6c, 0x61, 0x73, 0x73, 0x2c))
    return { kind: 'gesture-labels' }
  if (/(data|test)_batch.*\.bin$/.test(file) || (/\.bin$/.test(file) && size % 3073 === 0 && size % 5 !== 0))
    return { kind: 'cifar10-file' }
  // the whole length tells N-MNIST, the first bytes all others
  const format = eventFormatOf(bytes, file.replace(/\.bin$/i, ''))
  if (format !== undefined) return { kind: 'recording', format }
  return /\.bin$/i.test(file) && size > 0 && size % 5 === 0 ? { kind: 'recording', format: 'n-mnist' } : undefined
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
  const folders = names.filter((name) => isFolder(joinPath(dir, name)))
  const inside = (name: string) => visibleNames(joinPath(dir, name))
  if (folders.includes('airplane') && inside('airplane').some((name) => name.endsWith('.aedat')))
    return found('cifar10-dvs', true, true)
  const halves = folders.some((name) => name === 'train')
  const picture = /\.(jpe?g|png)$/i
  if (some(/^n\d{8}[_.].*\.(jpe?g|png)$/i)) return found('imagenet', true, true)
  if (halves || folders.some((name) => inside(name).some((file) => picture.test(file))))
    return found('imagenet', true, !halves || folders.some((name) => /^(val|validation|test)$/.test(name)))
  return undefined
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
  const found = stat.isDirectory() ? recogniseFolder(path) : recogniseFile(path, stat.size)
  if (found === undefined)
    throw new DatasetError({
      file: path,
      expected: 'a data set or a file of one',
      got: stat.isDirectory() ? 'a folder of another kind' : 'a file of another kind',
      hint: 'known: IDX, CIFAR-10 binary, N-MNIST .bin, AEDAT 2.0, 3.1 and 4, Prophesee .dat, SHD-style .h5, JPEG and PNG',
    })
  return found
}
