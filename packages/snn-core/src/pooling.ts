import type { Buffers, LayerInput, Maps, Precision, Spikes } from './api'
import { arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { ShapeError } from './errors'
import { spreadMap } from './pool-maps'
import { getBit, tensor } from './tensor'

const checkPool = (where: string, k: number, H: number, W: number) => {
  if (!Number.isSafeInteger(k) || k < 1 || k > Math.min(H, W))
    throw new ShapeError({ where, expected: `a pooling size from 1 to ${Math.min(H, W)}`, got: String(k) })
}

/**
 * Average pooling of spikes (`APk(spikes)`): how many of the k×k neurons fired, a level 0..k² of which the next layer
 * reads data / k². Rows and columns past the last full window are dropped.
 * @param k 1..15, up to the map's size
 * @throws ShapeError
 */
export const poolSpikes = (
  spikes: Spikes,
  k: number,
  buffers: Buffers = freshBuffers,
  key = 'pooled spikes',
): LayerInput & { readonly kind: 'levels' } => {
  const { T, B, C, H, W } = spikes.shape
  checkPool('poolSpikes', k, H, W)
  if (k > 15) throw new ShapeError({ where: 'poolSpikes', expected: 'k up to 15 (levels are bytes)', got: String(k) })
  const poolH = Math.floor(H / k)
  const poolW = Math.floor(W / k)
  const data = buffers.bytes(key, T * B * C * poolH * poolW)
  for (let map = 0, at = 0; map < T * B * C; map++)
    for (let y = 0; y < poolH; y++)
      for (let x = 0; x < poolW; x++, at++) {
        let fired = 0
        for (let dy = 0; dy < k; dy++)
          for (let dx = 0; dx < k; dx++) fired += getBit(spikes.data, (map * H + y * k + dy) * W + x * k + dx)
        data[at] = fired
      }
  return { kind: 'levels', data: tensor('TBCHW', 'u8', { T, B, C, H: poolH, W: poolW }, data), levels: k * k }
}

/**
 * Gradient of `APk(spikes)` for the layer below: each of the k×k spikes gets the pooled gradient ÷k²; dropped rows and
 * columns get 0.
 * @param grad TBCHW at pooled size
 * @param size H×W of the spikes
 */
export const poolSpikesGradient = (
  grad: Maps,
  k: number,
  size: { readonly H: number; readonly W: number },
  precision: Precision,
  buffers: Buffers = freshBuffers,
  key = 'pooled gradient',
): Maps => {
  const { T, B, C } = grad.shape
  const { H, W } = size
  checkPool('poolSpikesGradient', k, H, W)
  if (grad.shape.H !== Math.floor(H / k) || grad.shape.W !== Math.floor(W / k))
    throw new ShapeError({
      where: 'poolSpikesGradient',
      expected: `a gradient of ${Math.floor(H / k)}x${Math.floor(W / k)}, the pooled map`,
      got: `${grad.shape.H}x${grad.shape.W}`,
    })
  const ops = arithmetic(precision)
  const out = buffers.reals(key, precision, T * B * C * H * W)
  spreadMap(grad.data, 0, out, 0, { channels: T * B * C, H, W, k }, ops)
  return tensor('TBCHW', storageOf(precision), { T, B, C, H, W }, out)
}

/**
 * Average pooling of pixels or analog values before the first layer: real values that do not change in time. The sum
 * of each k×k window is taken exactly as far as doubles go, divided by k² and rounded once. No engine reads these.
 */
export const poolStillInput = (
  input: Extract<LayerInput, { readonly kind: 'pixels' | 'analog' }>,
  k: number,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): LayerInput => {
  const { B, C, H, W } = input.data.shape
  checkPool('poolStillInput', k, H, W)
  const poolH = Math.floor(H / k)
  const poolW = Math.floor(W / k)
  const unit = input.kind === 'pixels' ? 256 : 1
  const data = buffers.reals('input pooled', precision, B * C * poolH * poolW)
  const { data: values } = input.data
  for (let map = 0, at = 0; map < B * C; map++)
    for (let y = 0; y < poolH; y++)
      for (let x = 0; x < poolW; x++, at++) {
        let sum = 0
        for (let dy = 0; dy < k; dy++)
          for (let dx = 0; dx < k; dx++) sum += values[(map * H + y * k + dy) * W + x * k + dx]
        data[at] = sum / (k * k * unit)
      }
  arithmetic(precision).settle(data, 0, data.length)
  return { kind: 'analog', data: tensor('BCHW', storageOf(precision), { B, C, H: poolH, W: poolW }, data) }
}
