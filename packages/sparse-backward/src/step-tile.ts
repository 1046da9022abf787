import { ConfigError } from '@h2learn/hw'
import { type BackwardMode, skipsInputs, skipsOutputs } from './config'
import { priorityEncode, windowTag } from './effectual-input-output-finder'
import { dealOutputIds } from './effectual-output-finder'

/** One tile of the whole array, as bits. */
export interface ArrayTile {
  readonly h: number
  readonly w: number
  readonly kernel: number
  /** Per row (channel of ∇u): (h + k − 1)·(w + k − 1) bytes of zero-inserted ∇ũ with its halo. */
  readonly inputs: readonly Uint8Array[]
  /** Per column (channel of ∇s): h·w bytes of ∇s̃. */
  readonly outputs: readonly Uint8Array[]
  /** Rows of the tile whose ∇s̃ is scanned meanwhile; absent: no scanning. */
  readonly nextRows?: number
  /** Outputs per column the Acc drains meanwhile; absent: no draining. */
  readonly drain?: readonly number[]
}

export interface StepTileConfig {
  readonly groupSize: number
  readonly minCycles: number
  readonly fill: number
  /** Which zeros the engine skips; default `both`. */
  readonly mode?: BackwardMode
}

/** What one PE did in one cycle. */
export interface PeStep {
  readonly row: number
  readonly col: number
  /** Number of the PE in its group. */
  readonly pe: number
  /** Output ID (raster position in the tile) it works on; −1 when its buffer is done. */
  readonly outputId: number
  /** Conv ID it issued; −1 for a cycle that an output costs without one. */
  readonly convId: number
  /** Output IDs left in its buffer. */
  readonly left: number
}

/** One clock cycle of the array. */
export interface TileCycle {
  /** From 1. */
  readonly cycle: number
  /** Row-major over rows, columns, PEs of a group. */
  readonly pes: readonly PeStep[]
  /** No PE issues any more and their pipeline runs dry. */
  readonly filling: boolean
  /** Rows of the next tile still to scan, outputs of each column still to drain, after this cycle. */
  readonly toScan: number
  readonly toDrain: readonly number[]
}

/** One PE between two clock edges. */
interface PeState {
  readonly row: number
  readonly col: number
  readonly pe: number
  /** The output it took last. */
  outputId: number
  /** IDs left in its Output ID Buffer. */
  readonly buffer: number[]
  tag: Uint8Array
  /** Next conv ID to issue, −1 when the window is done. */
  convId: number
  /** Cycles the current output still has to cost. */
  owed: number
  macs: number
  busyCycles: number
}

/** What a tile took, cycle by cycle. */
export interface SteppedTile {
  /** Until everything was done: PEs and their pipeline, scanning, draining. */
  readonly cycles: number
  /** C_tile: the cycle in which the last PE issued its last conv ID. */
  readonly peCycles: number
  readonly macs: number
  /** PE cycles that did not issue a conv ID although the PE had an output. */
  readonly emptyCycles: number
  /** Per PE, row-major over rows, columns, PEs of a group: cycles until its buffer was done. */
  readonly busyCycles: readonly number[]
}

/** Every conv ID is worth issuing where the engine does not skip inputs. */
const tagOf = (tile: ArrayTile, row: number, at: number, skip: boolean): Uint8Array => {
  const { w, kernel } = tile
  const place = { y: Math.floor(at / w), x: at % w }
  return skip
    ? windowTag({ valid: tile.inputs[row], pitch: w + kernel - 1, kernel, ...place })
    : new Uint8Array(kernel * kernel).fill(1)
}

/** Takes the next output from the buffer; with minCycles = 0 a window without valid input is passed over at once. */
const nextOutput = (pe: PeState, tile: ArrayTile, minCycles: number, skip: boolean) => {
  while (pe.convId < 0 && pe.owed === 0 && pe.buffer.length > 0) {
    pe.outputId = pe.buffer.shift()!
    pe.tag = tagOf(tile, pe.row, pe.outputId, skip)
    pe.convId = priorityEncode(pe.tag)
    pe.owed = minCycles
  }
}

/** One clock cycle of a PE: issue one conv ID, or sit out what the output still costs. */
const stepPe = (pe: PeState, tile: ArrayTile, minCycles: number, skip: boolean): PeStep => {
  nextOutput(pe, tile, minCycles, skip)
  const { row, col, pe: number, convId, outputId } = pe
  const left = pe.buffer.length
  if (convId < 0 && pe.owed === 0) return { row, col, pe: number, outputId: -1, convId: -1, left }
  if (convId >= 0) {
    pe.macs++
    pe.convId = priorityEncode(pe.tag, convId + 1)
  }
  if (pe.owed > 0) pe.owed--
  pe.busyCycles++
  return { row, col, pe: number, outputId, convId, left }
}

/**
 * Steps one tile through the array cycle by cycle: every PE takes IDs from its Output ID Buffer, forms the tag, and
 * issues one valid conv ID per cycle; meanwhile the output finders scan the next tile (one row per cycle) and the Acc
 * drains `groupSize` outputs per cycle and column. Slow and plain: the reference for the counting of all four engines.
 * @param observe called after every cycle; see `traceTile`
 * @throws ConfigError when a bit map does not have the tile's size
 */
export const stepTile = (
  tile: ArrayTile,
  { groupSize, minCycles, fill, mode = 'both' }: StepTileConfig,
  observe?: (cycle: TileCycle) => void,
): SteppedTile => {
  const { h, w, kernel, inputs, outputs } = tile
  const windowSize = (h + kernel - 1) * (w + kernel - 1)
  if (inputs.some((map) => map.length !== windowSize) || outputs.some((map) => map.length !== h * w))
    throw new ConfigError({
      where: 'stepTile',
      expected: `inputs of ${windowSize} and outputs of ${h * w} bytes`,
      got: `${inputs.map((map) => map.length)} and ${outputs.map((map) => map.length)}`,
    })
  const all = new Uint8Array(h * w).fill(1)
  const pes: PeState[] = inputs.flatMap((_, row) =>
    outputs.flatMap((mask, col) =>
      dealOutputIds(skipsOutputs(mode) ? mask : all, groupSize).map((buffer, pe) => ({
        row,
        col,
        pe,
        outputId: -1,
        buffer,
        tag: new Uint8Array(0),
        convId: -1,
        owed: 0,
        macs: 0,
        busyCycles: 0,
      })),
    ),
  )
  const skip = skipsInputs(mode)
  // the minimum is what a finder takes for an empty window; without finders a window costs its k² cycles
  const least = skip ? minCycles : 0
  let clock = 0
  let lastIssue = 0
  let toScan = tile.nextRows ?? 0
  const toDrain = [...(tile.drain ?? [])]
  let pipeline = fill
  for (let working = true; working; ) {
    const steps = pes.map((pe) => stepPe(pe, tile, least, skip))
    const issuing = steps.some(({ outputId }) => outputId >= 0)
    working = issuing || pipeline > 0 || toScan > 0 || toDrain.some((left) => left > 0)
    if (!working) break
    clock++
    if (issuing) lastIssue = clock
    else if (pipeline > 0) pipeline--
    if (toScan > 0) toScan--
    for (let col = 0; col < toDrain.length; col++) toDrain[col] = Math.max(0, toDrain[col] - groupSize)
    observe?.({ cycle: clock, pes: steps, filling: !issuing, toScan, toDrain: [...toDrain] })
  }
  const macs = pes.reduce((total, pe) => total + pe.macs, 0)
  const busy = pes.reduce((total, pe) => total + pe.busyCycles, 0)
  return {
    cycles: clock,
    peCycles: lastIssue,
    macs,
    emptyCycles: busy - macs,
    busyCycles: pes.map((pe) => pe.busyCycles),
  }
}
