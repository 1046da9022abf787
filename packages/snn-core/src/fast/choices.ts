let forced: 'spikes' | 'gradients' | undefined

/**
 * For tests and benchmarks: which sparsity drives every weight gradient of this thread, instead of the cheaper one by
 * counted densities. The bits are the same either way.
 */
export const forceWeightGradient = (by: 'spikes' | 'gradients' | undefined): void => {
  forced = by
}

/** The choice forced, if any. */
export const forcedWeightGradient = () => forced

let forcedInput: 'masks' | 'gradients' | undefined

/** The same for the input gradient where the order of sums is free (backends 'folded' and 'fused'). */
export const forceInputGradient = (by: 'masks' | 'gradients' | undefined): void => {
  forcedInput = by
}

/** The choice forced, if any. */
export const forcedInputGradient = () => forcedInput
