import {
  binPictures,
  cropEvents,
  type EventRecording,
  eventExtent,
  eventWindow,
  type Picture,
  pictureGrid,
  rasterPicture,
  timeSurfacePicture,
} from '@h2learn/datasets'
import { InputError } from '@h2learn/snn-core'

/** Ways of drawing events. */
export const eventViews = ['sum', 'raster', 'surface'] as const
type EventView = (typeof eventViews)[number]

/** How events are drawn. */
export interface DrawEventsOptions {
  /** What is drawn of events: their sum (default), a raster, or a time surface. */
  readonly view?: EventView
  /** Equal parts of time, one picture each; of a raster, its columns. */
  readonly bins?: number
  /** Part of the recording, µs on its clock (timesteps of samples of spikes). */
  readonly from?: number
  readonly to?: number
  /** Draw the whole sensor, also where the events fill a small part of it. */
  readonly whole?: boolean
}

/** A picture and what it is in words, a line each. */
export interface Drawn {
  readonly picture: Picture
  readonly what: readonly string[]
}

/** A sum of more bins than this is hard to make out. */
const mostBins = 100
/** Columns of a raster, and the share of the drawn time after which a time surface has faded to 1/e. */
const rasterColumns = 60
const surfaceShare = 0.2
/** Events that fill less than this share of the sensor are drawn alone. */
const smallShare = 0.25

export const grouped = new Intl.NumberFormat('en-US')

/** The part of the sensor that is drawn, and a line that says so where it is not all of it. */
const cropped = (recording: EventRecording, whole: boolean): { part: EventRecording; what: readonly string[] } => {
  const extent = eventExtent(recording)
  const { width, height, sensorAssumed } = recording
  const share = extent === undefined ? 1 : (extent.width * extent.height) / (width * height)
  if (whole || extent === undefined || share === 1 || (share >= smallShare && !sensorAssumed))
    return { part: recording, what: [] }
  const [right, bottom] = [extent.x + extent.width - 1, extent.y + extent.height - 1]
  const line = `drawn where its events lie: x ${extent.x} to ${right}, y ${extent.y} to ${bottom} of ${width}x${height} (--whole draws all)`
  return { part: cropEvents(recording, extent), what: [line] }
}

/**
 * A picture of events, and lines that say what part of them it shows and how.
 * @param unit of the recording's clock, in words
 * @throws InputError for a window beside the recording, or options that do not go together
 */
export const drawEvents = (
  where: string,
  recording: EventRecording,
  unit: string,
  options: DrawEventsOptions,
): Drawn => {
  const { view = 'sum', bins, from, to, whole = false } = options
  const { part, what } = cropped(recording, whole)
  const window = eventWindow(where, part, from, to)
  const length = window.to - window.from
  const span = `${grouped.format(window.from)} to ${grouped.format(window.to - 1)} ${unit}`
  if (view === 'raster') {
    const columns = bins ?? Math.min(rasterColumns, Math.ceil(length))
    const line = `raster: a row of the sensor each line, ${span} to the right in ${columns} columns`
    return { picture: rasterPicture(part, window, columns), what: [...what, line] }
  }
  if (view === 'surface') {
    if (bins !== undefined)
      throw new InputError({
        where,
        expected: 'a time surface without --bins',
        got: `--bins ${bins}`,
        hint: 'move --to',
      })
    const line = `time surface at the end of ${span}: the last event of a pixel, faded to 1/e after ${grouped.format(surfaceShare * length)} ${unit}`
    return { picture: timeSurfacePicture(part, window, surfaceShare * length), what: [...what, line] }
  }
  if (bins === undefined || bins === 1) {
    const line = `all events of ${span} in one picture${bins === undefined ? ' (--bins N draws N parts of them, --view raster or surface when they came)' : ''}`
    return { picture: binPictures(part, window, 1)[0]!, what: [...what, line] }
  }
  if (bins > mostBins)
    throw new InputError({
      where,
      expected: `--bins of at most ${mostBins}`,
      got: String(bins),
      hint: 'take --from and --to',
    })
  const perRow = Math.ceil(Math.sqrt(bins))
  const line = `${bins} bins of ${grouped.format(length / bins)} ${unit}, ${span}, ${perRow} in a row`
  return { picture: pictureGrid(binPictures(part, window, bins), perRow), what: [...what, line] }
}

/** A spike train of SHD as events: a row a unit, times in µs. */
export const trainEvents = (times: Float32Array, units: Uint16Array): EventRecording => ({
  width: 1,
  height: units.reduce((most, unit) => Math.max(most, unit + 1), 1),
  x: new Uint16Array(times.length),
  y: units,
  polarity: new Uint8Array(times.length).fill(1),
  time: Uint32Array.from(times, (time) => Math.min(2 ** 32 - 1, Math.round(time * 1e6))),
})
