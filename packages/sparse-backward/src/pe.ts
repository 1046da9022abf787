import { cycles, type Unit } from '@h2learn/hw'
import { f16Round } from '@h2learn/snn-core'

/** The MACs of one output in one PE, in the order the finder issues them; values exact in binary16. */
export interface PeProducts {
  readonly gradients: ArrayLike<number>
  readonly weights: ArrayLike<number>
  /** Which of both to multiply: from ≤ i < to. */
  readonly from: number
  readonly to: number
}

/**
 * One PE's partial sum of one output: Σ ∇u·w from +0, every product rounded to FP16, then added and rounded
 * (no fused multiply-add; edge rule 16).
 */
export const multiplyAccumulate = ({ gradients, weights, from, to }: PeProducts): number => {
  let sum = 0
  for (let i = from; i < to; i++) sum = f16Round(sum + f16Round(gradients[i] * weights[i]))
  return sum
}

/**
 * PE (Fig. 8c): one FP16 MAC per cycle into its own partial-sum buffer of `entries` words; gradients and weights come
 * from the buffers of its group.
 * @param config entries ≥ 1 of the partial-sum, gradient-tile and weight buffers
 */
export const backwardPe = (config: {
  readonly psum: number
  readonly gradTile: number
  readonly weightBuffer: number
}) =>
  ({
    name: 'backward PE',
    run: multiplyAccumulate,
    measure: ({ from, to }: PeProducts) => ({ macs: to - from }),
    time: ({ macs }: { readonly macs: number }) => ({ latency: cycles(macs), interval: cycles(macs) }),
    count: ({ macs }: { readonly macs: number }) => ({
      'mac.multiply': macs,
      'mac.add': macs,
      [`gradTile.read:${config.gradTile}`]: macs,
      [`weightBuffer.read:${config.weightBuffer}`]: macs,
      [`psum.read:${config.psum}`]: macs,
      'psum.write': macs,
    }),
    parts: { 'mac.multiplier': 1, 'mac.adder': 1, 'psum.bit': 16 * config.psum },
  }) satisfies Unit<PeProducts, number, { readonly macs: number }, string>
