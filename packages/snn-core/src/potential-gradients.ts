import type { Buffers, Maps, MembraneTrace, NeuronConfig, Precision, RealArray } from './api'
import { arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { roundNeuron, surrogate } from './neuron'
import { getBit, tensor } from './tensor'

const isZero = (values: RealArray, from: number, n: number): boolean => {
  for (let i = from; i < from + n; i++) if (values[i] !== 0) return false
  return true
}

/**
 * Writes fire'(u) of n neurons whose spike-gradient mask is known: 0 where the bit is 0, whatever u is (so that
 * potentials outside the window need not be kept). Values are rounded once to the precision.
 * @param neuron already rounded to the precision
 */
const surrogateRow = (
  out: RealArray,
  potentials: RealArray,
  mask: Uint32Array,
  from: number,
  n: number,
  neuron: NeuronConfig,
  precision: Precision,
): void => {
  if (neuron.surrogate.kind === 'rectangular') {
    const { height } = neuron.surrogate
    for (let i = 0; i < n; i++) {
      const at = from + i
      out[i] = (mask[at >>> 5] >>> (at & 31)) & 1 ? height : 0
    }
    return
  }
  const fire = surrogate(neuron)
  for (let i = 0; i < n; i++) out[i] = getBit(mask, from + i) ? fire(potentials[from + i]) : 0
  arithmetic(precision).settle(out, 0, n)
}

/**
 * Temporal part of the backward pass (Eq. 2), t descending from ∇u_{T+1} = 0, with ps_t the spatial term:
 *
 *     ∇s_t = ((−α · u_t) · ∇u_{t+1}) + ps_t
 *     ∇u_t = α · (1 − s_t) · ∇u_{t+1} + ∇s_t · fire'(u_t)
 *
 * in this order of operations, each rounded (h2learn rule 16). Reset 'subtract': the first term of ∇s is
 * (−α · th_f) · ∇u_{t+1}, that of ∇u is α · ∇u_{t+1}. `detachReset` drops the first term of ∇s.
 * fire' is 0 where the mask bit is 0, whatever the potential: potentials outside the window are never needed.
 * @param trace u, s, ∇s̃ of the layer's neurons, TBCHW
 * @param gradSpatial ps_t, TBCHW; T = 1 stands for the same at every timestep (∂L/∂s of the output layer)
 * @throws ShapeError; InputError for the neuron
 */
export const potentialGradients = (
  trace: MembraneTrace,
  gradSpatial: Maps,
  neuron: NeuronConfig,
  precision: Precision,
  buffers: Buffers = freshBuffers,
  key = 'neurons',
): { readonly gradU: Maps; readonly gradS: Maps } => {
  const { shape } = trace.potentials
  const { T, B, C, H, W } = shape
  const still = gradSpatial.shape.T === 1
  const n = C * H * W
  if (gradSpatial.data.length !== (still ? 1 : T) * B * n || gradSpatial.shape.B !== B || gradSpatial.shape.C !== C)
    throw new ShapeError({
      where: 'potentialGradients',
      expected: `a spatial term TBCHW of T = 1 or ${T} and BCHW ${B}x${C}x${H}x${W}`,
      got: Object.values(gradSpatial.shape).join('x'),
    })
  const ops = arithmetic(precision)
  const constants = roundNeuron(neuron, precision)
  const { leak, reset, detachReset } = constants
  const resetFactor = ops.round(-leak * constants.fireThreshold)
  const u = trace.potentials.data
  const spikes = trace.spikes.data
  const mask = trace.spikeGradMask.data
  const spatial = gradSpatial.data
  const gradU = buffers.reals(`${key} gradU`, precision, T * B * n)
  const gradS = buffers.reals(`${key} gradS`, precision, T * B * n)
  // rows of one map: two terms and fire'
  const first = ops.zeros(n)
  const second = ops.zeros(n)
  const fire = ops.zeros(n)
  for (let b = 0; b < B; b++) {
    let laterIsZero = true
    for (let t = T - 1; t >= 0; t--) {
      const at = (t * B + b) * n
      const later = at + B * n
      const from = still ? b * n : at
      // a sample without loss has no gradient at all: nothing to do (the buffers are zeros)
      if (laterIsZero && isZero(spatial, from, n)) continue
      for (let i = 0; i < n; i++) gradS[at + i] = spatial[from + i]
      ops.settle(gradS, at, n)
      if (!laterIsZero && !detachReset) {
        if (reset === 'zero') for (let i = 0; i < n; i++) first[i] = -leak * u[at + i]
        else first.fill(resetFactor)
        ops.settle(first, 0, n)
        for (let i = 0; i < n; i++) first[i] *= gradU[later + i]
        ops.settle(first, 0, n)
        for (let i = 0; i < n; i++) gradS[at + i] = first[i] + gradS[at + i]
        ops.settle(gradS, at, n)
      }
      surrogateRow(fire, u, mask, at, n, constants, precision)
      for (let i = 0; i < n; i++) second[i] = fire[i] === 0 ? 0 : gradS[at + i] * fire[i]
      ops.settle(second, 0, n)
      if (laterIsZero) for (let i = 0; i < n; i++) gradU[at + i] = second[i]
      else {
        const keep = reset === 'subtract'
        for (let i = 0, j = at; i < n; i++, j++)
          first[i] = !keep && (spikes[j >>> 5] >>> (j & 31)) & 1 ? 0 : leak * gradU[later + i]
        ops.settle(first, 0, n)
        for (let i = 0; i < n; i++) gradU[at + i] = first[i] + second[i]
        ops.settle(gradU, at, n)
      }
      laterIsZero = isZero(gradU, at, n)
    }
  }
  const dtype = storageOf(precision)
  return { gradU: tensor('TBCHW', dtype, shape, gradU), gradS: tensor('TBCHW', dtype, shape, gradS) }
}
