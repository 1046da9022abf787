import { deriveSeed, InputError, rng } from '@h2learn/snn-core'
import type { EventRecording } from './api'
import { checkInteger, checkNumber } from './check-config'
import { orderByTime, pickEvents } from './event-list'

type Event = { readonly x: number; readonly y: number; readonly time: number }

const keep = (recording: EventRecording, wanted: (event: Event, place: number) => boolean): EventRecording => {
  const { x, y, time } = recording
  const places: number[] = []
  for (let i = 0; i < time.length; i++) if (wanted({ x: x[i]!, y: y[i]!, time: time[i]! }, i)) places.push(i)
  return pickEvents(recording, places)
}

/**
 * The events inside a rectangle, which becomes the sensor.
 * @param area left top corner and size in pixels, inside the sensor
 * @throws InputError for an area that is not inside the sensor
 */
export const cropEvents = (
  recording: EventRecording,
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): EventRecording => {
  const where = 'cropEvents'
  checkInteger(where, 'width', area.width, 1, recording.width)
  checkInteger(where, 'height', area.height, 1, recording.height)
  checkInteger(where, 'x', area.x, 0, recording.width - area.width)
  checkInteger(where, 'y', area.y, 0, recording.height - area.height)
  const inside = keep(
    recording,
    ({ x, y }) => x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height,
  )
  return {
    ...inside,
    width: area.width,
    height: area.height,
    x: inside.x.map((x) => x - area.x),
    y: inside.y.map((y) => y - area.y),
  }
}

/**
 * Merges factor×factor pixels into one: (x, y) → (⌊x/factor⌋, ⌊y/factor⌋). What is left over at the edges is cut off
 * evenly first, so that 128 pixels by 3 give 42 (Table VI's CIFAR10-DVS input; that the cut is centred is our choice).
 * @throws InputError for a factor that is no positive integer, or larger than the sensor
 */
export const reduceEvents = (recording: EventRecording, factor: number): EventRecording => {
  const { width: W, height: H } = recording
  checkInteger('reduceEvents', 'factor', factor, 1, Math.min(W, H))
  const [width, height] = [Math.floor(W / factor), Math.floor(H / factor)]
  const cut = cropEvents(recording, {
    x: Math.floor((W - width * factor) / 2),
    y: Math.floor((H - height * factor) / 2),
    width: width * factor,
    height: height * factor,
  })
  return {
    ...cut,
    width,
    height,
    x: cut.x.map((x) => Math.floor(x / factor)),
    y: cut.y.map((y) => Math.floor(y / factor)),
  }
}

/** The events from `from` up to, not with, `to` (µs); their times start at 0 again. @throws InputError unless 0 ≤ from < to */
export const sliceEvents = (recording: EventRecording, from: number, to: number): EventRecording => {
  checkNumber('sliceEvents', 'from', from, 0, 2 ** 32)
  if (!(to > from)) throw new InputError({ where: 'sliceEvents', expected: `to above ${from}`, got: String(to) })
  const inside = keep(recording, ({ time }) => time >= from && time < to)
  return { ...inside, time: inside.time.map((t) => t - from) }
}

/**
 * Background activity filter: an event stays when one of its eight neighbours (or, with `self`, the pixel itself) had an
 * event at most `window` µs before. Events are taken by time.
 * @throws InputError for a window that is no positive number
 * Source: the nearest-neighbour filter of Delbruck, "Frame-free dynamic digital vision", 2008.
 */
export const denoiseEvents = (
  recording: EventRecording,
  { window, self = false }: { readonly window: number; readonly self?: boolean },
): EventRecording => {
  checkNumber('denoiseEvents', 'window', window, 1, 2 ** 32)
  const sorted = pickEvents(recording, orderByTime(recording.time))
  const { width, height } = recording
  const last = new Float64Array(width * height).fill(Number.NEGATIVE_INFINITY)
  return keep(sorted, ({ x, y, time }) => {
    let supported = false
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
        if ((self || u !== x || v !== y) && time - last[v * width + u]! <= window) supported = true
    last[y * width + x] = time
    return supported
  })
}

/** Forgets the polarity: every event becomes ON. */
export const mergePolarities = (recording: EventRecording): EventRecording => ({
  ...recording,
  polarity: new Uint8Array(recording.polarity.length).fill(1),
})

/** Swaps ON and OFF. */
export const swapPolarities = (recording: EventRecording): EventRecording => ({
  ...recording,
  polarity: recording.polarity.map((p) => 1 - p),
})

/**
 * Moves each event in time by a normal draw, never before 0, and sorts again: for augmentation and robustness tests.
 * @param config deviation in µs; seed any integer
 * @throws InputError for a negative deviation
 */
export const jitterEvents = (
  recording: EventRecording,
  { deviation, seed }: { readonly deviation: number; readonly seed: number },
): EventRecording => {
  checkNumber('jitterEvents', 'deviation', deviation, 0, 1e9)
  checkInteger('jitterEvents', 'seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  const random = rng(deriveSeed(seed, 'jitter'))
  const time = recording.time.map((t) =>
    Math.min(2 ** 32 - 1, Math.max(0, Math.round(t + deviation * random.normal()))),
  )
  return pickEvents({ ...recording, time }, orderByTime(time))
}

/** Mirrors the picture: `x` left and right, `y` top and bottom. */
export const flipEvents = (recording: EventRecording, axis: 'x' | 'y'): EventRecording =>
  axis === 'x'
    ? { ...recording, x: recording.x.map((x) => recording.width - 1 - x) }
    : { ...recording, y: recording.y.map((y) => recording.height - 1 - y) }

/** Mirrors each recording left to right with probability ½: sample i depends on (seed, i) alone. */
export const randomFlip = (recording: EventRecording, seed: number, i: number): EventRecording =>
  rng(deriveSeed(seed, 'flip', i)).next() < 0.5 ? flipEvents(recording, 'x') : recording
