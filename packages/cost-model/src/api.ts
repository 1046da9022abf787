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
