import type { NeuronConfig } from '@h2learn/snn-core'

/** Potentials of the chip stay below this: the largest FP16 number. */
const LARGEST = 65504

/** Whether the chip's Soma computes this neuron: reset to zero, rectangular surrogate. */
export const isChipNeuron = ({ reset, surrogate }: NeuronConfig): boolean =>
  reset === 'zero' && surrogate.kind === 'rectangular'

/**
 * The neuron that stands for another on the chip: time and energy follow the recorded spikes, masks and gradients, and the
 * Soma and Grad of the paper take the same time for every neuron. Its window is where the surrogate is not zero
 * (modelling choice: units for other resets and surrogates would cost more, which nothing published tells).
 */
export const chipNeuron = (neuron: NeuronConfig): NeuronConfig => {
  const { surrogate, fireThreshold, gradWindow } = neuron
  if (isChipNeuron(neuron)) return neuron
  return {
    ...neuron,
    reset: 'zero',
    surrogate: { kind: 'rectangular', height: 1 },
    gradWindow:
      surrogate.kind === 'rectangular'
        ? gradWindow
        : surrogate.kind === 'triangle'
          ? [fireThreshold - surrogate.width, fireThreshold + surrogate.width]
          : [-LARGEST, LARGEST],
  }
}
