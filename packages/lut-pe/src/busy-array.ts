import type { Counts } from '@h2learn/hw'
import { readsByEntries } from './lut-pe'

/** An array of PEs with every one of them busy, and what its global buffer moves beside. */
export interface BusyArray {
  readonly rows: number
  readonly cols: number
  readonly lanes: number
  /** Inputs of each sub-LUT of a PE. */
  readonly subLutInputs: readonly number[]
  /** Bytes per cycle that fill the buffer while the array is busy. */
  readonly fillBytesPerCycle: number
}

/** One FP16 sum per column and lane, and the fills. */
const glbBytes = ({ cols, lanes, fillBytesPerCycle }: BusyArray) => cols * lanes * 2 + fillBytesPerCycle

/**
 * What an array of LUT PEs spends in one busy cycle: a lookup and an addition per sub-LUT and lane; one FP16 sum per column
 * and lane read and written, and the fills.
 */
export const busyLutArray = (
  array: BusyArray,
): Counts<'acc.add' | `subLut.read:${number}` | 'glb.read' | 'glb.write'> => {
  const { rows, cols, lanes, subLutInputs } = array
  const each = rows * cols * lanes
  return {
    'acc.add': each * subLutInputs.length,
    ...readsByEntries(
      subLutInputs,
      subLutInputs.map(() => each),
    ),
    'glb.read': glbBytes(array),
    'glb.write': glbBytes(array),
  }
}

/** The same for an array of non-LUT PEs: a gate and an addition per word and lane. */
export const busyAdderArray = (array: BusyArray): Counts<'acc.add' | 'gate.select' | 'glb.read' | 'glb.write'> => {
  const words = array.rows * array.cols * array.lanes * array.subLutInputs.reduce((sum, n) => sum + n, 0)
  return { 'acc.add': words, 'gate.select': words, 'glb.read': glbBytes(array), 'glb.write': glbBytes(array) }
}
