import type { RealArray } from '../api'
import type { Plan, PlannedLayer } from './plan'

/** KCRS weights of a layer as the rows both passes add: output channels side by side, and input channels side by side. */
export const packWeights = (planned: PlannedLayer, data: RealArray, { views: { f32 } }: Plan): void => {
  const { layer, blocks, inputBlocks, taps, forwardRows, backwardRows } = planned
  const { C, K, kind } = layer
  const rows = C * taps
  let at = forwardRows / 4
  for (const { first, width } of blocks) {
    const real = Math.min(width, K - first)
    for (let row = 0; row < rows; row++, at += width) {
      for (let lane = 0, from = first * rows + row; lane < real; lane++, from += rows) f32[at + lane] = data[from]
      for (let lane = real; lane < width; lane++) f32[at + lane] = 0
    }
  }
  if (!backwardRows) return
  at = backwardRows / 4
  // FC: each input place has rows of its own, so that one place's gradients are one block
  const [outer, inner] = kind === 'fc' ? [taps, 1] : [1, taps]
  for (const { first, width } of inputBlocks) {
    const real = Math.min(width, C - first)
    for (let place = 0; place < outer; place++)
      for (let k = 0; k < K; k++)
        for (let tap = 0; tap < inner; tap++, at += width) {
          const from = (k * C + first) * taps + place + tap
          for (let lane = 0; lane < real; lane++) f32[at + lane] = data[from + lane * taps]
          for (let lane = real; lane < width; lane++) f32[at + lane] = 0
        }
  }
}

/** Weight gradients of a layer back in KCRS, into `out` from `from` on. */
export const unpackGradients = (
  planned: PlannedLayer,
  out: RealArray,
  from: number,
  { views: { f32 } }: Plan,
): void => {
  const { layer, blocks, taps, gradRows } = planned
  const { C, K } = layer
  const rows = C * taps
  let at = gradRows / 4
  for (const { first, width } of blocks) {
    const real = Math.min(width, K - first)
    for (let row = 0; row < rows; row++, at += width)
      for (let lane = 0, to = from + first * rows + row; lane < real; lane++, to += rows) out[to] = f32[at + lane]
  }
}
