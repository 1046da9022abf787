/** Quantities, the unit contract and what an engine asks of time and memory. Types only. */

declare const dimension: unique symbol
/** A number with a unit of measure in its type: a plain number cannot pass as one, nor one as another. */
export type Quantity<D extends string> = number & { readonly [dimension]: D }

/** Clock cycles; a non-negative number, an integer where nothing was averaged. */
export type Cycles = Quantity<'cycle'>
/** Energy in picojoules. */
export type PicoJoules = Quantity<'pJ'>
/** Silicon area in square millimetres. */
export type SquareMillimetres = Quantity<'mm2'>
/** Storage or traffic in bytes. */
export type Bytes = Quantity<'byte'>

/** How often each priced action happened, or how many of each part there are: exact safe integers. */
export type Counts<Name extends string> = Readonly<Record<Name, number>>

/** `latency`: first in to last out. `interval`: between two starts. */
export interface Timing {
  readonly latency: Cycles
  readonly interval: Cycles
}

/** Timing of two processes that overlap, with the name of the one that set the pace. */
export interface BoundTiming extends Timing {
  readonly boundBy: string
}

/**
 * A hardware unit without state: what it computes, how long it takes and what it spends stand side by side.
 * `Work` is the hinge: the integers that timing and spending depend on. It comes from data (`measure`) or from an
 * explicit what-if, so that one set of formulas serves a bit-exact run and an analytical sweep.
 */
export interface Unit<In, Out, Work, Action extends string, Part extends string = string> {
  readonly name: string
  /** What comes out: bit-exact, no clock. */
  readonly run: (input: In) => Out
  /** The sizes that decide the rest. */
  readonly measure: (input: In) => Work
  /** When. */
  readonly time: (work: Work) => Timing
  /** What was done, by priced action. */
  readonly count: (work: Work) => Counts<Action>
  /** What silicon is there. */
  readonly parts: Counts<Part>
}

/**
 * The grid iterations of one layer on one engine, in order. A grid iteration is one load of the PE array; its loads
 * are double-buffered, so that it takes max(cycles, bytes / bandwidth). Both arrays have the same length.
 */
export interface GridIterations {
  /** Compute cycles of each grid iteration (fills of tables included where the engine does not hide them). */
  readonly cycles: Float64Array
  /** Bytes each grid iteration moves over the engine's main memory port (Mem 0 or Mem 1 on the paper's chip). */
  readonly bytes: Float64Array
}

/** What one layer asks of an engine and of the memories: the pipeline schedules this and knows nothing else. */
export interface EngineTiming extends Timing {
  readonly iterations: GridIterations
  /** Bytes that must arrive before the first grid iteration can start (the first fill of the ping-pong buffer). */
  readonly firstFillBytes: Bytes
  /** Bytes on the weight-gradient memory (Mem 2 on the paper's chip) over the whole layer; 0 for most engines. */
  readonly gradientBytes: Bytes
  /** Cycles the same effectual work would take with every unit of the array busy; never above `latency`. */
  readonly idealCycles: Cycles
}

/** An engine: a unit whose timing tells what it asks of the memories, with its global buffer in KiB. */
export interface Engine<In, Out, Work, Action extends string, Part extends string = string>
  extends Unit<In, Out, Work, Action, Part> {
  readonly time: (work: Work) => EngineTiming
  /** Global buffer capacity in KiB (1024 bytes), as Table VII counts it. */
  readonly glbKiB: number
}
