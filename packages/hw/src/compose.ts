import type { BoundTiming, Counts, Cycles, Timing, Unit } from './api'
import { addCounts, scaleCounts } from './counts'
import { ConfigError, requireInteger } from './errors'
import { cycles } from './quantities'

/** Work of two units in a row: what the first does, then what the second does with its result. */
export type WorkPair<First, Second> = readonly [First, Second]

/** Everything a unit in a row of two has besides its time: data flows through both, counts and parts add up. */
const inARow = <In, Mid, Out, W1, W2, A1 extends string, A2 extends string, P1 extends string, P2 extends string>(
  a: Unit<In, Mid, W1, A1, P1>,
  b: Unit<Mid, Out, W2, A2, P2>,
) => ({
  run: (input: In): Out => b.run(a.run(input)),
  measure: (input: In): WorkPair<W1, W2> => [a.measure(input), b.measure(a.run(input))],
  count: ([first, second]: WorkPair<W1, W2>): Counts<A1 | A2> => addCounts(a.count(first), b.count(second)),
  parts: addCounts(a.parts, b.parts),
})

/** Parts of two units of which some are the same silicon: those count once, with the larger of the two numbers. */
const partsWithShared = <P1 extends string, P2 extends string>(
  a: Counts<P1>,
  b: Counts<P2>,
  shared: readonly (P1 & P2)[],
): Counts<P1 | P2> => {
  const sum: Record<string, number> = { ...addCounts(a, b) }
  for (const part of shared) {
    const inA = (a as Record<string, number>)[part]
    const inB = (b as Record<string, number>)[part]
    if (inA === undefined || inB === undefined)
      throw new ConfigError({
        where: 'hw/after',
        expected: `the shared part ${part} in both units`,
        got: `it in ${inA === undefined && inB === undefined ? 'neither' : 'one'}`,
      })
    sum[part] = Math.max(inA, inB)
  }
  return sum as Counts<P1 | P2>
}

/**
 * One at a time: b starts when a has finished, a takes the next input when b has.
 * latency = latency_a + latency_b = interval; counts add up; parts add up, those named in `shared` once.
 * `measure` has to run a to know what b gets. Modelling choice: no cycle is lost between the two.
 * @param options.shared parts that a and b use in turn (the larger number of the two counts)
 * @throws ConfigError when a shared part is missing in one of the units
 */
export const after = <In, Mid, Out, W1, W2, A1 extends string, A2 extends string, P1 extends string, P2 extends string>(
  a: Unit<In, Mid, W1, A1, P1>,
  b: Unit<Mid, Out, W2, A2, P2>,
  options: { readonly shared?: readonly (P1 & P2)[] } = {},
) =>
  ({
    ...inARow(a, b),
    name: `${a.name} then ${b.name}`,
    time: ([first, second]: WorkPair<W1, W2>): Timing => {
      const latency = cycles(a.time(first).latency + b.time(second).latency)
      return { latency, interval: latency }
    },
    parts: partsWithShared(a.parts, b.parts, options.shared ?? []),
  }) satisfies Unit<In, Out, WorkPair<W1, W2>, A1 | A2, P1 | P2>

/**
 * Stage by stage: while b works on one input, a works on the next.
 * latency = latency_a + latency_b, interval = max(interval_a, interval_b); counts and parts add up.
 */
export const pipelined = <
  In,
  Mid,
  Out,
  W1,
  W2,
  A1 extends string,
  A2 extends string,
  P1 extends string,
  P2 extends string,
>(
  a: Unit<In, Mid, W1, A1, P1>,
  b: Unit<Mid, Out, W2, A2, P2>,
) =>
  ({
    ...inARow(a, b),
    name: `${a.name} | ${b.name}`,
    time: ([first, second]: WorkPair<W1, W2>): Timing => {
      const [ta, tb] = [a.time(first), b.time(second)]
      return { latency: cycles(ta.latency + tb.latency), interval: cycles(Math.max(ta.interval, tb.interval)) }
    },
  }) satisfies Unit<In, Out, WorkPair<W1, W2>, A1 | A2, P1 | P2>

/**
 * n copies of a unit with the work split among them; all wait for the slowest share.
 * latency = max of the shares' latencies, interval = max of their intervals; counts add up; n × parts.
 * @param options.split cuts an input into at most n shares, one per copy
 * @param options.join puts the shares' results together again, in the order of the shares; it may look at the input, so that
 *   what the copies did not change can travel on
 * @throws ConfigError when n is not a positive integer, or when there are more shares than copies
 */
export const across = <In, Share, Piece, Out, W, A extends string, P extends string>(
  n: number,
  unit: Unit<Share, Piece, W, A, P>,
  options: {
    readonly split: (input: In, n: number) => readonly Share[]
    readonly join: (pieces: readonly Piece[], input: In) => Out
  },
) => {
  const name = `${requireInteger('hw/across', n)} x ${unit.name}`
  const dealt = <T>(shares: readonly T[]): readonly T[] => {
    if (shares.length > n)
      throw new ConfigError({
        where: `hw/across (${name})`,
        expected: `at most ${n} shares of the work, one per copy`,
        got: String(shares.length),
      })
    return shares
  }
  const slowest = (values: readonly number[]) => cycles(values.reduce((most, value) => Math.max(most, value), 0))
  return {
    name,
    run: (input: In): Out => options.join(dealt(options.split(input, n)).map(unit.run), input),
    measure: (input: In): readonly W[] => dealt(options.split(input, n)).map(unit.measure),
    time: (shares: readonly W[]): Timing => {
      const times = dealt(shares).map(unit.time)
      return { latency: slowest(times.map((t) => t.latency)), interval: slowest(times.map((t) => t.interval)) }
    },
    count: (shares: readonly W[]): Counts<A> =>
      dealt(shares)
        .map(unit.count)
        .reduce<Counts<A>>((sum, counts) => addCounts(sum, counts), {} as Counts<A>),
    parts: scaleCounts(n, unit.parts),
  } satisfies Unit<In, Out, readonly W[], A, P>
}

/**
 * Ping-pong buffers: a fills one half while b works on the other, over many pieces of the same work.
 * latency = first fill + max(latency_a, latency_b), interval = max(interval_a, interval_b); counts and parts add up.
 * The result says which of the two bound it; b does when both take the same time.
 * @param options.firstFill cycles until the first piece is there and b can start (0 if it is there already)
 */
export const overlapped = <
  In,
  Mid,
  Out,
  W1,
  W2,
  A1 extends string,
  A2 extends string,
  P1 extends string,
  P2 extends string,
>(
  a: Unit<In, Mid, W1, A1, P1>,
  b: Unit<Mid, Out, W2, A2, P2>,
  options: { readonly firstFill: (work: WorkPair<W1, W2>) => Cycles },
) =>
  ({
    ...inARow(a, b),
    name: `${a.name} under ${b.name}`,
    time: (work: WorkPair<W1, W2>): BoundTiming => {
      const [ta, tb] = [a.time(work[0]), b.time(work[1])]
      return {
        latency: cycles(options.firstFill(work) + Math.max(ta.latency, tb.latency)),
        interval: cycles(Math.max(ta.interval, tb.interval)),
        boundBy: ta.latency > tb.latency ? a.name : b.name,
      }
    },
  }) satisfies Unit<In, Out, WorkPair<W1, W2>, A1 | A2, P1 | P2>
