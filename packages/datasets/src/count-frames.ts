import type { EventRecording, FramesConfig } from './api'
import { checkRecording } from './check-config'
import { eventsToFrames, frameShape } from './event-frames'
import { orderByTime, pickEvents } from './event-list'

/**
 * Binary frames of equal numbers of events: frame t holds events ⌊t·N/T⌋ to ⌊(t+1)·N/T⌋ − 1 by time, so that fast and slow
 * movements fill their frames alike. Crop and polarities as eventsToFrames.
 * @returns T·C·H·W bytes
 * @throws InputError for bins, size or crop that do not fit the sensor
 */
export const eventsToCountFrames = (
  recording: EventRecording,
  config: Omit<FramesConfig, 'duration' | 'from'>,
): Uint8Array => {
  checkRecording('eventsToCountFrames', recording)
  const { T } = frameShape(recording, config)
  const sorted = pickEvents(recording, orderByTime(recording.time))
  const N = sorted.time.length
  // the number of its frame takes the place of an event's time: ⌈·⌉ of the border undoes the ⌊·⌋ of the frames
  const time = sorted.time.map((_, i) => Math.floor(((i + 1) * T - 1) / Math.max(N, 1)))
  return eventsToFrames({ ...sorted, time }, { ...config, from: 0, duration: T })
}
