import type { Seconds, Watts } from '@h2learn/cost-model'
import { seconds, watts } from '@h2learn/cost-model'
import type { SquareMillimetres } from '@h2learn/hw'
import { squareMillimetres } from '@h2learn/hw'
import type { Benchmark } from './published'
import { paper } from './published'

/** The GPU that the paper compares with. Published figures only; the power is implied, not published. */
export interface GpuReference {
  readonly name: 'V100'
  readonly area: SquareMillimetres
  /** Board power of the specification, HBM included: not what Fig. 16 compares with. */
  readonly boardPower: Watts
  /**
   * The GPU's power without HBM that the published power ratios imply, 5.25 to 7.12 times the chip's 20.57 W. The paper
   * does not print it, so no ratio to it can be predicted.
   */
  readonly impliedPower: { readonly low: Watts; readonly high: Watts; readonly kind: 'implied' }
  /** Training time of one sample, epoch / images (Table II); undefined where the paper prints no epoch. */
  readonly secondsPerSample: { readonly [B in Benchmark]: Seconds | undefined }
}

const perSample = ({ snn, images }: (typeof paper.epochs)[keyof typeof paper.epochs]) =>
  seconds(snn.value / images.value)

/** V100 as published: 815 mm2, epoch times of Table II, power implied by Fig. 16(b). */
export const v100Reference: GpuReference = {
  name: 'V100',
  area: squareMillimetres(paper.v100.area.value),
  boardPower: watts(paper.v100.power.value),
  impliedPower: {
    low: watts(paper.againstV100.power.value[0] * paper.chip.power.value),
    high: watts(paper.againstV100.power.value[1] * paper.chip.power.value),
    kind: 'implied',
  },
  secondsPerSample: {
    MNIST: perSample(paper.epochs.MNIST),
    CIFAR10: perSample(paper.epochs.CIFAR10),
    ImageNet: perSample(paper.epochs.ImageNet),
    'N-MNIST': undefined,
    'CIFAR10-DVS': undefined,
  },
}
