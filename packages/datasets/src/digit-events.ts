import { deriveSeed, rng, type Samples } from '@h2learn/snn-core'
import type { EventRecording, GenerateConfig, NmnistFramesConfig } from './api'
import { blockBytes } from './check-config'
import { defaultDigitVariation, drawDigit } from './draw-digit'
import { type EventCameraConfig, recordEvents } from './event-camera'
import { eventsToFrames, frameShape, nmnistFramesConfig } from './event-frames'
import { checkGenerate, classCount, drawLabels } from './labels'
import { nmnistSensor } from './nmnist'
import { renderDigit } from './render-strokes'

const digitSide = 28

/**
 * The camera of N-MNIST: three saccades that draw a triangle and end where they began, about 100 ms each.
 * Modelling choice: corners and times were estimated from N-MNIST's training recordings (place where each 10 ms of events
 * fits the outline of its MNIST digit best); thresholds and noise set so that events per recording, active pixels and the
 * density of the frames come near. Ink is dark: with 1 = ON, N-MNIST's edges have the polarity of a dark digit on a bright
 * ground (correlation of mean frames with the recordings of the same class about 0.9, against 0.3 for a bright digit).
 */
const nmnistCamera: EventCameraConfig = {
  width: nmnistSensor,
  height: nmnistSensor,
  saccades: [
    { start: 6_000, end: 76_000, from: [0.3, 1.2], to: [1.9, 6.1] },
    { start: 76_000, end: 108_000, from: [1.9, 6.1], to: [2.1, 6.6] },
    { start: 108_000, end: 184_000, from: [2.1, 6.6], to: [5.5, 1.6] },
    { start: 184_000, end: 222_000, from: [5.5, 1.6], to: [5.8, 1.1] },
    { start: 222_000, end: 300_000, from: [5.8, 1.1], to: [0.3, 1.2] },
  ],
  duration: 320_000,
  threshold: 0.37,
  thresholdNoise: 0.2,
  floor: 0.15,
  latency: 3000,
  noiseRate: 0.15,
}

/** What the generator of event samples is told: which samples, and how events become frames (defaults as readNmnist). */
export interface DigitEventsConfig extends GenerateConfig, NmnistFramesConfig {}

/**
 * Built-in recordings in the form of N-MNIST: each digit of `generateDigits` moved past a 34×34 event camera in three
 * saccades. Synthetic. Recording i shows image i of `generateDigits` with the same seed and split, and depends on
 * (seed, split, i) alone.
 * @throws InputError for a count or seed out of range
 */
export const digitEvents = (config: GenerateConfig): EventRecording[] => {
  const checked = checkGenerate('digitEvents', config)
  const labels = drawLabels('digits', checked)
  return Array.from(labels, (label, n) => record(checked, label, n))
}

/**
 * The recordings of `digitEvents` as binary frames, in the form of N-MNIST samples for the paper's network (Table VI).
 * @returns spikes N·T·C·H·W, by default T 10, C 2 (channel 0 = OFF, 1 = ON), 32×32
 * @throws InputError for a count or seed out of range, or frames that do not fit the sensor
 */
export const generateDigitEvents = (config: DigitEventsConfig): Samples => {
  const { count, seed, split, first, labels: kind, ...frames } = config
  const checked = checkGenerate('generateDigitEvents', config)
  const framesConfig = nmnistFramesConfig(frames)
  const { T, C, H, W } = frameShape(nmnistCamera, framesConfig)
  const size = T * C * H * W
  const data = new Uint8Array(blockBytes('generateDigitEvents', checked.count, size))
  const labels = drawLabels('digits', checked)
  for (let n = 0; n < checked.count; n++)
    eventsToFrames(record(checked, labels[n]!, n), framesConfig, data.subarray(n * size, (n + 1) * size))
  return {
    name: 'digit-events',
    origin: `built-in synthetic digits before a modelled event camera, seed ${checked.seed}`,
    synthetic: true,
    kind: 'spikes',
    count: checked.count,
    classes: classCount,
    shape: { C, H, W },
    T,
    data,
    labels,
  }
}

const record = ({ seed, split, first }: Required<GenerateConfig>, label: number, n: number): EventRecording => {
  const image = new Uint8Array(digitSide * digitSide)
  const random = rng(deriveSeed(seed, 'digits', split, first + n))
  renderDigit(drawDigit(label, random, defaultDigitVariation), digitSide, random, image)
  const camera = rng(deriveSeed(seed, 'camera', split, first + n))
  return { ...recordEvents(image, digitSide, nmnistCamera, camera), label }
}
