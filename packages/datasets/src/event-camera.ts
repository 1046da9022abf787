import { elementary } from '@h2learn/elementary'
import type { Rng } from '@h2learn/snn-core'
import type { EventRecording } from './api'

/** Straight move of the image over the sensor between two times, with a bell-shaped speed, as an eye's saccade. */
export interface Saccade {
  /** Microseconds. */
  readonly start: number
  readonly end: number
  /** Place of the image's top left corner on the sensor before and after, in pixels. */
  readonly from: readonly [x: number, y: number]
  readonly to: readonly [x: number, y: number]
}

/** An event camera looking at a moving image. */
export interface EventCameraConfig {
  /** Pixels of the sensor. */
  readonly width: number
  readonly height: number
  readonly saccades: readonly Saccade[]
  /** Microseconds of the whole recording; events later than this are not written. */
  readonly duration: number
  /** Change of log intensity that makes an event, mean over pixels. */
  readonly threshold: number
  /** Its standard deviation from pixel to pixel, as a share of the mean. */
  readonly thresholdNoise: number
  /** Reflectance of full ink on a ground of reflectance 1, about: ink I from 0 to 1 reflects floor / (floor + I). */
  readonly floor: number
  /** Mean of the exponentially distributed delay of an event in microseconds. */
  readonly latency: number
  /** Events per pixel and second that nothing caused. */
  readonly noiseRate: number
}

/** Microseconds between two looks at the scene; crossings in between are placed by linear interpolation. */
const stepTime = 2500

/**
 * Records a still image moving over the sensor of an event camera. Each pixel remembers a log intensity; when the scene's
 * differs by the pixel's threshold it writes an event (ON brighter, OFF darker) and moves its memory by the threshold.
 * @param image side·side bytes of ink, 0 = ground; ink is darker than the ground
 * @returns events sorted by time
 * Modelling choice: the usual idealised event pixel (contrast threshold with mismatch, delay, background noise).
 */
export const recordEvents = (
  image: Uint8Array,
  side: number,
  config: EventCameraConfig,
  random: Rng,
): EventRecording => {
  const { width, height, duration } = config
  const pixels = width * height
  // An event is one number, time·2·pixels + 2·pixel + polarity: sorting numbers is several times faster than objects.
  const events: number[] = []
  const note = (pixel: number, polarity: number, time: number) => {
    if (time < duration) events.push((time * pixels + pixel) * 2 + polarity)
  }
  const scene = paddedLog(image, side, config)
  const thresholds = Float64Array.from({ length: pixels }, () =>
    Math.max(0.05, config.threshold * (1 + config.thresholdNoise * random.normal())),
  )
  const memory = new Float64Array(pixels)
  let before = new Float64Array(pixels)
  let after = new Float64Array(pixels)
  const [x0, y0] = config.saccades[0]?.from ?? [0, 0]
  view(scene, x0, y0, width, height, before)
  // Where inside its threshold each pixel starts is not known: spreading it keeps pixels from firing in step.
  for (let p = 0; p < pixels; p++) memory[p] = before[p]! + (random.next() - 0.5) * thresholds[p]!
  for (const saccade of config.saccades) {
    const steps = Math.max(1, Math.round((saccade.end - saccade.start) / stepTime))
    for (let step = 1; step <= steps; step++) {
      const [x, y] = placeOf(saccade, step / steps)
      view(scene, x, y, width, height, after)
      const from = saccade.start + ((saccade.end - saccade.start) * (step - 1)) / steps
      const span = (saccade.end - saccade.start) / steps
      for (let p = 0; p < pixels; p++) {
        const change = after[p]! - before[p]!
        if (change === 0) continue
        const sign = change > 0 ? 1 : -1
        const threshold = thresholds[p]!
        while ((after[p]! - memory[p]!) * sign >= threshold) {
          memory[p]! += sign * threshold
          const share = Math.min(1, Math.max(0, (memory[p]! - before[p]!) / change))
          const delay = -config.latency * elementary.log(1 - random.next())
          note(p, sign > 0 ? 1 : 0, Math.floor(from + span * share + delay))
        }
      }
      ;[before, after] = [after, before]
    }
  }
  const noise = (config.noiseRate * pixels * duration) / 1e6
  for (let n = Math.floor(noise + random.next()); n > 0; n--)
    note(random.below(pixels), random.below(2), random.below(duration))
  return toRecording(events, width, height)
}

/** Place at a share of the way's time: 3τ² − 2τ³, at rest at both ends. */
const placeOf = ({ from, to }: Saccade, share: number): readonly [number, number] => {
  const way = share * share * (3 - 2 * share)
  return [from[0] + (to[0] - from[0]) * way, from[1] + (to[1] - from[1]) * way]
}

/** Log intensity of dark ink on a bright ground, inside an empty frame so wide that the sensor never looks past it. */
const paddedLog = (image: Uint8Array, side: number, config: EventCameraConfig) => {
  const places = config.saccades.flatMap(({ from, to }) => [...from, ...to])
  const margin = Math.ceil(Math.max(config.width, config.height, ...places.map(Math.abs))) + 2
  const padded = side + 2 * margin
  const values = new Float64Array(padded * padded)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      values[(y + margin) * padded + x + margin] = -elementary.log1p(image[y * side + x]! / 255 / config.floor)
  return { values, padded, margin }
}

/** What the sensor sees when the image's corner lies at (left, top): bilinear, no ink outside. */
const view = (
  { values, padded, margin }: ReturnType<typeof paddedLog>,
  left: number,
  top: number,
  width: number,
  height: number,
  out: Float64Array,
) => {
  const [wholeX, wholeY] = [Math.floor(-left), Math.floor(-top)]
  // The fraction is common to all pixels, and so are the weights of the four neighbours.
  const [fx, fy] = [-left - wholeX, -top - wholeY]
  const [w00, w01, w10, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]
  for (let y = 0; y < height; y++) {
    const row = (y + wholeY + margin) * padded + wholeX + margin
    for (let x = row, p = y * width; x < row + width; x++, p++)
      out[p] = w00 * values[x]! + w01 * values[x + 1]! + w10 * values[x + padded]! + w11 * values[x + padded + 1]!
  }
}

const toRecording = (events: readonly number[], width: number, height: number): EventRecording => {
  const sorted = Float64Array.from(events).sort()
  const count = sorted.length
  const pixels = width * height
  const recording = {
    width,
    height,
    x: new Uint16Array(count),
    y: new Uint16Array(count),
    polarity: new Uint8Array(count),
    time: new Uint32Array(count),
  }
  for (let i = 0; i < count; i++) {
    const polarity = sorted[i]! % 2
    const rest = (sorted[i]! - polarity) / 2
    const pixel = rest % pixels
    recording.x[i] = pixel % width
    recording.y[i] = Math.floor(pixel / width)
    recording.polarity[i] = polarity
    recording.time[i] = (rest - pixel) / pixels
  }
  return recording
}
