import { DatasetError } from './dataset-error'

const turn = 2 ** 32

/**
 * A clock of 32 bits that goes on when it wraps: takes the stamps of a file in order and gives µs without the jump. A stamp
 * more than half a turn before the last one means that the clock has wrapped; one more than half a turn after it, once it
 * has, is a late event from before.
 */
export const unwrappedClock = (): ((stamp: number) => number) => {
  let [turns, before] = [0, 0]
  return (stamp) => {
    if (before - stamp > turn / 2) turns++
    else if (stamp - before > turn / 2 && turns > 0) turns--
    before = stamp
    return stamp + turns * turn
  }
}

/** The smallest and the largest time of a recording, found before its events are given out. */
export interface StampRange {
  /** @throws DatasetError, at byte `offset`, for a stamp that is 2^32 µs or more away from another one */
  readonly add: (stamp: number, offset: number) => void
  /** Infinity without events. */
  readonly smallest: () => number
  /** Minus infinity without events. */
  readonly largest: () => number
}

/**
 * Times of a recording count from the smallest stamp, wherever it stands: cameras write late events, and one of them must
 * not make a file unreadable. 32 bits of µs (71 minutes) hold a recording.
 * @param file name for error messages
 */
export const stampRange = (file: string): StampRange => {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return {
    add: (stamp, offset) => {
      if (stamp < smallest) smallest = stamp
      if (stamp > largest) largest = stamp
      if (largest - smallest >= turn)
        throw new DatasetError({
          file,
          offset,
          expected: 'times that lie within 2^32 µs',
          got: `a time of ${stamp} µs in a recording from ${smallest} to ${largest} µs`,
          hint: 'the file is damaged',
        })
    },
    smallest: () => smallest,
    largest: () => largest,
  }
}
