import type { Buffers, Maps, MembraneTrace, NeuronConfig, Precision, RealArray } from './api'
import { perPrecision, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { roundNeuron, surrogate } from './neuron'
import { tensor } from './tensor'

const isZero = (values: RealArray, from: number, n: number): boolean => {
  for (let i = from; i < from + n; i++) if (values[i] !== 0) return false
  return true
}

/** Arrays of one call; all real ones TBCHW. */
interface Row {
  readonly u: RealArray
  readonly spikes: Uint32Array
  readonly mask: Uint32Array
  readonly spatial: RealArray
  readonly gradU: RealArray
  readonly gradS: RealArray
}

/** One timestep of Eq. 2 for n neurons: at `at`, ∇u_{t+1} at `later` (< 0: zeros), the spatial term at `from`. */
const gradientRow = perPrecision(
  (round) =>
    (
      { u, spikes, mask, spatial, gradU, gradS }: Row,
      at: number,
      later: number,
      from: number,
      n: number,
      neuron: NeuronConfig,
    ): void => {
      const { leak, reset, detachReset } = neuron
      const toZero = reset === 'zero'
      const resetFactor = round(-leak * neuron.fireThreshold)
      const height = neuron.surrogate.kind === 'rectangular' ? neuron.surrogate.height : undefined
      const fire = surrogate(neuron)
      for (let i = 0, j = at; i < n; i++, j++) {
        let gs = round(spatial[from + i])
        let carried = 0
        if (later >= 0) {
          const next = gradU[later + i]
          if (!detachReset) gs = round(round((toZero ? round(-leak * u[j]) : resetFactor) * next) + gs)
          if (!toZero || ((spikes[j >>> 5] >>> (j & 31)) & 1) === 0) carried = round(leak * next)
        }
        gradS[j] = gs
        if ((mask[j >>> 5] >>> (j & 31)) & 1)
          carried = round(carried + round(gs * (height === undefined ? round(fire(u[j])) : height)))
        gradU[j] = carried
      }
    },
)

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
  const constants = roundNeuron(neuron, precision)
  const gradU = buffers.reals(`${key} gradU`, precision, T * B * n)
  const gradS = buffers.reals(`${key} gradS`, precision, T * B * n)
  const spatial = gradSpatial.data
  const rows: Row = {
    u: trace.potentials.data,
    spikes: trace.spikes.data,
    mask: trace.spikeGradMask.data,
    spatial,
    gradU,
    gradS,
  }
  const step = gradientRow[precision]
  for (let b = 0; b < B; b++) {
    let laterIsZero = true
    for (let t = T - 1; t >= 0; t--) {
      const at = (t * B + b) * n
      const from = still ? b * n : at
      // a sample without loss has no gradient at all: nothing to do (the buffers are zeros)
      if (laterIsZero && isZero(spatial, from, n)) continue
      step(rows, at, laterIsZero ? -1 : at + B * n, from, n, constants)
      laterIsZero = isZero(gradU, at, n)
    }
  }
  const dtype = storageOf(precision)
  return { gradU: tensor('TBCHW', dtype, shape, gradU), gradS: tensor('TBCHW', dtype, shape, gradS) }
}
