import { InputError, type Samples } from '@h2learn/snn-core'
import type { DatasetSplit, ReadConfig } from './api'
import { blockBytes, checkInteger, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import { type ImageCropConfig, readImage } from './image-file'
import { isFolder, joinPath, listFolder, listing, visibleNames } from './node-files'

/** What the reader of picture folders takes. */
export interface ImageFolderConfig extends ReadConfig, ImageCropConfig {}

/** A picture of a folder before it is read. */
export interface ImageFile {
  readonly file: string
  readonly label: number
}

/** The pictures of a folder, class by class taken in turn so that the beginning holds every class. */
export interface ImageListing {
  /** Names of the classes, sorted; a label is the place of its name. */
  readonly classes: readonly string[]
  readonly files: readonly ImageFile[]
  /** False where train and test are the same pictures because the folder has no halves. */
  readonly hasSplits: boolean
}

const picture = /\.(jpe?g|png)$/i
const synset = /^(n\d{8})[_.]/
const splitFolders: Readonly<Record<DatasetSplit, readonly string[]>> = {
  train: ['train'],
  test: ['val', 'validation', 'test'],
}
const hint = 'give a folder with train and val, with one folder a class, or with files n01234567_*.JPEG'
const maxClasses = 65536

/**
 * Lists an ImageNet-style folder: `train|val/CLASS/*.JPEG`, `CLASS/*.JPEG`, or files `nNNNNNNNN_*.JPEG` side by side whose
 * first nine letters are the class. Files are listed, not opened.
 * @throws DatasetError when there is no picture or no class
 */
export const listImages = (dir: string, split: DatasetSplit): ImageListing => {
  checkSplit('readImageFolder', split)
  const top = listFolder(dir, hint)
  const half = splitFolders[split].find((name) => top.includes(name) && isFolder(joinPath(dir, name)))
  const otherHalf = splitFolders[split === 'train' ? 'test' : 'train'].find(
    (name) => top.includes(name) && isFolder(joinPath(dir, name)),
  )
  if (half === undefined && otherHalf !== undefined)
    throw new DatasetError({ file: dir, expected: `a folder ${splitFolders[split][0]}`, got: listing(top), hint })
  const base = half === undefined ? dir : joinPath(dir, half)
  const names = half === undefined ? top : listFolder(base, hint)
  const flat = names.filter((name) => picture.test(name) && synset.test(name))
  const byClass = new Map<string, string[]>()
  if (flat.length > 0)
    for (const name of flat) {
      const key = synset.exec(name)![1]!
      byClass.set(key, [...(byClass.get(key) ?? []), joinPath(base, name)])
    }
  else
    for (const name of names) {
      const path = joinPath(base, name)
      if (!isFolder(path)) continue
      const files = visibleNames(path).filter((file) => picture.test(file))
      if (files.length > 0)
        byClass.set(
          name,
          files.map((file) => joinPath(path, file)),
        )
    }
  const classes = [...byClass.keys()].sort()
  if (classes.length === 0)
    throw new DatasetError({ file: base, expected: 'pictures *.JPEG, *.jpg or *.png', got: listing(names), hint })
  if (classes.length > maxClasses)
    throw new DatasetError({ file: base, expected: `at most ${maxClasses} classes`, got: String(classes.length), hint })
  const lists = classes.map((name) => byClass.get(name)!)
  const most = lists.reduce((n, list) => Math.max(n, list.length), 0)
  const files: ImageFile[] = []
  for (let i = 0; i < most; i++)
    lists.forEach((list, label) => {
      if (i < list.length) files.push({ file: list[i]!, label })
    })
  return { classes, files, hasSplits: half !== undefined }
}

/** One picture after the other, decoded as it is asked for: memory holds one at a time. */
export async function* streamImages(
  dir: string,
  { split, limit = Number.MAX_SAFE_INTEGER, ...crop }: ImageFolderConfig,
): AsyncGenerator<{ readonly label: number; readonly file: string; readonly pixels: Uint8Array }> {
  for (const { file, label } of listImages(dir, split).files.slice(0, limit))
    yield { label, file, pixels: await readImage(file, crop) }
}

/**
 * Pictures of an ImageNet-style folder as samples, every class in turn. Pixels stay bytes, unsigned and without mean
 * subtraction, as the encoding layer reads them (q/256); `directEncode` gives the normalised values other networks take.
 * @returns pixels N·3·224·224 (or `size`); labels of two bytes where there are more than 256 classes
 * @throws DatasetError when folder or pictures are missing or damaged; InputError for a limit or size out of range
 */
export const readImageFolder = async (dir: string, config: ImageFolderConfig): Promise<Samples> => {
  const where = 'readImageFolder'
  const { split, limit, resize = 256, size = 224 } = config
  if (limit !== undefined) checkInteger(where, 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  checkInteger(where, 'size', size, 1, 4096)
  checkInteger(where, 'resize', resize, 1, 4096)
  if (resize < size) throw new InputError({ where, expected: `resize of at least size (${size})`, got: String(resize) })
  const { classes, files, hasSplits } = listImages(dir, split)
  const taken = files.slice(0, limit)
  const bytes = 3 * size * size
  const data = new Uint8Array(blockBytes(where, taken.length, bytes))
  const labels = classes.length > 256 ? new Uint16Array(taken.length) : new Uint8Array(taken.length)
  for (const [n, { file, label }] of taken.entries()) {
    data.set(await readImage(file, { resize, size }), n * bytes)
    labels[n] = label
  }
  const part = hasSplits ? split : 'the folder has no train and val: both halves are the same pictures'
  return {
    name: 'imagenet',
    origin: `${dir} (${part}${taken.length < files.length ? `, ${taken.length} of ${files.length}` : ''})`,
    synthetic: false,
    kind: 'pixels',
    count: taken.length,
    classes: classes.length,
    shape: { C: 3, H: size, W: size },
    T: 1,
    data,
    labels,
  }
}
