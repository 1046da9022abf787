import type { Samples } from '@h2learn/snn-core'
import type { DatasetSplit, IdxImages, IdxLabels, ReadConfig } from './api'
import { checkInteger, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import { classCount } from './labels'
import { joinPath, listFolder, listing } from './node-files'
import { readIdxFile } from './read-idx'

const prefix: Readonly<Record<DatasetSplit, string>> = { train: 'train', test: 't10k' }

/**
 * MNIST (or a set in its files: one byte a pixel, classes 0..9) from a folder with its IDX files, gzipped or not, also under
 * the dotted names (`train-images.idx3-ubyte`). Pixels stay bytes; the encoding layer reads q as q/256.
 * @returns pixels N·1·H·W in file order
 * @throws DatasetError when folder or files are missing, damaged, or images and labels do not belong together
 */
export const readMnist = (dir: string, config: ReadConfig): Samples => {
  const { split, limit } = config
  checkSplit('readMnist', split)
  if (limit !== undefined) checkInteger('readMnist', 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const names = listFolder(dir, 'give the folder that holds the four IDX files of MNIST')
  const imagesFile = find(dir, names, `${prefix[split]}-images`, 'idx3-ubyte')
  const labelsFile = find(dir, names, `${prefix[split]}-labels`, 'idx1-ubyte')
  const labels = kindOf('labels', readIdxFile(labelsFile), labelsFile)
  const images = kindOf('images', readIdxFile(imagesFile), imagesFile)
  if (labels.count !== images.count)
    throw new DatasetError({
      file: labelsFile,
      offset: 4,
      expected: `${images.count} labels, as many as there are images`,
      got: String(labels.count),
      hint: 'are both files of the same split?',
    })
  const wrong = labels.labels.findIndex((label) => label >= classCount)
  if (wrong >= 0)
    throw new DatasetError({
      file: labelsFile,
      offset: 8 + wrong,
      expected: 'a label from 0 to 9',
      got: String(labels.labels[wrong]),
    })
  const count = Math.min(limit ?? images.count, images.count)
  const { rows: H, columns: W } = images
  return {
    name: 'mnist',
    origin: `${dir} (${split})`,
    synthetic: false,
    kind: 'pixels',
    count,
    classes: classCount,
    shape: { C: 1, H, W },
    T: 1,
    data: images.pixels.slice(0, count * H * W),
    labels: labels.labels.slice(0, count),
  }
}

const find = (dir: string, names: readonly string[], stem: string, type: string) => {
  const known = [`${stem}-${type}`, `${stem}-${type}.gz`, `${stem}.${type}`, `${stem}.${type}.gz`]
  const name = known.find((candidate) => names.includes(candidate))
  if (name === undefined)
    throw new DatasetError({
      file: dir,
      expected: `${known[0]} or ${known[1]}`,
      got: listing(names),
      hint: 'give the folder that holds the four IDX files of MNIST',
    })
  return joinPath(dir, name)
}

const kindOf = <K extends 'images' | 'labels'>(kind: K, idx: IdxImages | IdxLabels, file: string) => {
  if (idx.kind !== kind) throw new DatasetError({ file, offset: 0, expected: `IDX ${kind}`, got: `IDX ${idx.kind}` })
  return idx as Extract<IdxImages | IdxLabels, { kind: K }>
}
