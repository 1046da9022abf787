import type { RealArray } from '../api'
import type { KernelCalls } from './kernels'
import type { Plan, PlannedLayer } from './plan'

/**
 * Rows of output channels [block][input channel · taps][channel] into rows of input channels
 * [block][(FC: place)][output channel · taps][channel], or the other way round.
 */
const turnRows = (
  { layer, blocks, inputBlocks, taps }: PlannedLayer,
  forward: number,
  backward: number,
  back: boolean,
  placeMajor: boolean,
  { transposePlanes }: KernelCalls,
): void => {
  const { C, K } = layer
  for (const own of blocks) {
    const k = Math.min(own.width, K - own.first)
    const at = forward + C * taps * own.first * 4
    for (const other of inputBlocks) {
      const c = Math.min(other.width, C - other.first)
      const from = at + other.first * taps * own.width * 4
      const [row, plane] = placeMajor ? [1, K] : [taps, 1]
      const to = backward + (K * taps * other.first + own.first * row * other.width) * 4
      const forwardSide = [from, taps * own.width * 4, own.width * 4, c] as const
      const backwardSide = [to, row * other.width * 4, plane * other.width * 4, k] as const
      if (back) transposePlanes(...backwardSide, ...forwardSide, taps)
      else transposePlanes(...forwardSide, ...backwardSide, taps)
    }
  }
}

/** KCRS weights of a layer as the rows both passes add: output channels side by side, and input channels side by side. */
export const packWeights = (planned: PlannedLayer, data: RealArray, plan: Plan, run: KernelCalls): void => {
  const { layer, blocks, taps, forwardRows, backwardRows } = planned
  const { C, K, kind } = layer
  const rows = C * taps
  for (const { first, width } of blocks) {
    const real = Math.min(width, K - first)
    plan.views.f32.set(data.subarray(first * rows, (first + real) * rows), plan.rowStaging / 4)
    const to = forwardRows + rows * first * 4
    // one plane: K rows of C·R·S values become C·R·S rows of the block's channels
    run.transposePlanes(plan.rowStaging, rows * 4, 0, real, to, width * 4, 0, rows, 1)
  }
  if (backwardRows) turnRows(planned, forwardRows, backwardRows, false, kind === 'fc', run)
}

/** Weight gradients summed as rows of input channels (`turned`) into rows of output channels. */
export const turnGradients = (planned: PlannedLayer, plan: Plan, run: KernelCalls): void =>
  turnRows(planned, plan.gradRows, plan.turnedGradRows, true, false, run)

/** Weight gradients of a layer back in KCRS, into `out` from `from` on. */
export const unpackGradients = (
  { layer, blocks, taps }: PlannedLayer,
  out: RealArray,
  from: number,
  { views, rowStaging, gradRows }: Plan,
  run: KernelCalls,
): void => {
  const rows = layer.C * taps
  for (const { first, width } of blocks) {
    const real = Math.min(width, layer.K - first)
    run.unpackRows(gradRows + rows * first * 4, width, rows, real, rowStaging)
    out.set(views.f32.subarray(rowStaging / 4, rowStaging / 4 + real * rows), from + first * rows)
  }
}
