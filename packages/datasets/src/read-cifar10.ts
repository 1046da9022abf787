import type { Samples } from '@h2learn/snn-core'
import type { Cifar10Rows, DatasetSplit, ReadConfig } from './api'
import { blockBytes, checkInteger, checkSplit } from './check-config'
import { cifar10Channels, cifar10Classes, cifar10Side, parseCifar10 } from './cifar10'
import { DatasetError } from './dataset-error'
import { classCount } from './labels'
import { joinPath, listFolder, listing, readBytes } from './node-files'

/** Names of the files of each half. */
export const cifar10Files: Readonly<Record<DatasetSplit, RegExp>> = {
  train: /^data_batch_\d+.*\.bin$/,
  test: /^test_batch.*\.bin$/,
}
const hint = 'give the folder that holds data_batch_1.bin and test_batch.bin (binary version of CIFAR-10)'

/**
 * CIFAR-10 from a folder with files of its binary version: `data_batch_*.bin` or `test_batch*.bin`, in order of their names;
 * parts such as `data_batch_1.first5000.bin` will do.
 * @returns pixels N·3·32·32, channels red, green, blue
 * @throws DatasetError when folder or files are missing or damaged
 */
export const readCifar10 = (dir: string, config: ReadConfig): Samples => {
  const { split, limit = Number.MAX_SAFE_INTEGER } = config
  checkSplit('readCifar10', split)
  checkInteger('readCifar10', 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const names = listFolder(dir, hint)
  const files = names.filter((name) => cifar10Files[split].test(name))
  if (files.length === 0)
    throw new DatasetError({
      file: dir,
      expected: split === 'train' ? 'data_batch_*.bin' : 'test_batch*.bin',
      got: listing(names),
      hint,
    })
  const parts: Cifar10Rows[] = []
  let found = 0
  for (const name of files) {
    if (found >= limit) break
    const path = joinPath(dir, name)
    const rows = parseCifar10(readBytes(path), path)
    parts.push(rows)
    found += rows.count
  }
  return cifar10Samples(parts, limit, `${dir} (${split})`)
}

/** Rows of several files, at most `limit`, as samples. */
export const cifar10Samples = (parts: readonly Cifar10Rows[], limit: number, origin: string): Samples => {
  const imageBytes = cifar10Channels * cifar10Side * cifar10Side
  const count = Math.min(
    parts.reduce((n, rows) => n + rows.count, 0),
    limit,
  )
  const data = new Uint8Array(blockBytes('readCifar10', count, imageBytes))
  const labels = new Uint8Array(count)
  let n = 0
  for (const rows of parts) {
    const take = Math.min(rows.count, count - n)
    data.set(rows.pixels.subarray(0, take * imageBytes), n * imageBytes)
    labels.set(rows.labels.subarray(0, take), n)
    n += take
  }
  return {
    name: 'cifar10',
    origin,
    synthetic: false,
    kind: 'pixels',
    count,
    classes: classCount,
    classNames: cifar10Classes,
    shape: { C: cifar10Channels, H: cifar10Side, W: cifar10Side },
    T: 1,
    data,
    labels,
  }
}
