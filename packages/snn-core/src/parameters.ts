import type { Layer, Network, Precision, RealArray, Weights } from './api'
import { ShapeError } from './errors'
import { f16RoundAll } from './f16'
import { firstNonFinite, requireNumbers } from './finite'
import { parameterCount } from './network'
import { tensor } from './tensor'

const layerParameters = ({ K, C, R, S }: Layer): number => K * C * R * S

/**
 * The weights of each layer as KCRS tensors that share one array, layer after layer: what the optimiser updates as a
 * whole, the layers read one by one.
 * @throws ShapeError when the array has another length than the network has weights
 */
export const weightsOf = (network: Network, parameters: RealArray): readonly Weights[] => {
  if (parameters.length !== parameterCount(network))
    throw new ShapeError({
      where: 'weightsOf',
      expected: `${parameterCount(network)} weights for ${network.text}`,
      got: String(parameters.length),
    })
  let from = 0
  return network.layers.map((layer) => {
    const { K, C, R, S } = layer
    const to = from + layerParameters(layer)
    const made =
      parameters instanceof Float64Array
        ? (tensor('KCRS', 'f64', { K, C, R, S }, parameters.subarray(from, to)) as Weights)
        : (tensor('KCRS', 'f32', { K, C, R, S }, parameters.subarray(from, to)) as Weights)
    from = to
    return made
  })
}

/** @throws InputError naming layer and element of the first weight that is NaN or infinite */
export const requireFiniteWeights = (where: string, network: Network, parameters: RealArray): void => {
  if (firstNonFinite(parameters) < 0) return
  for (const [l, weights] of weightsOf(network, parameters).entries())
    requireNumbers(weights, `${where}: weights of ${network.layers[l]!.name}`)
}

/** Copies the weights of each layer into one array, layer after layer. @throws ShapeError */
export const parametersOf = (network: Network, weights: readonly Weights[]): RealArray => {
  const first = weights[0]?.data
  const n = parameterCount(network)
  const all = first instanceof Float64Array ? new Float64Array(n) : new Float32Array(n)
  const views = weightsOf(network, all)
  if (weights.length !== views.length || views.some((view, l) => view.data.length !== weights[l]!.data.length))
    throw new ShapeError({
      where: 'parametersOf',
      expected: `weights of ${network.layers.map((l) => `${l.name} ${layerParameters(l)}`).join(', ')}`,
      got: weights.map((w) => w.data.length).join(', '),
    })
  views.forEach((view, l) => {
    view.data.set(weights[l]!.data)
  })
  return all
}

/**
 * The weights the passes compute with: rounded to binary16 for precision f16 (master weights stay float32), else as
 * they are. Rounding rounded weights changes nothing.
 */
export const passWeights = ({ precision }: { readonly precision: Precision }, weights: RealArray): RealArray =>
  precision === 'f16' ? f16RoundAll(weights) : weights
