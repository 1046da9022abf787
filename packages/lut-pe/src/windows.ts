import type { Layer } from '@h2learn/snn-core'

/** Taps of one pass over a kernel: raster taps first..first+count−1, dealt to the sub-LUTs in order. */
export interface KernelPass {
  readonly first: number
  readonly count: number
  /** Real taps of each sub-LUT; 0 for sub-LUTs that idle. */
  readonly taps: readonly number[]
}

/**
 * Cuts a kernel of R×S taps into passes over the sub-LUTs (rule 3): ⌈k²/9⌉ passes of 9 raster taps for the paper's PE.
 * For k = 3 sub-LUT j holds kernel row j and its bit i is kx = i (rule 15).
 */
export const kernelPasses = (taps: number, subLutInputs: readonly number[]): readonly KernelPass[] => {
  const passes: KernelPass[] = []
  for (let first = 0; first < taps; ) {
    let left = taps - first
    const dealt = subLutInputs.map((n) => {
      const here = Math.min(n, left)
      left -= here
      return here
    })
    const count = taps - first - left
    passes.push({ first, count, taps: dealt })
    first += count
  }
  return passes
}

/**
 * Offsets from a window's corner to its taps, and the test whether a tap lies on the map: padding bits are 0 (rule 2).
 */
export const tapOffsets = ({ R, S, W }: Layer) => {
  const dy = Int32Array.from({ length: R * S }, (_, tap) => Math.floor(tap / S))
  const dx = Int32Array.from({ length: R * S }, (_, tap) => tap % S)
  return { dy, dx, offset: dy.map((y, tap) => y * W + dx[tap]!) }
}
