import { readFileSync } from 'node:fs'
import {
  encodePng,
  h5Contents,
  openBenchmark,
  parseCifar10,
  pictureSvg,
  pictureText,
  type RecognisedData,
  readH5Spikes,
  readIdxFile,
  readImage,
  readRecording,
  recogniseData,
  samplePicture,
  spikeEvents,
} from '@h2learn/datasets'
import { InputError, type Samples } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { Console } from './console'
import { type DrawEventsOptions, type Drawn, drawEvents, grouped, trainEvents } from './data-draw-events'
import { exitCodes } from './failure'

/** Options of `h2learn data show`. */
export interface DataShowOptions extends DrawEventsOptions {
  readonly sample?: number
  readonly split?: 'train' | 'test'
  readonly png?: string
  readonly svg?: string
  readonly zoom?: number
  readonly sensor?: { readonly width: number; readonly height: number }
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

/** The picture of one sample of a whole data set. */
const drawSample = async (
  path: string,
  found: Extract<RecognisedData, { kind: 'benchmark' }>,
  options: DataShowOptions,
): Promise<Drawn> => {
  const { sample = 0, split = 'train' } = options
  const half = found.splits.includes(split) ? split : found.splits[0]!
  const samples = await openBenchmark(found.name, { dir: path, split: half, count: sample + 1 })
  const what = `${found.name} ${half}, sample ${sample}, label ${samples.labels[sample]}`
  if (samples.kind === 'pixels') {
    refuseEventOptions(path, options)
    return { picture: samplePicture(samples, sample), what: [what] }
  }
  if (options.sensor !== undefined)
    throw new InputError({ where: '--sensor', expected: 'a recording that does not say its sensor', got: found.name })
  const { from = 0, to = samples.T } = options
  const drawn = drawEvents(path, spikeEvents(samples, sample), 'timesteps', { ...options, from, to, whole: true })
  return { ...drawn, what: [what, ...drawn.what] }
}

/** @throws InputError for options that mean nothing for a picture without time */
const refuseEventOptions = (path: string, options: DataShowOptions): void => {
  const given = (['view', 'bins', 'from', 'to', 'sensor', 'whole'] as const).find((name) => options[name] !== undefined)
  if (given !== undefined)
    throw new InputError({
      where: `h2learn data show ${path}`,
      expected: 'events',
      got: `pixels, which have no --${given}`,
    })
}

/** The picture of one sample of whatever the path holds, and what it is in words. */
const draw = async (path: string, options: DataShowOptions): Promise<Drawn> => {
  const { sample = 0 } = options
  const found = recogniseData(path)
  const where = `h2learn data show ${path}`
  if (found.kind === 'benchmark') return drawSample(path, found, options)
  if (found.kind === 'recording' || found.kind === 'recordings') {
    const file = found.kind === 'recording' ? path : found.files[sample]
    if (file === undefined)
      throw new InputError({
        where,
        expected: `--sample from 0 to ${found.kind === 'recordings' ? found.files.length - 1 : 0}`,
        got: String(sample),
      })
    const recording = await readRecording(file, options.sensor)
    const { time, width, height, sensorAssumed } = recording
    const size = `${width}x${height}${sensorAssumed ? ' (assumed: the file does not say; --sensor WxH)' : ''}`
    const drawn = drawEvents(where, recording, 'µs', options)
    const name = found.kind === 'recordings' ? `${file}: ` : ''
    return { ...drawn, what: [`${name}${grouped.format(time.length)} events of ${size}`, ...drawn.what] }
  }
  if (found.kind === 'hdf5' || found.kind === 'hdf5-folder') {
    const file = found.kind === 'hdf5' ? path : found.files[0]!
    if ((await h5Contents(file)).kind === 'spikes') {
      const trains = await readH5Spikes(file)
      checkSample(where, sample, trains.length)
      const { times, units, label } = trains[sample]!
      const list = trainEvents(times, units)
      const drawn = drawEvents(where, list, 'µs', { view: 'raster', ...options, whole: true })
      return { ...drawn, what: [`${file}: sample ${sample} of ${trains.length}, label ${label}`, ...drawn.what] }
    }
  }
  if (found.kind === 'other')
    throw new InputError({ where, expected: 'pictures or events', got: found.what, hint: found.todo })
  refuseEventOptions(path, options)
  if (found.kind === 'image') {
    const pixels = await readImage(path)
    return { picture: samplePicture(rawSamples(3, 224, 224, 1, pixels), 0), what: ['picture as the network sees it'] }
  }
  if (found.kind === 'idx') {
    const idx = readIdxFile(path)
    if (idx.kind === 'images')
      return {
        picture: samplePicture(rawSamples(1, idx.rows, idx.columns, idx.count, idx.pixels), sample),
        what: [`image ${sample} of ${idx.count}`],
      }
  }
  if (found.kind === 'cifar10-file') {
    const { count, labels, pixels } = parseCifar10(bytesOf(path), path)
    const picture = samplePicture(rawSamples(3, 32, 32, count, pixels), sample)
    return { picture, what: [`row ${sample} of ${count}, label ${labels[sample]}`] }
  }
  throw new InputError({
    where,
    expected: 'pictures or events',
    got: found.kind,
    hint: 'h2learn data info says what it holds',
  })
}

const checkSample = (where: string, sample: number, count: number): void => {
  if (sample >= count) throw new InputError({ where, expected: `--sample from 0 to ${count - 1}`, got: String(sample) })
}

/**
 * `h2learn data show PATH`: draws a sample in the terminal and, on request, as PNG or SVG.
 * @throws DatasetError for what is missing, damaged or not known; InputError for a sample that is not there
 */
export const dataShow = async (path: string, options: DataShowOptions, out: Console): Promise<number> => {
  const { picture, what } = await draw(path, options)
  // the files first: a reader of the terminal's output may go away early
  const { zoom = Math.max(1, Math.floor(400 / picture.width)) } = options
  if (options.png !== undefined) {
    await writeWhole(options.png, encodePng(picture, zoom))
    out.note(`PNG: ${options.png}`)
  }
  if (options.svg !== undefined) {
    await writeWhole(options.svg, pictureSvg(picture, zoom))
    out.note(`SVG: ${options.svg}`)
  }
  out.say(`${path}: ${what[0]}`)
  for (const line of what.slice(1)) out.say(line)
  out.say(pictureText(picture, Math.min(out.columns, 120), out.color))
  return exitCodes.done
}
