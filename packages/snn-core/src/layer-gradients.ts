import { activeInputs } from './active'
import type { Buffers, Layer, LayerInput, Maps, Precision, RealArray, Weights } from './api'
import { type Arithmetic, arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { checkLayerInput, checkLayerWeights, checkNeuronMaps, inputExtent } from './layer-checks'
import { spreadMap } from './pool-maps'
import { rowSums } from './row-sums'
import { fromTapRows, layerTaps, toChannelFirst, toChannelLast } from './taps'
import { tensor } from './tensor'

/** ∇u of one map at the size of the convolution, channel-major; `read` gives array and offset. */
const convGradients = (layer: Layer, gradU: Maps, ops: Arithmetic) => {
  const { K, convH, convW, outH, outW, currentPool } = layer
  const neurons = K * outH * outW
  if (currentPool === 1) return (map: number): readonly [RealArray, number] => [gradU.data, map * neurons]
  const spread = ops.zeros(K * convH * convW)
  return (map: number): readonly [RealArray, number] => {
    spreadMap(gradU.data, map * neurons, spread, 0, { channels: K, H: convH, W: convW, k: currentPool }, ops)
    return [spread, 0]
  }
}

/**
 * Spatial term of Eq. 2: the gradient at a layer's input map, Σ_k,r,s ∇u[k, …] · w[k,c,r,s].
 * With `APk` the gradient of a pooled neuron is first spread over its k×k positions, ÷k² each (dropped rows and
 * columns get 0). Order of addition: k, then output rows and columns ascending, from +0, zeros skipped; every product
 * is rounded, then added.
 * @param gradU TBCHW of the layer's neurons
 * @returns TBCHW on the layer's C×H×W (before it is spread over `APk(spikes)` of the layer below)
 * @throws ShapeError
 */
export const layerGradInput = (
  layer: Layer,
  gradU: Maps,
  weights: Weights,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): Maps => {
  checkNeuronMaps('layerGradInput', layer, gradU)
  checkLayerWeights('layerGradInput', layer, weights)
  const { name, K, C, H, W, R, S, stride, padding, convH, convW } = layer
  const { T, B } = gradU.shape
  const ops = arithmetic(precision)
  // position-major sums of one map: H·W × C
  const { sums, rows, addScaled } = rowSums(precision, H * W * C, weights.data.length)
  toChannelLast(weights, layer, ops, rows)
  const read = convGradients(layer, gradU, ops)
  const out = buffers.reals(`${name} grad input`, precision, T * B * C * H * W)
  for (let map = 0; map < T * B; map++) {
    const [grad, from] = read(map)
    let any = false
    for (let k = 0, at = from; k < K; k++)
      for (let oy = 0; oy < convH; oy++)
        for (let ox = 0; ox < convW; ox++, at++) {
          const g = grad[at]
          if (g === 0) continue
          if (!any) sums.fill(0)
          any = true
          const y = oy * stride - padding
          const x = ox * stride - padding
          const firstTap = x < 0 ? -x : 0
          const n = ((x + S > W ? W - x : S) - firstTap) * C
          const end = y + R > H ? H - y : R
          for (let r = y < 0 ? -y : 0; n > 0 && r < end; r++)
            addScaled(((y + r) * W + x + firstTap) * C, g, ((k * R + r) * S + firstTap) * C, n)
        }
    if (any) toChannelFirst(sums, C, H * W, out, map * C * H * W)
  }
  return tensor('TBCHW', storageOf(precision), { T, B, C, H, W }, out)
}

/** Turns one ∇u map position-major and counts its non-zero positions: nonZero[p] = how many before position p. */
const toPositions = (grad: RealArray, from: number, K: number, size: number, out: RealArray, nonZero: Int32Array) => {
  nonZero.fill(0)
  for (let k = 0, at = from; k < K; k++)
    for (let p = 0; p < size; p++, at++) {
      const g = grad[at]
      out[p * K + k] = g
      if (g !== 0) nonZero[p + 1] = 1
    }
  for (let p = 0; p < size; p++) nonZero[p + 1] += nonZero[p]
}

/**
 * Weight gradient (Eq. 3): ∇w[k,c,r,s] = Σ_b Σ_t Σ_positions x_t[c, …] · ∇u_t[k, …].
 * Order of addition: samples, timesteps, input positions in raster order, all ascending from +0, zeros skipped;
 * products with values that are not spikes are rounded first. Pixels and analog values do not change in time, so
 * their gradients are summed over t first and multiplied once. With `APk` the gradient is spread ÷k² first.
 * @param input what the layer read in the forward pass
 * @param gradU TBCHW of the layer's neurons
 * @returns KCRS
 * @throws ShapeError
 */
export const layerGradWeights = (
  layer: Layer,
  input: LayerInput,
  gradU: Maps,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): Weights => {
  checkLayerInput('layerGradWeights', layer, input)
  checkNeuronMaps('layerGradWeights', layer, gradU)
  const { name, K, C, H, W, R, S, convH, convW } = layer
  const { T, B } = gradU.shape
  const extent = inputExtent(input)
  const still = input.kind === 'pixels' || input.kind === 'analog'
  if (extent.B !== B || (!still && extent.T !== T))
    throw new ShapeError({
      where: `layerGradWeights ${name}`,
      expected: `gradU of T = ${still ? T : extent.T}, B = ${extent.B} as the input`,
      got: `T = ${T}, B = ${B}`,
    })
  const ops = arithmetic(precision)
  const { rows, columns } = layerTaps(layer)
  const active = activeInputs(input, ops)
  const { places, values } = active
  const read = convGradients(layer, gradU, ops)
  const size = convH * convW
  const { sums, rows: positions, add, addScaled } = rowSums(precision, K * C * R * S, size * K)
  const nonZero = new Int32Array(size + 1)
  const overTime = still ? ops.zeros(size * K) : positions

  /** Adds x · ∇u of one input map; ∇u in `positions`. */
  const accumulate = (map: number) => {
    const count = active.list(map)
    for (let a = 0; a < count; a++) {
      const place = places[a]
      const c = (place / (H * W)) | 0
      const y = ((place - c * H * W) / W) | 0
      const x = place - (c * H + y) * W
      const n = columns.count[x]
      let p = rows.first[y] * convW + columns.first[x]
      let w = ((c * R + rows.tap[y]) * S + columns.tap[x]) * K
      for (let run = rows.count[y]; n > 0 && run > 0; run--, p += convW, w += S * K) {
        if (nonZero[p + n] === nonZero[p]) continue
        if (values) addScaled(w, values[a], p * K, n * K)
        else add(w, p * K, n * K)
      }
    }
  }
  for (let b = 0; b < B; b++) {
    if (still) overTime.fill(0)
    for (let t = 0; t < T; t++) {
      const map = t * B + b
      const [grad, from] = read(map)
      if (still) ops.addRow(overTime, 0, grad, from, size * K)
      else {
        toPositions(grad, from, K, size, positions, nonZero)
        if (nonZero[size] > 0) accumulate(map)
      }
    }
    if (!still) continue
    toPositions(overTime, 0, K, size, positions, nonZero)
    if (nonZero[size] > 0) accumulate(b)
  }
  const out = buffers.reals(`${name} grad weights`, precision, K * C * R * S)
  return tensor('KCRS', storageOf(precision), { K, C, R, S }, fromTapRows(sums, layer, out))
}
