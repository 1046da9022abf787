import type { Counts } from './api'

/** Adds counts name by name; a name that stands in one only keeps its value. */
export const addCounts = <A extends string, B extends string>(a: Counts<A>, b: Counts<B>): Counts<A | B> => {
  const sum: Record<string, number> = { ...a }
  for (const [name, n] of Object.entries<number>(b)) sum[name] = Object.hasOwn(sum, name) ? sum[name]! + n : n
  return sum as Counts<A | B>
}

/** n times the counts. */
export const scaleCounts = <A extends string>(n: number, counts: Counts<A>): Counts<A> =>
  Object.fromEntries(Object.entries<number>(counts).map(([name, value]) => [name, n * value])) as Counts<A>
