import type { Layer } from '../api'
import { axisTaps } from '../taps'

/** Bytes of one entry: u16 first place, u16 its tap, u8 rows, u8 columns of places reached. */
export const PLACE_BYTES = 8

const write = (view: DataView, i: number, first: number, tap: number, rows: number, columns: number) => {
  view.setUint16(i * PLACE_BYTES, first, true)
  view.setUint16(i * PLACE_BYTES + 2, tap, true)
  view.setUint8(i * PLACE_BYTES + 4, columns === 0 ? 0 : rows)
  view.setUint8(i * PLACE_BYTES + 5, rows === 0 ? 0 : columns)
}

/**
 * Which outputs of the convolution each input place reaches (first output, its tap r·S + s, extent); the tap of the
 * output (i, j) further on is tap − (i·S + j)·stride.
 */
export const forwardPlaces = ({ H, W, R, S, stride, padding, convH, convW }: Layer): Uint8Array => {
  const rows = axisTaps(H, R, stride, padding, convH)
  const columns = axisTaps(W, S, stride, padding, convW)
  const bytes = new Uint8Array(H * W * PLACE_BYTES)
  const view = new DataView(bytes.buffer)
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const first = rows.first[y] * convW + columns.first[x]
      const tap = (y + padding - rows.first[y] * stride) * S + (x + padding - columns.first[x] * stride)
      const some = rows.count[y] > 0 && columns.count[x] > 0
      write(view, y * W + x, some ? first : 0, some ? tap : 0, rows.count[y], columns.count[x])
    }
  return bytes
}

/** Which input places each output of the convolution reads: first place, its tap, extent; taps ascend with places. */
export const backwardPlaces = ({ H, W, R, S, stride, padding, convH, convW }: Layer): Uint8Array => {
  const bytes = new Uint8Array(convH * convW * PLACE_BYTES)
  const view = new DataView(bytes.buffer)
  const range = (o: number, kernel: number, size: number) => {
    const at = o * stride - padding
    const first = Math.max(0, at)
    return { first, tap: first - at, count: Math.max(0, Math.min(size, at + kernel) - first) }
  }
  for (let oy = 0; oy < convH; oy++)
    for (let ox = 0; ox < convW; ox++) {
      const y = range(oy, R, H)
      const x = range(ox, S, W)
      const some = y.count > 0 && x.count > 0
      write(view, oy * convW + ox, some ? y.first * W + x.first : 0, some ? y.tap * S + x.tap : 0, y.count, x.count)
    }
  return bytes
}

/** The input of a convolution with zeros around it, as far as its windows reach. */
export interface PaddedMap {
  readonly width: number
  readonly places: number
}

export const paddedMap = ({ R, S, stride, convH, convW }: Layer): PaddedMap => {
  const width = (convW - 1) * stride + S
  return { width, places: ((convH - 1) * stride + R) * width }
}

/** Where each input place is in the padded map: u16, 0xffff where no window reaches it. */
export const insidePlaces = (layer: Layer): Uint16Array => {
  const { H, W, padding } = layer
  const { width, places } = paddedMap(layer)
  return Uint16Array.from({ length: H * W }, (_, i) => {
    const y = Math.floor(i / W) + padding
    const x = (i % W) + padding
    return x < width && y * width < places ? y * width + x : 0xffff
  })
}

/** Where the window of each output of the convolution begins in the padded map: u16. */
export const windowPlaces = (layer: Layer): Uint16Array => {
  const { stride, convH, convW } = layer
  const { width } = paddedMap(layer)
  return Uint16Array.from(
    { length: convH * convW },
    (_, i) => Math.floor(i / convW) * stride * width + (i % convW) * stride,
  )
}

/** Neuron of each output of the convolution with `APk`: u16, 0xffff where the pooling drops it. */
export const pooledPlaces = ({ convH, convW, outH, outW, currentPool: k }: Layer): Uint8Array => {
  const places = new Uint16Array(convH * convW)
  for (let y = 0; y < convH; y++)
    for (let x = 0; x < convW; x++) {
      const py = Math.floor(y / k)
      const px = Math.floor(x / k)
      places[y * convW + x] = py < outH && px < outW ? py * outW + px : 0xffff
    }
  return new Uint8Array(places.buffer)
}
