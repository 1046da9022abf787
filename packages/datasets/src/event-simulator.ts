import { elementary } from '@h2learn/elementary'
import { deriveSeed, InputError, type Rng, rng } from '@h2learn/snn-core'
import type { EventRecording } from './api'
import { checkInteger, checkNumber } from './check-config'
import { eventList } from './event-list'

/** A grey picture of a sequence: width·height bytes, 0 = black, and its time. */
export interface VideoFrame {
  /** Whole microseconds; later than the frame before. */
  readonly time: number
  readonly pixels: Uint8Array
}

/** An event camera that watches a picture sequence. */
export interface EventSimulatorConfig {
  readonly width: number
  readonly height: number
  readonly seed: number
  /** Change of log intensity (natural) that makes an ON or OFF event, mean over pixels; default 0.2. */
  readonly onThreshold?: number
  readonly offThreshold?: number
  /** Standard deviation of the thresholds from pixel to pixel, in log intensity; default 0.03. */
  readonly thresholdNoise?: number
  /** Corner frequency in Hz of a white pixel's low pass; a dark pixel's is a tenth and a bit; default none. */
  readonly cutoff_Hz?: number
  /** ON events per pixel and second from the leak of the memory; default 0.1. */
  readonly leakRate_Hz?: number
  /** Events per pixel and second from shot noise in the dark, a quarter of it in the light; default 1. */
  readonly shotNoiseRate_Hz?: number
  /** Microseconds after an event in which the pixel is silent; default 0. */
  readonly refractory?: number
}

/** Below this byte the response is linear, above logarithmic: a logarithm of 0..20 levels would be all quantisation. */
const linearBelow = 20
const response = Float64Array.from({ length: 256 }, (_, level) =>
  level < linearBelow ? (level * elementary.log(linearBelow)) / linearBelow : elementary.log(level),
)
const lowestThreshold = 0.01

/**
 * Events that an event camera would write of a picture sequence. Per pixel: intensity through a linear-logarithmic
 * response, optionally a low pass whose bandwidth grows with intensity; a memory that follows in steps of the pixel's own
 * threshold, an event a step, at times spread evenly between two frames; a leak that makes ON events; shot noise, stronger
 * in the dark; a refractory time. The first frame only sets the memory.
 * @returns events sorted by time, µs from the first frame
 * @throws InputError for frames of another size or that do not move on in time, and for settings out of range
 * Source of the model: Hu, Liu, Delbruck, "v2e: From Video Frames to Realistic DVS Events", 2021 (published equations;
 * parameters default to its "clean to mildly noisy" range). Modelling choice: the paper uses recorded data only.
 */
export const videoToEvents = (frames: Iterable<VideoFrame>, config: EventSimulatorConfig): EventRecording => {
  const where = 'videoToEvents'
  const { width, height, seed, onThreshold = 0.2, offThreshold = 0.2, thresholdNoise = 0.03 } = config
  const { cutoff_Hz, leakRate_Hz = 0.1, shotNoiseRate_Hz = 1, refractory = 0 } = config
  checkInteger(where, 'width', width, 1, 4096)
  checkInteger(where, 'height', height, 1, 4096)
  checkInteger(where, 'seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  checkNumber(where, 'onThreshold', onThreshold, lowestThreshold, 10)
  checkNumber(where, 'offThreshold', offThreshold, lowestThreshold, 10)
  checkNumber(where, 'thresholdNoise', thresholdNoise, 0, 1)
  checkNumber(where, 'leakRate_Hz', leakRate_Hz, 0, 1e4)
  checkNumber(where, 'shotNoiseRate_Hz', shotNoiseRate_Hz, 0, 1e4)
  checkNumber(where, 'refractory', refractory, 0, 1e9)
  if (cutoff_Hz !== undefined) checkNumber(where, 'cutoff_Hz', cutoff_Hz, 0.01, 1e6)

  const pixels = width * height
  const random = rng(deriveSeed(seed, 'event-simulator'))
  const drawThresholds = (mean: number) =>
    Float64Array.from({ length: pixels }, () => Math.max(lowestThreshold, mean + thresholdNoise * random.normal()))
  const on = drawThresholds(onThreshold)
  const off = drawThresholds(offThreshold)
  const memory = new Float64Array(pixels)
  const filtered = new Float64Array(pixels)
  const lastEvent = new Float64Array(pixels).fill(Number.NEGATIVE_INFINITY)
  const events = eventList()
  const write = (p: number, polarity: 0 | 1, time: number) => {
    if (time - lastEvent[p]! < refractory) return
    lastEvent[p] = time
    events.push(p % width, Math.floor(p / width), polarity, Math.floor(time))
  }
  let start: number | undefined
  let before = 0
  for (const { time, pixels: levels } of frames) {
    if (levels.length !== pixels)
      throw new InputError({ where, expected: `frames of ${pixels} bytes`, got: `${levels.length} bytes` })
    if (start === undefined) {
      start = time
      before = time
      for (let p = 0; p < pixels; p++) filtered[p] = memory[p] = response[levels[p]!]!
      continue
    }
    if (!(Number.isSafeInteger(time) && time > before && time - start < 2 ** 32))
      throw new InputError({
        where,
        expected: `a whole time after ${before} µs, less than 2^32 µs in all`,
        got: String(time),
      })
    const span = time - before
    const seconds = span / 1e6
    const from = before - start
    for (let p = 0; p < pixels; p++) {
      const level = levels[p]!
      const share =
        cutoff_Hz === undefined ? 1 : Math.min(1, 2 * Math.PI * cutoff_Hz * (0.1 + (0.9 * level) / 255) * seconds)
      filtered[p]! += share * (response[level]! - filtered[p]!)
      memory[p]! -= leakRate_Hz * seconds * on[p]!
      const change = filtered[p]! - memory[p]!
      const count = change > 0 ? Math.floor(change / on[p]!) : Math.floor(-change / off[p]!)
      for (let i = 1; i <= count; i++) write(p, change > 0 ? 1 : 0, from + (span * i) / (count + 1))
      memory[p]! += change > 0 ? count * on[p]! : -count * off[p]!
      addShotNoise(shotNoiseRate_Hz * (1 - (0.75 * level) / 255) * seconds, random, (polarity) => {
        write(p, polarity, from + span * random.next())
        memory[p] = filtered[p]!
      })
    }
    before = time
  }
  return events.sorted({ width, height })
}

/** Draws whether noise makes an event between two frames: at most one, both polarities alike. */
const addShotNoise = (expected: number, random: Rng, event: (polarity: 0 | 1) => void) => {
  if (expected > 0 && random.next() < 1 - elementary.exp(-expected)) event(random.next() < 0.5 ? 0 : 1)
}
