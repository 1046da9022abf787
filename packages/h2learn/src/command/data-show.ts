import { readFileSync } from 'node:fs'
import {
  encodePng,
  openBenchmark,
  type Picture,
  parseCifar10,
  pictureSvg,
  pictureText,
  readIdxFile,
  readImage,
  readRecording,
  recogniseData,
  recordingPicture,
  samplePicture,
} from '@h2learn/datasets'
import { InputError, type Samples } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { Console } from './console'
import { exitCodes } from './failure'

/** Options of `h2learn data show`. */
export interface DataShowOptions {
  readonly sample?: number
  readonly split?: 'train' | 'test'
  readonly png?: string
  readonly svg?: string
  readonly zoom?: number
}

/** The bytes of a file, plain. */
export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path))

const rawSamples = (C: number, H: number, W: number, count: number, data: Uint8Array): Samples => ({
  name: 'file',
  origin: 'file',
  synthetic: false,
  kind: 'pixels',
  count,
  classes: 1,
  shape: { C, H, W },
  T: 1,
  data,
  labels: new Uint8Array(count),
})

/** The picture of one sample of whatever the path holds, and what it is in words. */
const pictureOf = async (
  path: string,
  { sample = 0, split = 'train' }: DataShowOptions,
): Promise<{ readonly picture: Picture; readonly what: string }> => {
  const found = recogniseData(path)
  if (found.kind === 'benchmark') {
    const half = found.splits.includes(split) ? split : found.splits[0]!
    const samples = await openBenchmark(found.name, { dir: path, split: half, count: sample + 1 })
    return {
      picture: samplePicture(samples, sample),
      what: `${found.name} ${half}, sample ${sample}, label ${samples.labels[sample]}`,
    }
  }
  if (found.kind === 'recording') {
    const recording = await readRecording(path)
    const { time, width, height } = recording
    return { picture: recordingPicture(recording), what: `${time.length} events of ${width}x${height}` }
  }
  if (found.kind === 'image') {
    const pixels = await readImage(path)
    return { picture: samplePicture(rawSamples(3, 224, 224, 1, pixels), 0), what: 'picture as the network sees it' }
  }
  if (found.kind === 'idx') {
    const idx = readIdxFile(path)
    if (idx.kind === 'images')
      return {
        picture: samplePicture(rawSamples(1, idx.rows, idx.columns, idx.count, idx.pixels), sample),
        what: `image ${sample} of ${idx.count}`,
      }
  }
  if (found.kind === 'cifar10-file') {
    const { count, labels, pixels } = parseCifar10(bytesOf(path), path)
    const picture = samplePicture(rawSamples(3, 32, 32, count, pixels), sample)
    return { picture, what: `row ${sample} of ${count}, label ${labels[sample]}` }
  }
  throw new InputError({
    where: `h2learn data show ${path}`,
    expected: 'pictures or events',
    got: found.kind,
    hint: 'h2learn data info says what it holds',
  })
}

/**
 * `h2learn data show PATH`: draws a sample in the terminal and, on request, as PNG or SVG.
 * @throws DatasetError for what is missing, damaged or not known; InputError for a sample that is not there
 */
export const dataShow = async (path: string, options: DataShowOptions, out: Console): Promise<number> => {
  const { picture, what } = await pictureOf(path, options)
  out.say(`${path}: ${what}`)
  out.say(pictureText(picture, Math.min(out.columns, 120), out.color))
  const { zoom = Math.max(1, Math.floor(400 / picture.width)) } = options
  if (options.png !== undefined) {
    await writeWhole(options.png, encodePng(picture, zoom))
    out.note(`PNG: ${options.png}`)
  }
  if (options.svg !== undefined) {
    await writeWhole(options.svg, pictureSvg(picture, zoom))
    out.note(`SVG: ${options.svg}`)
  }
  return exitCodes.done
}
