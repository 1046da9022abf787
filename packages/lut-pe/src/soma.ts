import { ConfigError, type Counts, cycles, requireInteger, type Unit } from '@h2learn/hw'
import { f16Round, type NeuronConfig, roundNeuron } from '@h2learn/snn-core'

/** State of neurons after a timestep: u (binary16 values) and s (0 or 1). */
export interface Membrane {
  readonly potentials: Float32Array
  readonly spikes: Uint8Array
}

/** One timestep of the Soma: the state before it and the summed input, neuron by neuron. */
export interface SomaInput {
  readonly membrane: Membrane
  /** Binary16 values. */
  readonly current: Float32Array
}

/** The state after a timestep and ∇s̃, the neurons a gradient can pass. */
export interface SomaOutput extends Membrane {
  readonly spikeGradMask: Uint8Array
}

/** Soma units and the LIF neuron they compute; constants are rounded to FP16. */
export interface SomaConfig {
  /** Soma units. */
  readonly somas: number
  /** Neurons each takes per cycle. */
  readonly lanes: number
  readonly neuron: NeuronConfig
}

/**
 * @throws ConfigError unless the Soma can compute the neuron: reset to zero and the rectangular surrogate of Eq. 4, whose
 * window is the mask that it emits
 */
export const checkSomaNeuron = (where: string, neuron: NeuronConfig): void => {
  if (neuron.reset !== 'zero')
    throw new ConfigError({
      where: `${where}/neuron.reset`,
      expected: "'zero' (Eq. 1)",
      got: `'${neuron.reset}'`,
      hint: 'the Soma resets through the factor (1 − s); other resets exist in the learning core only',
    })
  if (neuron.surrogate.kind !== 'rectangular')
    throw new ConfigError({
      where: `${where}/neuron.surrogate`,
      expected: "'rectangular' (Eq. 4)",
      got: `'${neuron.surrogate.kind}'`,
      hint: 'the mask ∇s̃ is the window of the rectangular surrogate; other surrogates exist in the learning core only',
    })
}

/** Neurons at rest: u_0 = 0, s_0 = 0. */
export const restingMembrane = (neurons: number): Membrane => ({
  potentials: new Float32Array(neurons),
  spikes: new Uint8Array(neurons),
})

/**
 * Soma: integrates the summed input, fires, resets and marks where a gradient can pass (Fig. 5c).
 *
 *     u_t = α·u_{t−1}·(1 − s_{t−1}) + I_t,   s_t = [u_t ≥ th_f],   ∇s̃ = [th_l < u_t < th_r]          (Eq. 1, 5)
 *
 * The product and the sum are rounded to FP16, α and the thresholds once before. `somas × lanes` neurons per cycle.
 * @param config somas, lanes >= 1; a neuron with reset to zero and rectangular surrogate
 * @throws ConfigError otherwise; InputError for an impossible neuron (a window that FP16 closes)
 */
export const soma = ({ somas, lanes, neuron }: SomaConfig) => {
  requireInteger('soma/somas', somas)
  requireInteger('soma/lanes', lanes)
  checkSomaNeuron('soma', neuron)
  const { leak, fireThreshold, gradWindow } = roundNeuron(neuron, 'f16')
  const [low, high] = gradWindow
  const rate = somas * lanes
  return {
    name: 'soma',
    run: ({ membrane, current }) => {
      const n = current.length
      const potentials = new Float32Array(n)
      const spikes = new Uint8Array(n)
      const spikeGradMask = new Uint8Array(n)
      for (let i = 0; i < n; i++) {
        const kept = membrane.spikes[i] ? 0 : f16Round(leak * membrane.potentials[i]!)
        const u = f16Round(kept + current[i]!)
        potentials[i] = u
        if (u >= fireThreshold) spikes[i] = 1
        if (low < u && u < high) spikeGradMask[i] = 1
      }
      return { potentials, spikes, spikeGradMask }
    },
    measure: ({ current }) => ({ neurons: current.length }),
    time: ({ neurons }) => {
      const busy = cycles(Math.ceil(neurons / rate))
      return { latency: busy, interval: busy }
    },
    count: ({ neurons }): Counts<'soma.update'> => ({ 'soma.update': neurons }),
    parts: { 'soma.lane': rate },
  } satisfies Unit<SomaInput, SomaOutput, { readonly neurons: number }, 'soma.update', 'soma.lane'>
}
