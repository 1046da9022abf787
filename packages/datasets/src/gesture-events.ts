import { elementary } from '@h2learn/elementary'
import { deriveSeed, type Rng, rng, type Samples } from '@h2learn/snn-core'
import { dvs128Sensor } from './aedat2'
import type { EventRecording, GenerateConfig } from './api'
import { framesOf, type ReducedFramesConfig } from './event-samples'
import { type VideoFrame, videoToEvents } from './event-simulator'
import { gestureClasses } from './gesture-labels'
import { checkGenerate } from './labels'

/** Places of two hands at a phase of the movement: x and y in units of an arm's length from the body. */
type Hands = (phase: number) => readonly (readonly [x: number, y: number])[]

const turn = (x: number, sign: number, from = 0): Hands => {
  return (phase) => [
    [
      x + 0.5 * elementary.cos(from + sign * 2 * Math.PI * phase),
      0.5 * elementary.sin(from + sign * 2 * Math.PI * phase),
    ],
  ]
}
const wave = (x: number): Hands => {
  return (phase) => [[x + 0.45 * elementary.sin(2 * Math.PI * phase), -0.5]]
}

/** The eleven movements, by label, as stick drawings of what the volunteers did (seen from the front: right is left). */
const movements: readonly Hands[] = [
  (phase) => [-1, 1].map((s) => [s * (0.15 + 0.5 * Math.abs(elementary.sin(Math.PI * phase))), 0] as const),
  wave(-0.6),
  wave(0.6),
  turn(-0.6, 1),
  turn(-0.6, -1),
  turn(0.6, 1),
  turn(0.6, -1),
  (phase) => [0, Math.PI].flatMap((from) => turn(0, 1, from)(phase).map(([x, y]) => [x, 0.5 * y + 0.1] as const)),
  (phase) => [-1, 1].map((s) => [0.45 * s, 0.4 * s * elementary.sin(2 * Math.PI * phase)] as const),
  (phase) => [
    [-0.7, -0.1],
    [0.25, 0.2 + 0.4 * elementary.sin(2 * Math.PI * phase)],
  ],
  (phase) => [[0.7 * elementary.sin(2 * Math.PI * phase), 0.6 * elementary.sin(4 * Math.PI * phase)]],
]

const frameTime = 10_000
const frames = 60
const [ground, skin] = [60, 200]

/** One volunteer: where, how large, how fast. */
const draw = (random: Rng) => ({
  x: 64 + 12 * (random.next() - 0.5),
  y: 64 + 12 * (random.next() - 0.5),
  arm: 34 + 10 * random.next(),
  hand: 5 + 4 * random.next(),
  turns: 1.6 + 0.8 * random.next(),
  phase: random.next(),
})

function* film(label: number, random: Rng): Generator<VideoFrame> {
  const { x, y, arm, hand, turns, phase } = draw(random)
  for (let i = 0; i < frames; i++) {
    const pixels = new Uint8Array(dvs128Sensor * dvs128Sensor).fill(ground)
    for (const [hx, hy] of movements[label]!(phase + (turns * i) / frames))
      paintHand(pixels, x + arm * hx, y + arm * hy, hand)
    yield { time: i * frameTime, pixels }
  }
}

/** A disc with an edge one pixel wide. */
const paintHand = (pixels: Uint8Array, cx: number, cy: number, radius: number) => {
  const clamp = (v: number) => Math.max(0, Math.min(dvs128Sensor - 1, v))
  for (let y = clamp(Math.floor(cy - radius - 1)); y <= clamp(Math.ceil(cy + radius + 1)); y++)
    for (let x = clamp(Math.floor(cx - radius - 1)); x <= clamp(Math.ceil(cx + radius + 1)); x++) {
      const cover = Math.max(0, Math.min(1, radius + 0.5 - elementary.hypot(x - cx, y - cy)))
      const at = y * dvs128Sensor + x
      pixels[at] = Math.max(pixels[at]!, Math.round(ground + cover * (skin - ground)))
    }
}

/**
 * Built-in recordings in the form of DVS128 Gesture: one or two bright hands that move in eleven ways before a modelled event
 * camera of 128×128, 0.6 s each. Synthetic and far easier than people. Recording i depends on (seed, split, i) alone.
 * @throws InputError for a count or seed out of range
 */
export function* gestureEvents(config: GenerateConfig): Generator<EventRecording> {
  const { count, seed, split, first, labels } = checkGenerate('gestureEvents', config)
  const classes = gestureClasses.length
  for (let i = first; i < first + count; i++) {
    const own = deriveSeed(seed, 'gestures', split, i)
    // balanced: every eleven in a row hold each class once, turned by a draw a round
    const round = rng(deriveSeed(seed, 'gesture-labels', split, Math.floor(i / classes))).below(classes)
    const label = labels === 'random' ? rng(deriveSeed(own, 'label')).below(classes) : (5 * i + round) % classes
    const size = { width: dvs128Sensor, height: dvs128Sensor }
    const recording = videoToEvents(film(label, rng(own)), { ...size, seed: own, shotNoiseRate_Hz: 0.3 })
    yield { ...recording, label }
  }
}

/** What the generator of gesture samples is told. */
export interface GestureEventsConfig extends GenerateConfig, ReducedFramesConfig {}

/**
 * The recordings of `gestureEvents` as binary frames in the form of DVS128 Gesture samples.
 * @returns spikes N·T·C·H·W, by default T 10, C 2 (channel 0 = OFF, 1 = ON), 42×42; eleven classes
 */
export const generateGestureEvents = ({ T, size, polarities, ...config }: GestureEventsConfig): Samples =>
  framesOf(
    'generateGestureEvents',
    {
      name: 'gesture-events',
      origin: `built-in synthetic gestures before a modelled event camera, seed ${config.seed}`,
      synthetic: true,
      classes: gestureClasses.length,
    },
    dvs128Sensor,
    checkGenerate('generateGestureEvents', config).count,
    gestureEvents(config),
    { ...(T !== undefined && { T }), ...(size !== undefined && { size }), ...(polarities && { polarities }) },
  )
