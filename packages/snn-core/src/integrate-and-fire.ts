import type { Buffers, Maps, MembraneTrace, NeuronConfig, Precision } from './api'
import { arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { roundNeuron, surrogate } from './neuron'
import { tensor } from './tensor'

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
  const ops = arithmetic(precision)
  const constants = roundNeuron(neuron, precision)
  const { leak, fireThreshold, reset } = constants
  const [low, high] = constants.gradWindow
  const rectangular = constants.surrogate.kind === 'rectangular'
  const fire = surrogate(constants)
  const n = C * H * W
  const shape = { T, B, C, H, W }
  const u = buffers.reals(`${key} potentials`, precision, T * B * n)
  const spikes = buffers.bits(`${key} spikes`, T * B * n)
  const mask = buffers.bits(`${key} mask`, T * B * n)
  const still = current.shape.T === 1
  const input = current.data
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++) {
      const at = (t * B + b) * n
      const from = still ? b * n : at
      if (t > 0) {
        const before = at - B * n
        if (reset === 'zero')
          for (let i = 0; i < n; i++) {
            const last = u[before + i]
            u[at + i] = last >= fireThreshold ? 0 : leak * last
          }
        else {
          for (let i = 0; i < n; i++) {
            const last = u[before + i]
            u[at + i] = last >= fireThreshold ? last - fireThreshold : last
          }
          ops.settle(u, at, n)
          for (let i = 0; i < n; i++) u[at + i] *= leak
        }
        ops.settle(u, at, n)
      }
      for (let i = 0; i < n; i++) u[at + i] += input[from + i]
      ops.settle(u, at, n)
      for (let i = at; i < at + n; i++) {
        const potential = u[i]
        if (potential >= fireThreshold) spikes[i >>> 5] |= 1 << (i & 31)
        if (rectangular ? low < potential && potential < high : ops.round(fire(potential)) !== 0)
          mask[i >>> 5] |= 1 << (i & 31)
      }
    }
  return {
    potentials: tensor('TBCHW', storageOf(precision), shape, u),
    spikes: tensor('TBCHW', 'bit', shape, spikes),
    spikeGradMask: tensor('TBCHW', 'bit', shape, mask),
  }
}
