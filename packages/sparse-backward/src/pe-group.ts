import { cycles, type Unit } from '@h2learn/hw'
import { validConvIds } from './effectual-input-output-finder'
import { dealOutputIds } from './effectual-output-finder'
import { multiplyAccumulate } from './pe'

/** One PE group's tile: a channel of ∇u (its row) and the outputs of a channel of ∇s (its column). */
export interface PeGroupTile {
  readonly h: number
  readonly w: number
  readonly kernel: number
  /** ∇u of the tile with its halo, zero-inserted, (h + k − 1)·(w + k − 1) values exact in binary16. */
  readonly gradients: Float32Array
  /** k² kernel weights, rotated by 180°: conv ID = weight ID. */
  readonly weights: Float32Array
  /** h·w bytes of ∇s̃. */
  readonly mask: Uint8Array
}

/** Cycles each PE of a group is busy with its tile. */
export interface PeGroupWork {
  readonly peCycles: readonly number[]
  readonly macs: number
}

/**
 * PE group (Fig. 7b): its PEs share ∇u tile and kernel; each takes the outputs of one Output ID Buffer and, for each,
 * one valid conv ID per cycle. The group is done when its slowest PE is.
 * @param config groupSize ≥ 1 PEs; minCycles 0..2 an output costs at least
 */
export const backwardPeGroup = (config: { readonly groupSize: number; readonly minCycles: number }) => {
  const { groupSize, minCycles } = config
  const convIds = ({ gradients, w, kernel }: PeGroupTile, at: number) => ({
    valid: Uint8Array.from(gradients, (value) => (value !== 0 ? 1 : 0)),
    pitch: w + kernel - 1,
    y: Math.floor(at / w),
    x: at % w,
    kernel,
  })
  return {
    name: 'PE group',
    /** Partial sums of the tile in raster order, 0 for outputs that are not valid. */
    run: (tile: PeGroupTile): Float64Array => {
      const sums = new Float64Array(tile.h * tile.w)
      for (const buffer of dealOutputIds(tile.mask, groupSize))
        for (const at of buffer) {
          const window = convIds(tile, at)
          const ids = validConvIds(window)
          const place = (id: number) =>
            (window.y + Math.floor(id / tile.kernel)) * window.pitch + window.x + (id % tile.kernel)
          sums[at] = multiplyAccumulate({
            gradients: ids.map((id) => tile.gradients[place(id)]),
            weights: ids.map((id) => tile.weights[id]),
            from: 0,
            to: ids.length,
          })
        }
      return sums
    },
    measure: (tile: PeGroupTile): PeGroupWork => {
      const valid = dealOutputIds(tile.mask, groupSize).map((buffer) =>
        buffer.map((at) => validConvIds(convIds(tile, at)).length),
      )
      const total = (values: readonly number[]) => values.reduce((sum, n) => sum + n, 0)
      return {
        peCycles: valid.map((windows) => total(windows.map((n) => Math.max(minCycles, n)))),
        macs: total(valid.map(total)),
      }
    },
    time: ({ peCycles }: PeGroupWork) => {
      const slowest = cycles(Math.max(...peCycles))
      return { latency: slowest, interval: slowest }
    },
    count: ({ macs }: PeGroupWork) => ({ 'mac.multiply': macs, 'mac.add': macs }),
    parts: { 'mac.multiplier': groupSize, 'mac.adder': groupSize, inputFinder: groupSize },
  } satisfies Unit<PeGroupTile, Float64Array, PeGroupWork, string>
}
