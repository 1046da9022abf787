import type { RealArray } from '../../api'
import { surrogate } from '../../neuron'
import { getBit, setBit } from '../../tensor'
import type { Neuron } from '../api'
import type { NeuronDynamics, NeuronGradientStep, NeuronStep, Round } from './neuron-model'

/** What all neuron models share: integration, reset, comparison and refractory steps, forward and backward. */
export interface Membrane {
  /** One timestep of n neurons of a sample: potentials, states, spikes, masks. */
  readonly step: (x: NeuronStep, n: number, mask: Uint32Array) => void
  /**
   * One timestep of the backward pass.
   * @param spatial ∂L/∂s_t from outside the population, from `spatialAt` on; undefined: 0
   * @param atPotential ∂L/∂u_t from a loss on the potentials, from `atPotentialAt` on; undefined: 0
   */
  readonly gradient: (
    x: NeuronGradientStep,
    n: number,
    mask: Uint32Array,
    spatial: RealArray | undefined,
    spatialAt: number,
    atPotential: RealArray | undefined,
    atPotentialAt: number,
  ) => void
  /** ∂L/∂parameter of one timestep, added to the sums of each neuron. */
  readonly addLearned: (x: NeuronGradientStep, n: number, mask: Uint32Array, sums: Record<string, RealArray>) => void
}

/**
 * The equations around a model's own dynamics, with R_t the potential after the reset:
 *
 *     u_t = leak · R_{t−1} + x_t        s_t = [v_t ≥ th_f]        ∇s̃_t = [fire'(v_t) ≠ 0]
 *     R_t = u_t · (1 − s_t) (reset zero), u_t − th_f · s_t (subtract), u_t (none)
 *     ∇s_t = ((−leak · u_t) · ∇u_{t+1}) + spatial term        (subtract: (−leak · th_f) · ∇u_{t+1}; none, detached: 0)
 *     ∇u_t = leak · (∂R_t/∂u_t) · ∇u_{t+1} + ∇s_t · fire'(v_t)
 *
 * in the order of `integrateAndFire` and `potentialGradients`. In a refractory step (a spike in one of the last
 * `refractory` timesteps) x_t is 0 and the neuron does not fire; whether a step is one is not differentiated.
 * @param neuron constants rounded to the precision
 * @param stride neurons from one timestep of a sample to the next
 * @param fires false: no reset, no comparison, no spikes
 */
export const membrane = (
  neuron: Neuron,
  { leak, drive, compared, gradSpike, gradDrive, learned = {} }: NeuronDynamics,
  stride: number,
  fires: boolean,
  round: Round,
): Membrane => {
  const { reset, refractory, detachReset, detachThreshold, gradWindow } = neuron
  const [low, high] = gradWindow
  const rectangular = neuron.surrogate.kind === 'rectangular'
  const height = neuron.surrogate.kind === 'rectangular' ? neuron.surrogate.height : 0
  // the other surrogates depend on the distance to the threshold, which may differ from neuron to neuron
  const around = surrogate({
    surrogate: neuron.surrogate,
    fireThreshold: 0,
    gradWindow,
    leak: 0,
    reset: 'zero',
    detachReset,
  })
  const derivative = (v: number, threshold: number) => (rectangular ? height : round(around(v - threshold)))

  /** Whether neuron i (at this timestep) fired within the last `refractory` timesteps. */
  const isClosed = (spikes: Uint32Array, i: number): boolean => {
    for (let j = 1, at = i - stride; j <= refractory && at >= 0; j++, at -= stride) if (getBit(spikes, at)) return true
    return false
  }
  /** R of the timestep before. */
  const kept = ({ before, potential, spikes, parameters }: NeuronStep, k: number): number => {
    const last = potential[before + k]
    if (!fires || reset === 'none' || !getBit(spikes, before + k)) return last
    return reset === 'zero' ? 0 : round(last - parameters.fireThreshold[k])
  }

  const step: Membrane['step'] = (x, n, mask) => {
    const { at, before, potential, spikes } = x
    for (let k = 0; k < n; k++) {
      const closed = refractory > 0 && isClosed(spikes, at + k)
      const driven = drive(x, k)
      const input = closed ? 0 : driven
      potential[at + k] = before < 0 ? round(input) : round(round(leak(x, k) * kept(x, k)) + input)
      if (!fires || closed) continue
      const v = compared(x, k)
      const threshold = x.parameters.fireThreshold[k]
      if (v >= threshold) setBit(spikes, at + k)
      if (rectangular ? low < v && v < high : derivative(v, threshold) !== 0) setBit(mask, at + k)
    }
  }

  const gradient: Membrane['gradient'] = (x, n, mask, spatial, spatialAt, atPotential, atPotentialAt) => {
    const { at, later, potential, spikes, gradU, gradS, gradCurrent, parameters } = x
    for (let k = 0; k < n; k++) {
      let gs = spatial ? round(spatial[spatialAt + k]) : 0
      let carried = 0
      if (later >= 0) {
        const next = gradU[later + k]
        const a = leak(x, k)
        if (fires && !detachReset && reset !== 'none') {
          const factor = reset === 'zero' ? potential[at + k] : parameters.fireThreshold[k]
          gs = round(round(round(-a * factor) * next) + gs)
        }
        if (!fires || reset !== 'zero' || !getBit(spikes, at + k)) carried = round(a * next)
      }
      if (gradSpike) gs = round(gs + gradSpike(x, k))
      if (fires) gradS[at + k] = gs
      let gradV = 0
      if (getBit(mask, at + k)) {
        gradV = round(gs * derivative(compared(x, k), parameters.fireThreshold[k]))
        carried = round(carried + gradV)
      }
      if (atPotential) carried = round(carried + round(atPotential[atPotentialAt + k]))
      gradU[at + k] = carried
      const closed = refractory > 0 && isClosed(spikes, at + k)
      gradCurrent[at + k] = gradDrive(x, k, closed ? 0 : carried, gradV)
    }
  }

  const addLearned: Membrane['addLearned'] = (x, n, mask, sums) => {
    const { at, before, gradU, gradS, spikes, parameters } = x
    const names = Object.keys(sums)
    for (let k = 0; k < n; k++) {
      const next = gradU[at + k]
      const grads = {
        leak: before < 0 ? 0 : round(kept(x, k) * next),
        v: getBit(mask, at + k) ? round(gradS[at + k] * derivative(compared(x, k), parameters.fireThreshold[k])) : 0,
      }
      for (const name of names) {
        const sum = sums[name]
        const add = (value: number) => {
          sum[k] = round(sum[k] + value)
        }
        if (name === 'leak') add(grads.leak)
        else if (name === 'fireThreshold') {
          if (!detachThreshold) add(-grads.v)
          if (reset === 'subtract' && before >= 0 && getBit(spikes, before + k)) add(-round(leak(x, k) * next))
        } else add(learned[name](x, k, grads))
      }
    }
  }
  return { step, gradient, addLearned }
}
