import { addCounts, cycles, scaleCounts, type Unit } from '@h2learn/hw'
import type { GradientWindow, InputFinder } from './effectual-input-output-finder'
import { type backwardPe, type RegisterEntries, wordBits } from './pe'

/** One PE group's tile: a channel of ∇u (its row) and the outputs of a channel of ∇s (its column). */
export interface PeGroupTile {
  readonly h: number
  readonly w: number
  readonly kernel: number
  /** ∇u of the tile with its halo, zero-inserted, (h + k − 1)·(w + k − 1) values exact in binary16. */
  readonly gradients: Float32Array
  /** k² kernel weights, rotated by 180°: conv ID = weight ID. */
  readonly weights: Float32Array
  /** Output ID Buffers of the column: raster positions, one list per PE. */
  readonly ids: readonly (readonly number[])[]
}

/** What a group does with a tile. */
export interface PeGroupWork {
  /** Cycles each PE is busy. */
  readonly peCycles: readonly number[]
  readonly macs: number
  /** Cycles the group is held until the tile ends: its slowest PE, or what the whole array waits for. */
  readonly heldCycles: number
}

/** The units of a group and how many PEs it has. */
export interface PeGroupConfig {
  readonly groupSize: number
  readonly finder: InputFinder
  readonly pe: ReturnType<typeof backwardPe>
  readonly entries: Pick<RegisterEntries, 'gradTile' | 'weightBuffer'>
}

/**
 * PE group (Fig. 7b): its PEs share ∇u tile and kernel; each takes the outputs of one Output ID Buffer and, for each,
 * one conv ID of its finder per cycle. The group is done when its slowest PE is. A finder runs as long as the group is held.
 * @param config groupSize ≥ 1 PEs; the finder and PE they are made of; entries of the buffers they share
 */
export const backwardPeGroup = ({ groupSize, finder, pe, entries }: PeGroupConfig) => {
  const windowAt = ({ gradients, w, kernel }: PeGroupTile, at: number): GradientWindow => ({
    valid: Uint8Array.from(gradients, (value) => (value !== 0 ? 1 : 0)),
    pitch: w + kernel - 1,
    y: Math.floor(at / w),
    x: at % w,
    kernel,
  })
  const total = (values: readonly number[]) => values.reduce((sum, n) => sum + n, 0)
  return {
    name: 'PE group',
    /** Partial sums of the tile in raster order, 0 for outputs that are not computed. */
    run: (tile: PeGroupTile): Float64Array => {
      const sums = new Float64Array(tile.h * tile.w)
      for (const at of tile.ids.flat()) {
        const window = windowAt(tile, at)
        const ids = finder.run(window)
        const place = (id: number) =>
          (window.y + Math.floor(id / tile.kernel)) * window.pitch + window.x + (id % tile.kernel)
        sums[at] = pe.run({
          gradients: ids.map((id) => tile.gradients[place(id)]),
          weights: ids.map((id) => tile.weights[id]),
          from: 0,
          to: ids.length,
        })
      }
      return sums
    },
    measure: (tile: PeGroupTile): PeGroupWork => {
      const windows = tile.ids.map((buffer) => buffer.map((at) => windowAt(tile, at)))
      const peCycles = windows.map((own) => total(own.map((window) => finder.time(finder.measure(window)).latency)))
      return {
        peCycles,
        macs: total(windows.map((own) => total(own.map((window) => finder.run(window).length)))),
        heldCycles: Math.max(...peCycles),
      }
    },
    time: ({ peCycles }: PeGroupWork) => {
      const slowest = cycles(Math.max(...peCycles))
      return { latency: slowest, interval: slowest }
    },
    count: ({ macs, heldCycles }: PeGroupWork) =>
      addCounts(finder.count({ cycles: groupSize * heldCycles }), pe.count({ macs })),
    parts: addCounts(scaleCounts(groupSize, addCounts(finder.parts, pe.parts)), {
      'gradTile.bit': wordBits * entries.gradTile,
      'weightBuffer.bit': wordBits * entries.weightBuffer,
    }),
  } satisfies Unit<PeGroupTile, Float64Array, PeGroupWork, string>
}
