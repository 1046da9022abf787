/**
 * Results of the throughput study (`calibration/throughput.py` of the design pages, seed 7 as it stands; cost-model.md
 * section 6), in ms per sub-batch of 4, for comparison with the engines' own formulas. Not from the paper.
 */
export const studyTable = {
  MNIST: { forward: 0.8014, backward: 1.0072, update: 0.9698, shared: 1.2138, period: 1.2138, speedup: 7.6096 },
  CIFAR10: { forward: 1.0261, backward: 1.243, update: 1.219, shared: 1.5126, period: 1.5126, speedup: 7.7782 },
  'N-MNIST': { forward: 1.1241, backward: 1.3138, update: 1.221, shared: 1.6257, period: 1.6257 },
  'CIFAR10-DVS': { forward: 1.9107, backward: 2.3755, update: 2.0501, shared: 2.8424, period: 2.8424 },
  ImageNet: { forward: 3.3474, backward: 6.366, update: 3.9464, shared: 6.1247, period: 6.366, speedup: 7.0624 },
} as const

/**
 * The same script with 400 random tiles of each shape instead of 24: only the two benchmarks whose Backward time is set
 * by the masks rather than by bytes change.
 */
export const studyConverged = {
  'CIFAR10-DVS': { backward: 2.3905, period: 2.8424 },
  ImageNet: { backward: 6.4199, period: 6.4199, speedup: 7.003 },
} as const

/** Sensitivity of the speed-up over the V100, MNIST, CIFAR10, ImageNet: also with 400 random tiles. */
export const studySensitivity = {
  'dense Backward': [1.683, 1.695, 1.247],
  'no memory limit': [12.419, 11.763, 7.322],
  'tile 4': [5.833, 5.266, 4.454],
  'tile 16': [7.973, 8.073, 8.054],
  'fill 0': [7.61, 7.778, 7.341],
  'fill 16': [6.784, 7.167, 4.717],
  'minimum 0': [7.61, 7.778, 7.341],
  'minimum 2': [7.61, 7.778, 4.74],
} as const

/** With pooled layers stored at pooled size (h2learn.md section 2). */
export const studyPooled = [9.3, 9.6, 7.1] as const
