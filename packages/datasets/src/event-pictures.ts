import { elementary } from '@h2learn/elementary'
import { InputError, type Samples } from '@h2learn/snn-core'
import type { EventRecording } from './api'
import { checkInteger, checkNumber } from './check-config'
import { eventList } from './event-list'
import { eventColours, type Picture } from './picture'

/** The part of a recording that is drawn: from `from` up to, not with, `to`, on the recording's own clock. */
export interface EventWindow {
  readonly from: number
  readonly to: number
}

/** The rectangle in which the events of a recording lie: its corner and size in pixels; undefined without events. */
export const eventExtent = ({
  x,
  y,
}: EventRecording): { x: number; y: number; width: number; height: number } | undefined => {
  if (x.length === 0) return undefined
  const min = (a: number, b: number) => Math.min(a, b)
  const max = (a: number, b: number) => Math.max(a, b)
  const [left, top] = [x.reduce(min), y.reduce(min)]
  return { x: left, y: top, width: x.reduce(max) + 1 - left, height: y.reduce(max) + 1 - top }
}

/**
 * The window of a recording: by default from its first event up to and with its last.
 * @throws InputError where `from` is not below `to`, or the window lies beside the recording
 */
export const eventWindow = (
  where: string,
  { time }: EventRecording,
  from: number | undefined,
  to: number | undefined,
): EventWindow => {
  if (time.length === 0) return { from: from ?? 0, to: to ?? (from ?? 0) + 1 }
  const first = time.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const end = time.reduce((a, b) => Math.max(a, b), 0) + 1
  const window = { from: from ?? first, to: to ?? end }
  if (!(window.from < window.to) || window.from >= end || window.to <= first)
    throw new InputError({
      where,
      expected: `a part of the recording, which lasts from ${first} to ${end - 1}`,
      got: `from ${window.from} to ${window.to}`,
      hint: 'give --from and --to on the clock of the recording; h2learn data info prints first_us and last_us',
    })
  return window
}

/**
 * Events a pixel in `bins` equal parts of a window, one picture each: OFF blue, ON red, more is stronger, on one scale.
 * @throws InputError unless bins is an integer from 1 to 1,000
 */
export const binPictures = (
  { width, height, x, y, polarity, time }: EventRecording,
  { from, to }: EventWindow,
  bins: number,
): readonly Picture[] => {
  checkInteger('binPictures', 'bins', bins, 1, 1000)
  const sums = Array.from({ length: bins }, () => [new Float64Array(width * height), new Float64Array(width * height)])
  for (let i = 0; i < time.length; i++)
    if (time[i]! >= from && time[i]! < to) {
      const bin = Math.floor(((time[i]! - from) * bins) / (to - from))
      sums[bin]![polarity[i]!]![y[i]! * width + x[i]!]!++
    }
  const most = sums.flat().reduce((m, counts) => counts.reduce((n, count) => Math.max(n, count), m), 1)
  return sums.map(([off, on]) => ({ width, height, rgb: eventColours(off!, on!, most) }))
}

/**
 * A raster: time to the right in `columns` equal parts of the window, a row for each row of the sensor, its events summed
 * over x. OFF blue, ON red.
 * @throws InputError unless columns is an integer from 1 to 10,000
 */
export const rasterPicture = (
  { height, y, polarity, time }: EventRecording,
  { from, to }: EventWindow,
  columns: number,
): Picture => {
  checkInteger('rasterPicture', 'columns', columns, 1, 10_000)
  const sums = [new Float64Array(columns * height), new Float64Array(columns * height)]
  for (let i = 0; i < time.length; i++)
    if (time[i]! >= from && time[i]! < to) {
      const column = Math.floor(((time[i]! - from) * columns) / (to - from))
      sums[polarity[i]!]![y[i]! * columns + column]!++
    }
  return { width: columns, height, rgb: eventColours(sums[0]!, sums[1]!) }
}

/**
 * A time surface: each pixel exp(−(to − t)/τ) of its last event before `to`, a channel a polarity; what happened last is
 * brightest. τ = `decay`, in the unit of the times.
 * Source: Lagorce et al., "HOTS: a hierarchy of event-based time-surfaces for pattern recognition", 2017.
 */
export const timeSurfacePicture = (
  { width, height, x, y, polarity, time }: EventRecording,
  { from, to }: EventWindow,
  decay: number,
): Picture => {
  checkNumber('timeSurfacePicture', 'decay', decay, Number.MIN_VALUE, Number.MAX_VALUE)
  const values = [new Float64Array(width * height), new Float64Array(width * height)]
  for (let i = 0; i < time.length; i++)
    if (time[i]! >= from && time[i]! < to) {
      const surface = values[polarity[i]!]!
      const at = y[i]! * width + x[i]!
      surface[at] = Math.max(surface[at]!, elementary.exp((time[i]! - to) / decay))
    }
  const rgb = new Uint8Array(3 * width * height)
  for (let p = 0; p < width * height; p++) {
    const [blue, red] = values.map((surface) => Math.round(255 * surface[p]!))
    rgb.set([red!, Math.min(red!, blue!), blue!], 3 * p)
  }
  return { width, height, rgb }
}

/** Pictures of one size side by side, `perRow` in a row, with a grey line between them. */
export const pictureGrid = (pictures: readonly Picture[], perRow: number): Picture => {
  const { width: W, height: H } = pictures[0]!
  const rows = Math.ceil(pictures.length / perRow)
  const [width, height] = [perRow * (W + 1) - 1, rows * (H + 1) - 1]
  const rgb = new Uint8Array(3 * width * height).fill(64)
  pictures.forEach((picture, n) => {
    const [left, top] = [(n % perRow) * (W + 1), Math.floor(n / perRow) * (H + 1)]
    for (let y = 0; y < H; y++)
      rgb.set(picture.rgb.subarray(3 * y * W, 3 * (y + 1) * W), 3 * ((top + y) * width + left))
  })
  return { width, height, rgb }
}

/**
 * Sample n of spikes as a recording whose clock counts timesteps: of one or two channels as a camera's (channel = polarity,
 * one channel = ON), of other shapes a row for each of the C·H·W neurons.
 * @throws InputError for samples of pixels, or a sample that is not there
 */
export const spikeEvents = (samples: Samples, n: number): EventRecording => {
  const where = 'spikeEvents'
  if (samples.kind !== 'spikes') throw new InputError({ where, expected: 'samples of spikes', got: samples.kind })
  checkInteger(where, 'n', n, 0, samples.count - 1)
  const { T, shape, data } = samples
  const { C, H, W } = shape
  const map = C * H * W
  const camera = C <= 2 && H * W > 1
  const list = eventList()
  for (let i = 0; i < T * map; i++) {
    if (data[n * T * map + i] === 0) continue
    const [t, neuron] = [Math.floor(i / map), i % map]
    if (camera) list.push(neuron % W, Math.floor(neuron / W) % H, C === 1 ? 1 : Math.floor(neuron / (H * W)), t)
    else list.push(0, neuron, 1, t)
  }
  return list.recording(camera ? { width: W, height: H } : { width: 1, height: map })
}
