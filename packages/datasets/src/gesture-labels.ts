import { parseCsv } from './csv'
import { DatasetError } from './dataset-error'

/** One gesture of a DVS128 Gesture recording. */
export interface GestureInterval {
  /** 0..10: the file's class 1..11 less one. */
  readonly label: number
  /** Microseconds on the recording's clock, `end` not included. */
  readonly start: number
  readonly end: number
}

/** Names of the eleven gestures, by label. */
export const gestureClasses = [
  'hand clapping',
  'right hand wave',
  'left hand wave',
  'right arm clockwise',
  'right arm counter clockwise',
  'left arm clockwise',
  'left arm counter clockwise',
  'arm roll',
  'air drums',
  'air guitar',
  'other gestures',
] as const

/**
 * Reads the label file of a DVS128 Gesture recording: `class,startTime_usec,endTime_usec`, classes 1 to 11. A class may
 * occur twice.
 * @param text the whole file
 * @param where name of the file for error messages
 * @throws DatasetError for another first line, a class out of range, or an interval that ends before it starts
 */
export const parseGestureLabels = (text: string, where: string): readonly GestureInterval[] => {
  const [head, ...rows] = parseCsv(text, where)
  if (head?.cells.map((cell) => cell.replace(/\s/g, '')).join() !== 'class,startTime_usec,endTime_usec')
    throw new DatasetError({
      file: where,
      offset: 0,
      expected: 'the line class,startTime_usec,endTime_usec',
      got: (head?.cells.join() ?? '').slice(0, 60),
    })
  const out = rows.map(({ offset, cells }) => {
    const [label, start, end] = cells.map((cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : Number.NaN))
    const good = cells.length === 3 && label! >= 1 && label! <= gestureClasses.length && start! < end!
    if (!good)
      throw new DatasetError({
        file: where,
        offset,
        expected: 'class 1 to 11, start and a later end in µs',
        got: cells.join().slice(0, 60),
      })
    return { label: label! - 1, start: start!, end: end! }
  })
  if (out.length === 0) throw new DatasetError({ file: where, expected: 'at least one gesture', got: 'none' })
  return out
}
