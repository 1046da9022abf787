/** Threads that compute one shard together: all run the same program, each on its share, and meet between its parts. */
export interface Team {
  /** 0..size − 1. */
  readonly me: number
  readonly size: number
  /** Returns when every thread of the team is here. */
  readonly meet: () => void
  /**
   * Does the pieces 0..n − 1 of a loop, each by the thread that comes to it first. What a piece computes must not depend
   * on who does it. Every thread of the team calls it; none has met the others after it.
   */
  readonly each: (n: number, piece: (i: number) => void) => void
}

/** One thread. */
export const alone: Team = {
  me: 0,
  size: 1,
  meet: () => {},
  each: (n, piece) => {
    for (let i = 0; i < n; i++) piece(i)
  },
}

/** Pieces of a loop: from `at`, `n` items. */
export interface Piece {
  readonly at: number
  readonly n: number
}

/**
 * Pieces of a loop over n items for a team: at most `most` items each; with more than one thread they get smaller
 * towards the end, `least` at least, so that all threads end at about the same time.
 */
export const piecesOf = ({ size }: Team, n: number, most: number, least = 1): readonly Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0; at < n; ) {
    const share = size === 1 ? most : Math.max(least, Math.ceil((n - at) / (2 * size)))
    const items = Math.min(most, share, n - at)
    pieces.push({ at, n: items })
    at += items
  }
  return pieces
}

/** Maps of a team's smallest piece: every piece goes through a layer's weights once more. */
export const fewestMaps = ({ size }: Team, maps: number): number => Math.ceil(maps / (4 * size))

/** This thread's share of n pieces of work: from `from` up to `to`. */
export const shareOf = ({ me, size }: Team, n: number): readonly [from: number, to: number] => [
  Math.floor((me * n) / size),
  Math.floor(((me + 1) * n) / size),
]

/** This thread's share of a list. */
export const ownOf = <Item>(team: Team, items: readonly Item[]): readonly Item[] =>
  team.size === 1 ? items : items.slice(...shareOf(team, items.length))

/** Loops that may be counted at once: threads are never so many loops apart without having met. */
const LOOPS = 8
/** Words that a meeting needs: how many are there, which meeting it is, whether someone failed; then loop counters. */
export const MEETING_WORDS = 3 + LOOPS
/** What a thread says when another of its team failed. */
export const TEAM_FAILURE = 'another thread of the team failed'

/** How often a thread looks before it sleeps: some ten microseconds. */
const LOOKS = 4000

/**
 * A team whose threads meet at `MEETING_WORDS` words of shared memory, zero before the first job.
 * @throws Error in `meet` when another thread of the team failed
 */
export const teamAt = (
  words: Int32Array,
  me: number,
  size: number,
): Team & { readonly start: () => void; readonly fail: () => void } => {
  const fail = () => {
    Atomics.store(words, 2, 1)
    Atomics.add(words, 1, 1)
    Atomics.notify(words, 1)
  }
  const meet = () => {
    const meeting = Atomics.load(words, 1)
    if (Atomics.add(words, 0, 1) === size - 1) {
      Atomics.store(words, 0, 0)
      Atomics.add(words, 1, 1)
      Atomics.notify(words, 1)
    } else {
      for (let look = 0; look < LOOKS && Atomics.load(words, 1) === meeting; look++);
      while (Atomics.load(words, 1) === meeting) Atomics.wait(words, 1, meeting)
    }
    if (Atomics.load(words, 2) !== 0) throw new Error(TEAM_FAILURE)
  }
  let loop = 0
  const start = () => {
    loop = 0
    if (me === 0) words.fill(0, 3)
    meet()
  }
  const each = (n: number, piece: (i: number) => void) => {
    const counter = 3 + (loop % LOOPS)
    // half a round ahead nobody counts
    if (me === 0) Atomics.store(words, 3 + ((loop + LOOPS / 2) % LOOPS), 0)
    loop++
    for (let i = Atomics.add(words, counter, 1); i < n; i = Atomics.add(words, counter, 1)) piece(i)
  }
  return { me, size, meet, each, start, fail }
}
