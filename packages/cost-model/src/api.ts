import type { PicoJoules, Quantity, SquareMillimetres } from '@h2learn/hw'

/**
 * The vocabulary of priced actions and parts (owner.verb and owner.noun). Engines use these names by shape; an action
 * without a price does not compile where a chip is priced. `:n` gives the number of entries of a register file.
 */
export type PricedAction =
  // LUT engines and their non-LUT baselines
  | 'acc.add' // one FP16 addition in the adder tree or the running sum
  | 'subLut.add' // one FP16 addition while a sub-LUT is filled (uses the PE's adders)
  | 'subLut.write' // one 16-bit entry written
  | `subLut.read:${number}` // one 16-bit read of a sub-LUT with n entries
  | 'gate.select' // one 16-bit spike gate (non-LUT PE, FC mode)
  | 'pool.add' // one FP16 addition of the pooling before the Soma
  | 'pool.scale' // one multiplication by 1/k² (exponent shift for k = 2)
  | 'soma.update' // one neuron: α·u·(1 − s) + I, three comparisons
  // Backward Engine
  | 'outputFinder.scan' // one tile row scanned by an Effectual Output Finder
  | 'inputFinder.cycle' // one cycle of an Effectual Input∩Output Finder
  | 'mac.multiply'
  | 'mac.add'
  | `gradTile.read:${number}`
  | `weightBuffer.read:${number}`
  | `psum.read:${number}`
  | 'psum.write'
  | 'grad.update' // one neuron: both phases of Eq. 2
  // update unit
  | 'update.parameter' // one parameter: w − η·∇w in FP32
  // buffers and memories, in bytes
  | 'glb.read'
  | 'glb.write'
  | 'mem.read'
  | 'mem.write'

/** Parts with an area and a leakage. `portBit`: (entries − 1) per bit of one read port. */
export type PricedPart =
  | 'acc.adder'
  | 'subLut.bit'
  | 'subLut.portBit'
  | 'weight.bit' // weight registers of a non-LUT PE
  | 'gate.word' // 16-bit spike gate
  | 'soma.lane'
  | 'mac.multiplier'
  | 'mac.adder'
  | 'inputFinder'
  | 'outputFinder'
  | 'idBuffer.bit'
  | 'psum.bit'
  | 'psum.portBit'
  | 'gradTile.bit'
  | 'gradTile.portBit'
  | 'weightBuffer.bit'
  | 'weightBuffer.portBit'
  | 'pipe.bit'
  | 'grad.unit'
  | 'glb.KiB'

/** Power in watts. */
export type Watts = Quantity<'W'>
/** Time in seconds; below this package the only time is cycles. */
export type Seconds = Quantity<'s'>
/** Clock frequency in hertz. */
export type Hertz = Quantity<'Hz'>

/**
 * Where a number comes from: P printed in the paper, L public literature, M measured with public tools, C calibrated,
 * A assumption.
 */
export type SourceStatus = 'P' | 'L' | 'M' | 'C' | 'A'

/** One constant with its provenance. */
export interface UnitCost {
  readonly value: number
  readonly unit: string
  /** Process node and, for energies, the supply voltage. */
  readonly node: string
  readonly source: string
  readonly status: SourceStatus
}

/** The register files whose reads are priced by their number of entries. */
export type ReadFamily = 'subLut.read' | 'gradTile.read' | 'weightBuffer.read' | 'psum.read'
/** One 16-bit read of a register file with n entries. */
export type RegisterRead = `${ReadFamily}:${number}`
/** The priced actions that are one name each. */
export type FixedAction = Exclude<PricedAction, `${string}:${number}`>

/** What one occurrence of an action costs, before k_energy. */
export interface ActionPrice {
  readonly energy: PicoJoules
  readonly source: string
  readonly status: SourceStatus
}

/** What one part takes, before k_area. */
export interface PartPrice {
  readonly area: SquareMillimetres
  readonly leakage: Watts
  /** Energy of its clock pins per cycle; 0 where the clock is gated or the part holds no state. Before k_energy. */
  readonly clock: PicoJoules
  readonly source: string
  readonly status: SourceStatus
}

/** Reads of a register file, per 16-bit word; between the points it is interpolated (see `actionPrice`). */
export interface ReadPrices {
  /** Entries ascending from 2. */
  readonly points: readonly { readonly entries: number; readonly energy: PicoJoules }[]
  readonly source: string
  readonly status: SourceStatus
}

/** The two calibrated factors on logic prices, positive numbers. */
export interface PriceFactors {
  readonly kArea: number
  readonly kEnergy: number
}

/** Prices of everything a chip does and is made of; further actions and parts widen the type. */
export interface PriceTable<Action extends string = FixedAction, Part extends string = PricedPart> {
  readonly name: string
  /**
   * What a table of another technology, or one with prices of one's own, brings along. Absent: both are fitted to the figures
   * that the paper prints for its 28 nm chip, so that a change of all logic prices alike falls out again.
   */
  readonly factors?: PriceFactors
  readonly actions: { readonly [A in Action]: ActionPrice }
  readonly reads: { readonly [F in ReadFamily]: ReadPrices }
  readonly parts: { readonly [P in Part]: PartPrice }
}

export type { PriceOptions } from './price-options'
