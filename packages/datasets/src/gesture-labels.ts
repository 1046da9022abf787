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
  const lines = text.split(/\r?\n/)
  const offsetOf = (line: number) => lines.slice(0, line).reduce((n, l) => n + l.length + 1, 0)
  if (lines[0]?.replace(/\s/g, '') !== 'class,startTime_usec,endTime_usec')
    throw new DatasetError({
      file: where,
      offset: 0,
      expected: 'the line class,startTime_usec,endTime_usec',
      got: (lines[0] ?? '').slice(0, 60),
    })
  const out: GestureInterval[] = []
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return
    const fields = line.split(',').map((field) => (/^\s*\d{1,15}\s*$/.test(field) ? Number(field) : Number.NaN))
    const [label, start, end] = fields
    const good = fields.length === 3 && label! >= 1 && label! <= gestureClasses.length && start! < end!
    if (!good)
      throw new DatasetError({
        file: where,
        offset: offsetOf(i),
        expected: 'class 1 to 11, start and a later end in µs',
        got: line.slice(0, 60),
      })
    out.push({ label: label! - 1, start: start!, end: end! })
  })
  if (out.length === 0) throw new DatasetError({ file: where, expected: 'at least one gesture', got: 'none' })
  return out
}
