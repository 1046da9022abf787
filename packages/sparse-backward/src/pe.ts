import { cycles, type Unit } from '@h2learn/hw'
import { f16Round } from '@h2learn/snn-core'

/** Bits of an FP16 word. */
export const wordBits = 16
const pipelineBits = 48

/** Entries of a PE's partial-sum buffer, and of its group's gradient tile and weight buffer. */
export interface RegisterEntries {
  readonly psum: number
  readonly gradTile: number
  readonly weightBuffer: number
}

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
 * PE (Fig. 8c): one FP16 MAC per cycle into its own partial-sum buffer; gradients and weights come from the buffers of its
 * group, into each of which it has a read port. 48 bits of pipeline registers (`cost-model.md` section 3).
 * @param config entries ≥ 1 of the partial-sum, gradient-tile and weight buffers
 */
export const backwardPe = (config: RegisterEntries) =>
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
    parts: {
      'mac.multiplier': 1,
      'mac.adder': 1,
      'psum.bit': wordBits * config.psum,
      'psum.portBit': wordBits * (config.psum - 1),
      'gradTile.portBit': wordBits * (config.gradTile - 1),
      'weightBuffer.portBit': wordBits * (config.weightBuffer - 1),
      'pipe.bit': pipelineBits,
    },
  }) satisfies Unit<PeProducts, number, { readonly macs: number }, string>
