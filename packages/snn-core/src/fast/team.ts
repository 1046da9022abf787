/** Threads that compute one shard together: all run the same program, each on its share, and meet between its parts. */
export interface Team {
  /** 0..size − 1. */
  readonly me: number
  readonly size: number
  /** Returns when every thread of the team is here. */
  readonly meet: () => void
}

/** One thread. */
export const alone: Team = { me: 0, size: 1, meet: () => {} }

/** This thread's share of n pieces of work: from `from` up to `to`. */
export const shareOf = ({ me, size }: Team, n: number): readonly [from: number, to: number] => [
  Math.floor((me * n) / size),
  Math.floor(((me + 1) * n) / size),
]

/** This thread's share of a list. */
export const ownOf = <Item>(team: Team, items: readonly Item[]): readonly Item[] =>
  team.size === 1 ? items : items.slice(...shareOf(team, items.length))

/** Words that a meeting needs: how many are there, which meeting it is, and whether someone failed. */
export const MEETING_WORDS = 3
/** How often a thread looks before it sleeps: some ten microseconds. */
const LOOKS = 4000

/**
 * A team whose threads meet at three words of shared memory, zero at first.
 * @throws Error in `meet` when another thread of the team failed
 */
export const teamAt = (words: Int32Array, me: number, size: number): Team & { readonly fail: () => void } => {
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
    if (Atomics.load(words, 2) !== 0) throw new Error('another thread of the team failed')
  }
  return { me, size, meet, fail }
}
