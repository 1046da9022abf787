import { deriveSeed, rng, type Samples } from '@h2learn/snn-core'
import { dvs128Sensor } from './aedat2'
import type { EventRecording, GenerateConfig } from './api'
import { generateColourShapes } from './colour-shapes'
import { type EventCameraConfig, recordEvents } from './event-camera'
import { framesOf, type ReducedFramesConfig } from './event-samples'
import { checkGenerate, classCount } from './labels'

/** Half the side of the picture's path over the sensor, in pixels, and how long a side takes. */
const reach = 6
const side_us = 50_000

const corners = [
  [0, 0],
  [reach, reach],
  [2 * reach, 0],
  [reach, -reach],
] as const

/**
 * The camera of CIFAR10-DVS: the picture moves along a closed path of four diagonal sides before a DVS128 (repeated closed
 * loop). Modelling choice: after the data set's description; one loop, thresholds as for the built-in digits.
 */
const loopCamera: EventCameraConfig = {
  width: dvs128Sensor,
  height: dvs128Sensor,
  saccades: corners.map((from, i) => ({
    start: i * side_us,
    end: (i + 1) * side_us,
    from: [from[0] - reach, from[1]],
    to: [corners[(i + 1) % 4]![0] - reach, corners[(i + 1) % 4]![1]],
  })),
  duration: 4 * side_us,
  threshold: 0.37,
  thresholdNoise: 0.2,
  floor: 0.15,
  latency: 2000,
  noiseRate: 0.15,
}

/**
 * Built-in recordings in the form of CIFAR10-DVS: the shapes of `generateColourShapes`, as grey pictures of 128×128, moved
 * before an event camera. Synthetic and far easier than CIFAR10-DVS. Recording i depends on (seed, split, i) alone.
 * @throws InputError for a count or seed out of range
 */
export function* shapeEvents(config: GenerateConfig): Generator<EventRecording> {
  const { count, seed, split, first, labels } = checkGenerate('shapeEvents', config)
  for (let i = first; i < first + count; i++) {
    const picture = generateColourShapes({ count: 1, seed, split, first: i, labels, size: dvs128Sensor })
    const pixels = dvs128Sensor * dvs128Sensor
    const grey = new Uint8Array(pixels)
    // ink is darker than the ground, so brightness is turned round
    for (let p = 0; p < pixels; p++)
      grey[p] = 255 - Math.round((picture.data[p]! + picture.data[p + pixels]! + picture.data[p + 2 * pixels]!) / 3)
    const random = rng(deriveSeed(seed, 'loop-camera', split, i))
    yield { ...recordEvents(grey, dvs128Sensor, loopCamera, random), label: picture.labels[0]! }
  }
}

/** What the generator of event samples is told. */
export interface ShapeEventsConfig extends GenerateConfig, ReducedFramesConfig {}

/**
 * The recordings of `shapeEvents` as binary frames, in the form of CIFAR10-DVS samples for the paper's network (Table VI).
 * @returns spikes N·T·C·H·W, by default T 10, C 2 (channel 0 = OFF, 1 = ON), 42×42
 */
export const generateShapeEvents = ({ T, size, polarities, ...config }: ShapeEventsConfig): Samples =>
  framesOf(
    'generateShapeEvents',
    {
      name: 'shape-events',
      origin: `built-in synthetic shapes before a modelled event camera, seed ${config.seed}`,
      synthetic: true,
      classes: classCount,
    },
    dvs128Sensor,
    checkGenerate('generateShapeEvents', config).count,
    shapeEvents(config),
    { ...(T !== undefined && { T }), ...(size !== undefined && { size }), ...(polarities && { polarities }) },
  )
