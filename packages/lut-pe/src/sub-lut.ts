import { f16Round } from '@h2learn/snn-core'

/** Entries of a sub-LUT that folds n inputs: 2^n, one per pattern of spike bits. */
export const subLutEntries = (inputs: number): number => 2 ** inputs

/**
 * Contents of a sub-LUT: every subset sum of its operands (Fig. 5a), made with the PE's FP16 adders.
 *
 *     entry[0] = 0,   entry[b] = entry[b without its top bit] + operand[top bit]     rounded to FP16 (rule 15)
 *
 * @param operands n binary16 values (weights in the Forward Engine, potential gradients in Weight Update)
 * @returns 2^n binary16 values, addressed by n spike bits; bit i selects operand i
 */
export const subLut = (operands: ArrayLike<number>): Float32Array => {
  const entries = new Float32Array(subLutEntries(operands.length))
  for (let top = 0; top < operands.length; top++)
    for (let rest = 0; rest < 1 << top; rest++) entries[(1 << top) + rest] = f16Round(entries[rest]! + operands[top]!)
  return entries
}

/**
 * What filling one sub-LUT costs: every entry is written; entries of one operand are that operand and need no adder.
 * @param operands real operands, 0..n: entries that only absent operands would tell apart are not made, and a sub-LUT
 *   without any stays as it is
 */
export const subLutFill = (operands: number): { readonly writes: number; readonly adds: number } => ({
  writes: operands > 0 ? 2 ** operands : 0,
  adds: operands > 0 ? 2 ** operands - 1 - operands : 0,
})
