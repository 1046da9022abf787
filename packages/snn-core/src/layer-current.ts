import { activeInputs } from './active'
import type { Buffers, Layer, LayerInput, Maps, Precision, Weights } from './api'
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
  const { name, K, H, W, R, S, convH, convW, outH, outW, currentPool } = layer
  const { T, B } = inputExtent(input)
  const ops = arithmetic(precision)
  // position-major sums of one map: convH·convW × K, pooled outH·outW × K
  const { sums, rows: table, add, addScaled } = rowSums(precision, convH * convW * K, weights.data.length)
  toTapRows(weights, layer, ops, table)
  const { rows, columns } = layerTaps(layer)
  const active = activeInputs(input, ops)
  const { places, values } = active
  const pooled = currentPool > 1 ? ops.zeros(outH * outW * K) : sums
  const neurons = K * outH * outW
  const out = buffers.reals(`${name} current`, precision, T * B * neurons)
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
    toChannelFirst(pooled, K, outH * outW, out, map * neurons)
  }
  return tensor('TBCHW', storageOf(precision), { T, B, C: K, H: outH, W: outW }, out)
}
