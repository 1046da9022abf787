import { activeInputs } from './active'
import type { Buffers, Layer, LayerInput, Maps, Precision, RealArray, Weights } from './api'
import { arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { checkLayerInput, checkLayerWeights, inputExtent } from './layer-checks'
import { poolSums } from './pool-maps'
import { rowSums } from './row-sums'
import { layerTaps, toChannelFirst, toTapRows } from './taps'
import { tensor } from './tensor'

/**
 * Summed input of a layer's neurons (Eq. 1): I_t[k] = Σ_c,r,s x_t[c, …] · w[k,c,r,s], then averaged over
 * `currentPool`² where the layer has `APk`.
 *
 * Order of addition for every output: c, r, s ascending from +0, zeros skipped (adding a zero changes nothing, so the
 * result is that of the dense sum). Values that are not spikes multiply first: the product is rounded, then the sum.
 * Pooling as in `poolSums`. Weights and analog inputs are rounded to the precision first.
 * @param input TBCHW spikes or levels, BCHW pixels or analog values on the layer's C×H×W
 * @param weights KCRS
 * @returns TBCHW on K×outH×outW; T = 1 for pixels and analog values, which are the same at every timestep
 * @throws ShapeError
 */
export const layerCurrent = (
  layer: Layer,
  input: LayerInput,
  weights: Weights,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): Maps => {
  checkLayerInput('layerCurrent', layer, input)
  checkLayerWeights('layerCurrent', layer, weights)
  const { name, K, C, R, S, outH, outW } = layer
  const { T, B } = inputExtent(input)
  const out = buffers.reals(`${name} current`, precision, T * B * K * outH * outW)
  const many = Math.max(1, Math.floor(MOST_TABLE / (C * R * S)))
  for (let k = 0; k < K; k += many) channelCurrents(layer, input, weights, precision, k, Math.min(k + many, K), out)
  return tensor('TBCHW', storageOf(precision), { T, B, C: K, H: outH, W: outW }, out)
}

/** Weights that are laid out as tap rows at once: 16 MiB of float32. */
const MOST_TABLE = 2 ** 22

/** Summed inputs of the output channels `first` .. `end` − 1. */
const channelCurrents = (
  layer: Layer,
  input: LayerInput,
  weights: Weights,
  precision: Precision,
  first: number,
  end: number,
  out: RealArray,
): void => {
  const { H, W, R, S, convH, convW, outH, outW, currentPool, C } = layer
  const K = end - first
  const { T, B } = inputExtent(input)
  const ops = arithmetic(precision)
  // position-major sums of one map: convH·convW × K, pooled outH·outW × K
  const { sums, rows: table, add, addScaled } = rowSums(precision, convH * convW * K, C * R * S * K)
  toTapRows(weights, layer, ops, table, first, end)
  const { rows, columns } = layerTaps(layer)
  const active = activeInputs(input, ops)
  const { places, values } = active
  const pooled = currentPool > 1 ? ops.zeros(outH * outW * K) : sums
  for (let map = 0; map < T * B; map++) {
    const count = active.list(map)
    if (count === 0) continue
    sums.fill(0)
    for (let a = 0; a < count; a++) {
      const place = places[a]
      const c = (place / (H * W)) | 0
      const y = ((place - c * H * W) / W) | 0
      const x = place - (c * H + y) * W
      const n = columns.count[x] * K
      let o = (rows.first[y] * convW + columns.first[x]) * K
      let w = ((c * R + rows.tap[y]) * S + columns.tap[x]) * K
      for (let run = rows.count[y]; n > 0 && run > 0; run--, o += convW * K, w += S * K)
        if (values) addScaled(o, values[a], w, n)
        else add(o, w, n)
    }
    if (currentPool > 1) poolSums(sums, pooled, { convW, outH, outW, K, k: currentPool }, ops)
    toChannelFirst(pooled, K, outH * outW, out, (map * layer.K + first) * outH * outW)
  }
}
