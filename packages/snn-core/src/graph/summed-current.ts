import type { Maps, Precision, RealArray, Weights } from '../api'
import { arithmetic, storageOf } from '../arithmetic'
import { poolSums, spreadMap } from '../pool-maps'
import { tensor } from '../tensor'
import type { GraphParameters, Population } from './api'
import { standardiseWeights } from './normalisations/weight-standardisation'

/** The weights a population's connections compute with: as they are, or standardised. */
export const effectiveWeights = (
  { name, connections, normalisation }: Population,
  parameters: GraphParameters,
  precision: Precision,
): readonly (Weights | undefined)[] =>
  connections.map(({ name: weightsName, weights: shape }) => {
    if (!shape) return undefined
    const data = parameters[weightsName]
    const weights: Weights =
      data instanceof Float64Array ? tensor('KCRS', 'f64', shape, data) : tensor('KCRS', 'f32', shape, data)
    return normalisation === 'ws' ? standardiseWeights(weights, parameters[`${name}/gain`], precision) : weights
  })

/** The sum of currents in the order of the connections, T timesteps; currents of T = 1 are the same at each of them. */
export const sumCurrents = (currents: readonly Maps[], T: number, precision: Precision): Maps => {
  const { B, C, H, W } = currents[0].shape
  const n = B * C * H * W
  const ops = arithmetic(precision)
  const out = ops.zeros(T * n)
  currents.forEach(({ data, shape }, i) => {
    for (let t = 0; t < T; t++) {
      const from = shape.T === 1 ? 0 : t * n
      if (i === 0) out.set(data.subarray(from, from + n), t * n)
      else ops.addRow(out, t * n, data, from, n)
    }
  })
  return tensor('TBCHW', storageOf(precision), { T, B, C, H, W }, out)
}

/** Average pooling of the summed current, in the order of additions of `poolSums`. */
export const poolCurrent = (current: Maps, { pool, shape }: Population, precision: Precision): Maps => {
  if (pool === 1) return current
  const ops = arithmetic(precision)
  const { T, B, C, H, W } = current.shape
  const out = ops.zeros(T * B * C * shape.H * shape.W)
  const part = shape.H * shape.W
  for (let map = 0; map < T * B * C; map++)
    poolSums(
      current.data.subarray(map * H * W, (map + 1) * H * W),
      out.subarray(map * part, (map + 1) * part),
      { convW: W, outH: shape.H, outW: shape.W, K: 1, k: pool },
      ops,
    )
  return tensor('TBCHW', storageOf(precision), { T, B, ...shape }, out)
}

/** Gradient at the summed current before its pooling. */
export const spreadCurrent = (grad: Maps, { pool, current }: Population, precision: Precision): Maps => {
  if (pool === 1) return grad
  const ops = arithmetic(precision)
  const { T, B, C } = grad.shape
  const out = ops.zeros(T * B * C * current.H * current.W)
  spreadMap(grad.data, 0, out, 0, { channels: T * B * C, H: current.H, W: current.W, k: pool }, ops)
  return tensor('TBCHW', storageOf(precision), { T, B, ...current }, out)
}

/** Adds each channel's bias to its currents, in place. */
export const addBias = (current: Maps, bias: RealArray, precision: Precision): void => {
  const { round } = arithmetic(precision)
  const { C, H, W } = current.shape
  const held = Float64Array.from(bias, round)
  const { data } = current
  for (let i = 0; i < data.length; i++) data[i] = round(data[i] + held[Math.floor(i / (H * W)) % C])
}

/** Sum of a gradient over samples, timesteps and places of each channel: that of the bias. */
export const biasGradient = (grad: Maps, precision: Precision): RealArray => {
  const { round, zeros } = arithmetic(precision)
  const { T, B, C, H, W } = grad.shape
  const out = zeros(C)
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let c = 0, at = (t * B + b) * C * H * W; c < C; c++)
        for (let p = 0; p < H * W; p++, at++) out[c] = round(out[c] + grad.data[at])
  return out
}
