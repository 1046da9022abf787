import { cycles, type Unit } from '@h2learn/hw'
import { defaultNeuron, f16Round, type NeuronConfig, roundNeuron, surrogate } from '@h2learn/snn-core'

/** What a Grad unit gets for some neurons at one timestep, one entry per neuron; values exact in binary16. */
export interface GradInput {
  /** Spatial term: Σ over ∇u^{l+1}·w, or ∂L/∂s from the host; only looked at where the mask is open. */
  readonly spatial: ArrayLike<number>
  readonly potentials: ArrayLike<number>
  /** 0 or 1. */
  readonly spikes: ArrayLike<number>
  /** ∇s̃ = [th_l < u < th_r]. */
  readonly open: ArrayLike<number>
  /** ∇u_{t+1} of the same neurons, 0 at t = T. */
  readonly later: ArrayLike<number>
}

/** ∇u of some neurons and ∇ũ = [∇u ≠ 0] (Eq. 6). */
export interface GradOutput {
  readonly gradU: Float32Array
  readonly potentialGradMask: Uint8Array
}

/**
 * Eq. 2 for one neuron in FP16, constants rounded first, in the two phases of section IV-B3:
 * phase 1 ∇s = ((−α·u)·∇u_{t+1}) + ps, only where ∇s̃ is open, phase 2 ∇u = α·(1 − s)·∇u_{t+1} + ∇s·fire'.
 * A detached reset has no temporal term in phase 1. Reset by subtraction: phase 1 has th_f for u, phase 2 no (1 − s).
 * Surrogates other than Eq. 4 are cut off outside the window, as in the learning core.
 * @throws InputError of the learning core for constants that cannot be
 */
export const gradRule = (neuron: NeuronConfig) => {
  const constants = roundNeuron(neuron, 'f16')
  const { leak, fireThreshold, detachReset } = constants
  const slope = surrogate(constants)
  const height = constants.surrogate.kind === 'rectangular' ? constants.surrogate.height : undefined
  const resetsToZero = neuron.reset === 'zero'
  return (spatial: number, potential: number, spike: number, open: number, later: number): number => {
    const kept = resetsToZero && spike ? 0 : f16Round(leak * later)
    if (!open) return kept
    const lost = f16Round(-leak * (resetsToZero ? potential : fireThreshold))
    const gradS = detachReset ? spatial : f16Round(f16Round(lost * later) + spatial)
    return f16Round(kept + f16Round(gradS * (height ?? f16Round(slope(potential)))))
  }
}

/**
 * Grad unit of one column (Fig. 8e): both phases of Eq. 2 and the bit ∇ũ = [∇u ≠ 0] (Eq. 6), one neuron per cycle
 * (edge rule 11).
 */
export const gradUnit = (neuron: NeuronConfig = defaultNeuron) => {
  const rule = gradRule(neuron)
  return {
    name: 'grad unit',
    run: ({ spatial, potentials, spikes, open, later }: GradInput): GradOutput => {
      const gradU = Float32Array.from(open, (bit, i) => rule(spatial[i], potentials[i], spikes[i], bit, later[i]))
      return { gradU, potentialGradMask: Uint8Array.from(gradU, (value) => (value !== 0 ? 1 : 0)) }
    },
    measure: ({ open }: GradInput) => ({ neurons: open.length }),
    time: ({ neurons }: { readonly neurons: number }) => ({ latency: cycles(neurons), interval: cycles(neurons) }),
    count: ({ neurons }: { readonly neurons: number }) => ({ 'grad.update': neurons }),
    parts: { 'grad.unit': 1 },
  } satisfies Unit<GradInput, GradOutput, { readonly neurons: number }, 'grad.update', 'grad.unit'>
}
