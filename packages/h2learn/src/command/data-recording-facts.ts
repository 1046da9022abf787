import {
  type EventFormat,
  type EventRecording,
  parseNmnist,
  type ReadRecordingConfig,
  type RecordingSummary,
  readRecording,
  summariseRecording,
} from '@h2learn/datasets'
import type { Facts } from './data-facts'
import { bytesOf } from './data-show'

/** A sensor in words, and where its size comes from when the file does not say. */
const sensorWords = ({ width, height, sensorAssumed }: EventRecording, format?: EventFormat, given = false): string => {
  const size = `${width}x${height}`
  if (given) return size
  if (sensorAssumed) return `${size} (assumed: the file does not say; --sensor WxH)`
  return format === 'aedat3' ? `${size} (of a DVS128: the format does not say; --sensor WxH)` : size
}

/** What a recording holds. @param given true where the caller said how large the sensor is */
export const recordingFacts = (
  title: string,
  recording: EventRecording,
  format: EventFormat,
  given: boolean,
): Facts => {
  const summary = summariseRecording(recording)
  return {
    title,
    facts: {
      events: summary.events,
      sensor: sensorWords(recording, format, given),
      ...(recording.outsideSensor !== undefined && { outside_sensor: `${recording.outsideSensor} events, left out` }),
      duration_us: summary.duration,
      first_us: summary.first,
      last_us: summary.last,
      rate_events_per_s: Math.round(summary.rate),
      on_share: summary.events === 0 ? 0 : summary.on / summary.events,
      active_pixels: summary.activePixels,
    },
    histograms: {
      'events over time': summary.overTime,
      'events over x': summary.overX,
      'events over y': summary.overY,
      'pixels with 1, 2-3, 4-7, ... events': summary.perPixel,
    },
  }
}

/** Recordings that are looked at one by one: so many, spread over a set, are enough for rates and durations. */
export const fewRecordings = 100

/** Means over recordings of a set. */
export const ratesOf = async (
  title: string,
  files: readonly string[],
  config: ReadRecordingConfig = {},
): Promise<Facts[]> => {
  const summaries: RecordingSummary[] = []
  const looked = Math.min(fewRecordings, files.length)
  // evenly over the files, as they lie class by class
  const spread = Array.from({ length: looked }, (_, i) => files[Math.floor((i * files.length) / looked)]!)
  for (const file of spread)
    summaries.push(
      summariseRecording(file.endsWith('.bin') ? parseNmnist(bytesOf(file), file) : await readRecording(file, config)),
    )
  if (summaries.length === 0) return []
  const mean = (of: (one: RecordingSummary) => number) =>
    summaries.reduce((sum, one) => sum + of(one), 0) / summaries.length
  const total = (of: (one: RecordingSummary) => readonly number[]) =>
    of(summaries[0]!).map((_, i) => summaries.reduce((sum, one) => sum + (of(one)[i] ?? 0), 0))
  return [
    {
      title: `${title}: ${summaries.length} recordings looked at`,
      facts: {
        sensor: `${summaries[0]!.width}x${summaries[0]!.height}`,
        mean_events: mean((one) => one.events),
        mean_duration_us: mean((one) => one.duration),
        mean_rate_events_per_s: mean((one) => one.rate),
        mean_on_share: mean((one) => (one.events === 0 ? 0 : one.on / one.events)),
      },
      histograms: {
        'events over time': total((one) => one.overTime),
        'events over x': total((one) => one.overX),
        'events over y': total((one) => one.overY),
      },
    },
  ]
}
