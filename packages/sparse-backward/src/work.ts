import type { GridIterations } from '@h2learn/hw'

/** Where PE-cycles of the array go. All causes together are PEs × cycles, to the cycle. */
export interface BackwardPeCycles {
  /** Multiplying two non-zero operands for an output that is needed. */
  readonly effectual: number
  /** Multiplying for nothing: a zero gradient, padding or an unneeded output (baselines only). */
  readonly ineffectual: number
  /** The minimum an output costs although its window has fewer valid inputs. */
  readonly emptyWindow: number
  /** Waiting for another PE of the same group. */
  readonly peImbalance: number
  /** Waiting for another group of the array. */
  readonly groupImbalance: number
  /** PEs without a channel: blocks smaller than the array, FC tiles short of a full group. */
  readonly unused: number
  /** Pipeline fill of every tile. */
  readonly fill: number
  /** Waiting for the Effectual Output Finders to scan the next tile. */
  readonly scan: number
  /** Waiting for the Acc to drain partial sums. */
  readonly acc: number
  /** Waiting for the Grad units. */
  readonly grad: number
}

/**
 * What a backward pass through one layer asks of the engine: the integers its time and counts depend on. From data
 * every number is an exact integer; a what-if averages over random tiles and rounds the totals.
 */
export interface BackwardWork {
  readonly kind: 'conv' | 'fc' | 'output'
  readonly kernel: number
  readonly iterations: GridIterations
  /** Per grid iteration: Σ over its tiles of C_tile, the cycles of the busiest PE. */
  readonly busiestCycles: Float64Array
  /** Per grid iteration: multiplications with two non-zero operands for a needed output. */
  readonly effectualMacs: Float64Array
  /** Per grid iteration: windows of computed outputs without a valid input. */
  readonly emptyWindows: Float64Array
  readonly peCycles: BackwardPeCycles
  /** PEs of the array. */
  readonly pes: number
  readonly firstFillBytes: number
  /**
   * Ping-pong need: twice the kernels, gradients, partial sums and outputs of the largest grid iteration (modelling
   * choice; potentials compressed).
   */
  readonly bufferBytes: number
  /** Multiplications: effectual + skipped = all (k² per output and channel); performed ≥ effectual in baselines. */
  readonly macs: {
    readonly all: number
    readonly effectual: number
    readonly skipped: number
    readonly performed: number
  }
  /** Outputs (∇s positions) × row blocks: with an open mask, computed, and all. */
  readonly outputs: { readonly valid: number; readonly computed: number; readonly all: number }
  /** FP16 additions in the Acc: one per computed output and row. */
  readonly accAdds: number
  /** Tile rows scanned, over all columns. */
  readonly scannedRows: number
  /** PE-cycles the input finders are active. */
  readonly finderCycles: number
  /** Neurons the Grad units update. */
  readonly gradUpdates: number
  /** Multiplications by 1/k² of pooling backward. */
  readonly poolScales: number
  readonly glb: { readonly readBytes: number; readonly writtenBytes: number }
}

/** PE-cycles of all causes together = PEs × cycles. */
export const totalPeCycles = (peCycles: BackwardPeCycles): number =>
  Object.values(peCycles).reduce((total: number, n: number) => total + n, 0)
