import type { Counts } from '@h2learn/hw'
import type { BackwardConfig } from './config'
import { registerEntries } from './parts'
import type { BackwardWork } from './work'

/** What a Backward Engine spends energy on; `:n` is the number of entries of the register file. */
export type BackwardAction =
  | 'outputFinder.scan'
  | 'inputFinder.cycle'
  | 'mac.multiply'
  | 'mac.add'
  | `gradTile.read:${number}`
  | `weightBuffer.read:${number}`
  | `psum.read:${number}`
  | 'psum.write'
  | 'acc.add'
  | 'pool.scale'
  | 'grad.update'
  | 'glb.read'
  | 'glb.write'

/**
 * Priced actions of a pass: a MAC reads a gradient, a weight and its partial sum and writes it back; the Acc adds each
 * computed output once per row (`calibration/calibrate.py` be_energy). FC layers use the same path.
 */
export const backwardCounts = (config: BackwardConfig, work: BackwardWork): Counts<BackwardAction> => {
  const { psum, gradTile, weightBuffer } = registerEntries(config, work.kernel)
  const { performed } = work.macs
  return {
    'outputFinder.scan': work.scannedRows,
    'inputFinder.cycle': work.finderCycles,
    'mac.multiply': performed,
    'mac.add': performed,
    [`gradTile.read:${gradTile}` as const]: performed,
    [`weightBuffer.read:${weightBuffer}` as const]: performed,
    [`psum.read:${psum}` as const]: performed,
    'psum.write': performed,
    'acc.add': work.accAdds,
    'pool.scale': work.poolScales,
    'grad.update': work.gradUpdates,
    'glb.read': work.glb.readBytes,
    'glb.write': work.glb.writtenBytes,
  }
}
