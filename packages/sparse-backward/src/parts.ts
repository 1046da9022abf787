import type { Counts } from '@h2learn/hw'
import { type BackwardConfig, type BackwardMode, skipsOutputs } from './config'

/** Parts of a Backward Engine with an area and a leakage; `portBit`: (entries − 1) per bit of one read port. */
export type BackwardPart =
  | 'mac.multiplier'
  | 'mac.adder'
  | 'acc.adder'
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

const wordBits = 16
const pipelineBitsPerPe = 48

/** Entries of a PE's partial-sum buffer, and of a group's gradient tile and weight buffer for a given kernel. */
export const registerEntries = ({ tile, groupSize, kernel }: BackwardConfig, layerKernel = kernel) => {
  const k = Math.max(kernel, layerKernel)
  return { psum: Math.ceil((tile * tile) / groupSize), gradTile: (tile + k - 1) ** 2, weightBuffer: k * k }
}

/**
 * Silicon of the engine (Table VII; `cost-model.md` section 3). Per PE: multiplier, adder, one Acc adder, finder,
 * partial sums, 48 pipeline bits and a read port into its group's gradient tile and weight buffer. ID buffers are
 * double, since scanning runs one tile ahead (edge rule 11), unless rates are ideal. The dense baseline has no finders
 * and no ID buffers (section V-A); the others keep all of them, as the cost study counts them.
 */
export const backwardParts = (config: BackwardConfig, mode: BackwardMode): Counts<BackwardPart> => {
  const { rows, cols, groupSize, tile, glbKiB, idealRates } = config
  const groups = rows * cols
  const pes = groups * groupSize
  const { psum, gradTile, weightBuffer } = registerEntries(config)
  const finders = mode === 'dense' ? 0 : 1
  const idBits = Math.max(1, Math.ceil(Math.log2(tile * tile)))
  return {
    'mac.multiplier': pes,
    'mac.adder': pes,
    'acc.adder': pes,
    inputFinder: finders * pes,
    outputFinder: finders * cols,
    'idBuffer.bit': finders * cols * groupSize * psum * idBits * (idealRates || !skipsOutputs(mode) ? 1 : 2),
    'psum.bit': pes * psum * wordBits,
    'psum.portBit': pes * (psum - 1) * wordBits,
    'gradTile.bit': groups * gradTile * wordBits,
    'gradTile.portBit': pes * (gradTile - 1) * wordBits,
    'weightBuffer.bit': groups * weightBuffer * wordBits,
    'weightBuffer.portBit': pes * (weightBuffer - 1) * wordBits,
    'pipe.bit': pes * pipelineBitsPerPe,
    'grad.unit': cols,
    'glb.KiB': glbKiB,
  }
}
