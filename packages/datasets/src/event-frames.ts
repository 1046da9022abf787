import { InputError } from '@h2learn/snn-core'
import type { EventRecording, FramesConfig, NmnistFramesConfig } from './api'
import { blockBytes, checkFields, checkInteger, checkRecording, checkWord } from './check-config'

/** T = 10 bins of 30 ms and 32×32 of the 34×34 pixels (Table VI: 32×32×2×T); that the crop is the centre is a modelling choice. */
const nmnistFrames = { T: 10, duration: 300_000, width: 32, height: 32, polarities: 'off-on' } as const

/** Shape of the frames that eventsToFrames makes of a sensor of the given size. */
export interface FrameShape {
  readonly T: number
  readonly C: number
  readonly H: number
  readonly W: number
}

const min = (a: number, b: number) => Math.min(a, b)
const max = (a: number, b: number) => Math.max(a, b)

/** N-MNIST defaults filled in. */
export const nmnistFramesConfig = (config: NmnistFramesConfig): FramesConfig => ({
  ...nmnistFrames,
  ...(Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as NmnistFramesConfig),
})

/** @throws InputError for bins, size or crop that do not fit the sensor */
export const frameShape = (sensor: { width: number; height: number }, config: FramesConfig): FrameShape => {
  const where = 'eventsToFrames'
  checkFields(where, config, ['T', 'duration', 'from', 'width', 'height', 'crop', 'polarities'])
  const { T, duration, from, width = sensor.width, height = sensor.height, polarities = 'off-on', crop } = config
  checkInteger(where, 'T', T, 1, 1_000_000)
  if (duration !== undefined) checkInteger(where, 'duration', duration, 1, 2 ** 32)
  if (from !== undefined) checkInteger(where, 'from', from, 0, 2 ** 32 - 1)
  checkInteger(where, 'width', width, 1, sensor.width)
  checkInteger(where, 'height', height, 1, sensor.height)
  checkWord(where, 'polarities', polarities, ['off-on', 'on-off', 'merged'])
  if (crop !== undefined) {
    checkInteger(where, 'crop.x', crop.x, 0, sensor.width - width)
    checkInteger(where, 'crop.y', crop.y, 0, sensor.height - height)
  }
  return { T, C: polarities === 'merged' ? 1 : 2, H: height, W: width }
}

/**
 * Binary frames of an event recording: 1 where at least one event fell into the bin, pixel and channel, else 0.
 * bin(t) = floor((t − from)·T / duration); events outside the window or the crop are dropped.
 * @param config from and duration in microseconds: by default the bins span the first to the last event, whatever the clock
 * says; with a duration they begin at 0 unless `from` says otherwise. Polarities see `PolarityChannels`
 * @param out filled when given (it must be all 0), so that many recordings can share one block
 * @returns T·C·H·W bytes
 * @throws InputError for bins, size or crop that do not fit the sensor, or an `out` of another length
 * Modelling choice: binary, because a LUT PE is addressed by spike bits; how often a pixel fired within a bin is lost.
 */
export const eventsToFrames = (recording: EventRecording, config: FramesConfig, out?: Uint8Array): Uint8Array => {
  checkRecording('eventsToFrames', recording)
  const { T, C, H, W } = frameShape(recording, config)
  const { polarities = 'off-on' } = config
  const bytes = blockBytes('eventsToFrames', T, C, H, W)
  const frames = out ?? new Uint8Array(bytes)
  if (frames.length !== bytes)
    throw new InputError({ where: 'eventsToFrames', expected: `out of ${bytes} bytes`, got: `${frames.length} bytes` })
  const { x, y, polarity, time } = recording
  const from = config.from ?? (config.duration === undefined && time.length > 0 ? time.reduce(min) : 0)
  const duration = config.duration ?? Math.max(time.reduce(max, 0) + 1 - from, 1)
  const left = config.crop?.x ?? Math.floor((recording.width - W) / 2)
  const top = config.crop?.y ?? Math.floor((recording.height - H) / 2)
  const channel = polarities === 'merged' ? [0, 0] : polarities === 'off-on' ? [0, 1] : [1, 0]
  for (let i = 0; i < time.length; i++) {
    const column = x[i]! - left
    const row = y[i]! - top
    const since = time[i]! - from
    if (since < 0 || since >= duration || column < 0 || row < 0 || column >= W || row >= H) continue
    const bin = Math.floor((since * T) / duration)
    frames[((bin * C + channel[polarity[i]!]!) * H + row) * W + column] = 1
  }
  return frames
}
