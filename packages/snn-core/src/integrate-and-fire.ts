import type { Buffers, Maps, MembraneTrace, NeuronConfig, Precision, RealArray } from './api'
import { arithmetic, perPrecision, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { roundNeuron, surrogate } from './neuron'
import { tensor } from './tensor'

/** u_t = α · (u_{t−1} after reset) + I_t of n neurons; `before` < 0: the first timestep. */
const integrateRow = perPrecision(
  (round) =>
    (
      u: RealArray,
      at: number,
      before: number,
      current: RealArray,
      from: number,
      n: number,
      { leak, fireThreshold, reset }: NeuronConfig,
    ): void => {
      if (before < 0) for (let i = 0; i < n; i++) u[at + i] = round(current[from + i])
      else if (reset === 'zero')
        for (let i = 0; i < n; i++) {
          const last = u[before + i]
          u[at + i] = round((last >= fireThreshold ? 0 : round(leak * last)) + current[from + i])
        }
      else
        for (let i = 0; i < n; i++) {
          const last = u[before + i]
          const left = last >= fireThreshold ? round(last - fireThreshold) : last
          u[at + i] = round(round(leak * left) + current[from + i])
        }
    },
)

/** Sets the spike bit where u ≥ th_f and the mask bit where fire'(u) ≠ 0, n neurons from `at` on. */
const fireRow = (
  u: RealArray,
  spikes: Uint32Array,
  mask: Uint32Array,
  at: number,
  n: number,
  neuron: NeuronConfig,
  round: (x: number) => number,
): void => {
  const { fireThreshold } = neuron
  const rectangular = neuron.surrogate.kind === 'rectangular'
  const [low, high] = neuron.gradWindow
  const derivative = surrogate(neuron)
  // a word at a time, without branches that random spikes would mispredict
  for (let i = at; i < at + n; ) {
    const word = i >>> 5
    const end = Math.min(at + n, (word + 1) << 5)
    let fired = 0
    let open = 0
    for (; i < end; i++) {
      const potential = u[i]
      fired |= Number(potential >= fireThreshold) << (i & 31)
      const passes = rectangular
        ? Number(low < potential) & Number(potential < high)
        : Number(round(derivative(potential)) !== 0)
      open |= passes << (i & 31)
    }
    spikes[word] |= fired
    mask[word] |= open
  }
}

/**
 * Leaky integration and firing over time (Eq. 1, 5), from u_0 = 0, s_0 = 0:
 *
 *     u_t = α · u_{t−1} · (1 − s_{t−1}) + I_t        (reset 'subtract': α · (u_{t−1} − th_f · s_{t−1}) + I_t)
 *     s_t = [u_t ≥ th_f]        ∇s̃_t = [fire'(u_t) ≠ 0], for the rectangle [th_l < u_t < th_r]
 *
 * The leak product is rounded, then the sum; constants are rounded to the precision first.
 * @param current TBCHW; with T = 1 it is used again at every timestep
 * @param T timesteps
 * @throws ShapeError when current has neither 1 nor T timesteps; InputError for the neuron
 */
export const integrateAndFire = (
  current: Maps,
  T: number,
  neuron: NeuronConfig,
  precision: Precision,
  buffers: Buffers = freshBuffers,
  key = 'neurons',
): MembraneTrace => {
  const { B, C, H, W } = current.shape
  if (current.shape.T !== T && current.shape.T !== 1)
    throw new ShapeError({ where: 'integrateAndFire', expected: `current of T = 1 or ${T}`, got: `${current.shape.T}` })
  const constants = roundNeuron(neuron, precision)
  const n = C * H * W
  const shape = { T, B, C, H, W }
  const u = buffers.reals(`${key} potentials`, precision, T * B * n)
  const spikes = buffers.bits(`${key} spikes`, T * B * n)
  const mask = buffers.bits(`${key} mask`, T * B * n)
  const still = current.shape.T === 1
  const integrate = integrateRow[precision]
  const { round } = arithmetic(precision)
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++) {
      const at = (t * B + b) * n
      integrate(u, at, t > 0 ? at - B * n : -1, current.data, still ? b * n : at, n, constants)
      fireRow(u, spikes, mask, at, n, constants, round)
    }
  return {
    potentials: tensor('TBCHW', storageOf(precision), shape, u),
    spikes: tensor('TBCHW', 'bit', shape, spikes),
    spikeGradMask: tensor('TBCHW', 'bit', shape, mask),
  }
}
