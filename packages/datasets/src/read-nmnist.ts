import type { Samples } from '@h2learn/snn-core'
import type { DatasetSplit, NmnistFramesConfig, ReadConfig } from './api'
import { blockBytes, checkInteger, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import { eventsToFrames, frameShape, nmnistFramesConfig } from './event-frames'
import { classCount } from './labels'
import { nmnistSensor, parseNmnist } from './nmnist'
import { joinPath, listFolder, listing, readBytes } from './node-files'

const folder: Readonly<Record<DatasetSplit, string>> = { train: 'Train', test: 'Test' }
const layoutHint = 'give the folder that holds Train and Test, each with folders 0 to 9 of .bin recordings'

/** What the N-MNIST reader takes, and how its events become frames (defaults T 10, 32×32 of 34×34, 300 ms). */
export interface ReadNmnistConfig extends ReadConfig, NmnistFramesConfig {}

/**
 * N-MNIST from its folders `Train/0..9/*.bin` and `Test/0..9/*.bin`, as binary frames.
 * @returns spikes N·T·C·H·W, sorted by file name, that is in MNIST's own order with the classes mixed
 * @throws DatasetError when a folder is missing or empty, or a recording damaged; InputError for frames that cannot be
 */
export const readNmnist = (dir: string, config: ReadNmnistConfig): Samples => {
  const { split, limit, ...frames } = config
  checkSplit('readNmnist', split)
  if (limit !== undefined) checkInteger('readNmnist', 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const framesConfig = nmnistFramesConfig(frames)
  const { T, C, H, W } = frameShape({ width: nmnistSensor, height: nmnistSensor }, framesConfig)
  const recordings = list(dir, split).slice(0, limit)
  const size = T * C * H * W
  const data = new Uint8Array(blockBytes('readNmnist', recordings.length, size))
  const labels = new Uint8Array(recordings.length)
  recordings.forEach(({ file, label }, n) => {
    labels[n] = label
    eventsToFrames(parseNmnist(readBytes(file), file, label), framesConfig, data.subarray(n * size, (n + 1) * size))
  })
  return {
    name: 'n-mnist',
    origin: `${dir} (${split})`,
    synthetic: false,
    kind: 'spikes',
    count: recordings.length,
    classes: classCount,
    shape: { C, H, W },
    T,
    data,
    labels,
  }
}

const list = (dir: string, split: DatasetSplit) => {
  const top = listFolder(dir, layoutHint)
  if (!top.includes(folder[split]))
    throw new DatasetError({ file: dir, expected: `a folder ${folder[split]}`, got: listing(top), hint: layoutHint })
  const half = joinPath(dir, folder[split])
  const names = listFolder(half, layoutHint)
  const recordings = Array.from({ length: classCount }, (_, label) => {
    if (!names.includes(String(label)))
      throw new DatasetError({ file: half, expected: `a folder ${label}`, got: listing(names), hint: layoutHint })
    const path = joinPath(half, String(label))
    const found = listFolder(path, layoutHint)
    const files = found.filter((name) => name.endsWith('.bin'))
    if (files.length === 0)
      throw new DatasetError({ file: path, expected: 'recordings *.bin', got: listing(found), hint: layoutHint })
    return files.map((name) => ({ name, label, file: joinPath(path, name) }))
  }).flat()
  return recordings.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.label - b.label))
}
