import { InputError, type Samples } from '@h2learn/snn-core'
import type { DatasetSplit, ReadConfig } from './api'
import { blockBytes, checkInteger, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import { type ImageCropConfig, readImage } from './image-file'
import { isFolder, joinPath, listFolder, listing, visibleNames } from './node-files'

/** What the reader of picture folders takes. */
export interface ImageFolderConfig extends ReadConfig, ImageCropConfig {
  /**
   * Names of the classes in the order of their labels, such as `classNames` of the training samples when the test pictures lie
   * in another folder. Default: the classes of the folder's own training half, for both halves.
   */
  readonly classNames?: readonly string[]
}

/** A picture of a folder before it is read. */
export interface ImageFile {
  readonly file: string
  readonly label: number
}

/** The pictures of a folder, class by class taken in turn so that the beginning holds every class. */
export interface ImageListing {
  /** Names of the classes; a label is the place of its name. They are the same for the training and the test half. */
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

/** The folder that holds one half, and whether there is such a folder; a folder without halves is both. */
const halfFolder = (dir: string, split: DatasetSplit): { readonly base: string; readonly hasSplits: boolean } => {
  const top = listFolder(dir, hint)
  const folderOf = (half: DatasetSplit) =>
    splitFolders[half].find((name) => top.includes(name) && isFolder(joinPath(dir, name)))
  const half = folderOf(split)
  if (half !== undefined) return { base: joinPath(dir, half), hasSplits: true }
  if (folderOf(split === 'train' ? 'test' : 'train') !== undefined)
    throw new DatasetError({ file: dir, expected: `a folder ${splitFolders[split][0]}`, got: listing(top), hint })
  return { base: dir, hasSplits: false }
}

/** The pictures of a folder by the name of their class. @throws DatasetError when there is none, or too many classes */
const picturesByClass = (base: string): ReadonlyMap<string, readonly string[]> => {
  const names = listFolder(base, hint)
  const byClass = new Map<string, string[]>()
  const add = (key: string, path: string) => {
    const files = byClass.get(key)
    if (files === undefined) byClass.set(key, [path])
    else files.push(path)
  }
  const flat = names.filter((name) => picture.test(name) && synset.test(name))
  if (flat.length > 0) for (const name of flat) add(synset.exec(name)![1]!, joinPath(base, name))
  else
    for (const name of names) {
      const path = joinPath(base, name)
      if (!isFolder(path)) continue
      for (const file of visibleNames(path)) if (picture.test(file)) add(name, joinPath(path, file))
    }
  if (byClass.size === 0)
    throw new DatasetError({ file: base, expected: 'pictures *.JPEG, *.jpg or *.png', got: listing(names), hint })
  if (byClass.size > maxClasses)
    throw new DatasetError({ file: base, expected: `at most ${maxClasses} classes`, got: String(byClass.size), hint })
  return byClass
}

/**
 * Classes by which a test half is labelled: those of the training half beside it, else its own.
 * @throws DatasetError as picturesByClass
 */
const classesBeside = (dir: string, split: DatasetSplit, own: ReadonlyMap<string, unknown>): readonly string[] => {
  const train = split === 'test' ? splitFolders.train.map((name) => joinPath(dir, name)).find(isFolder) : undefined
  return [...(train === undefined ? own : picturesByClass(train)).keys()].sort()
}

/**
 * Lists an ImageNet-style folder: `train|val/CLASS/*.JPEG`, `CLASS/*.JPEG`, or files `nNNNNNNNN_*.JPEG` side by side whose
 * first nine letters are the class. Files are listed, not opened. The classes are numbered once, by the training half, so
 * that a label means the same class in both halves, also where the test half lacks some.
 * @param classNames the classes in the order of their labels; default those of the training half in `dir`, sorted
 * @throws DatasetError when there is no picture or no class, and for a class of the test half that the training half lacks
 */
export const listImages = (dir: string, split: DatasetSplit, classNames?: readonly string[]): ImageListing => {
  checkSplit('readImageFolder', split)
  const { base, hasSplits } = halfFolder(dir, split)
  const byClass = picturesByClass(base)
  const classes = classNames ?? classesBeside(dir, split, byClass)
  const known = new Set(classes)
  const unknown = [...byClass.keys()].filter((name) => !known.has(name)).sort()
  if (unknown.length > 0)
    throw new DatasetError({
      file: base,
      expected: `classes of the training half (${listing(classes)})`,
      got: `${unknown.length === 1 ? 'a class' : `${unknown.length} classes`} that it lacks: ${listing(unknown)}`,
      hint: 'a network cannot predict a class it was not trained on: take these pictures away, or train with them',
    })
  const lists = classes.map((name) => byClass.get(name) ?? [])
  const most = lists.reduce((n, list) => Math.max(n, list.length), 0)
  const files: ImageFile[] = []
  for (let i = 0; i < most; i++)
    lists.forEach((list, label) => {
      if (i < list.length) files.push({ file: list[i]!, label })
    })
  return { classes, files, hasSplits }
}

/** One picture after the other, decoded as it is asked for: memory holds one at a time. */
export async function* streamImages(
  dir: string,
  { split, limit = Number.MAX_SAFE_INTEGER, classNames, ...crop }: ImageFolderConfig,
): AsyncGenerator<{ readonly label: number; readonly file: string; readonly pixels: Uint8Array }> {
  for (const { file, label } of listImages(dir, split, classNames).files.slice(0, limit))
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
  const { split, limit, resize = 256, size = 224, classNames } = config
  if (limit !== undefined) checkInteger(where, 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  checkInteger(where, 'size', size, 1, 4096)
  checkInteger(where, 'resize', resize, 1, 4096)
  if (resize < size) throw new InputError({ where, expected: `resize of at least size (${size})`, got: String(resize) })
  const { classes, files, hasSplits } = listImages(dir, split, classNames)
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
    classNames: classes,
    shape: { C: 3, H: size, W: size },
    T: 1,
    data,
    labels,
  }
}
