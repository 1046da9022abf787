import type { Weights } from '../api'
import type { ChannelBlock } from './channel-blocks'
import type { Place } from './place'
import type { Plan, PlannedLayer } from './plan'
import { ownOf, shareOf } from './team'

/**
 * Where the weights of the network lie that the rows are to be made of: at home, or copied there, or as visitors where
 * others are at home.
 */
export const locateWeights = (
  { plan, kernels: { views }, team }: Place,
  weights: readonly Weights[],
  settled: boolean,
): number => {
  const { home, visitors, layers } = plan
  const liesAt = (address: number): boolean =>
    weights.every(
      ({ data }, l) => data.buffer === views.u8.buffer && data.byteOffset === address + layers[l].weightOffset,
    )
  if (liesAt(home.weights)) return home.weights
  if (liesAt(visitors)) return visitors
  const place = settled ? visitors : home.weights
  if (team.me === 0)
    weights.forEach(({ data }, l) => {
      views.f32.set(data, (place + layers[l].weightOffset) / 4)
    })
  team.meet()
  return place
}

/** Weights of one layer with its pooling folded in; all threads meet after it. */
const foldWeights = ({ kernels: { run }, team }: Place, planned: PlannedLayer, weights: number): number => {
  const { wide, taps, weightOffset } = planned
  if (!wide) return weights + weightOffset
  const { C, K, R, S, currentPool: k } = wide.layer
  const [begin, end] = shareOf(team, K * C)
  const from = weights + weightOffset + begin * R * S * 4
  run.foldTaps(from, wide.weights + begin * taps * 4, end - begin, R * S, taps, wide.shifts, k * k * R * S, k * k)
  team.meet()
  return wide.weights
}

/** Rows of output channels of one block, for `rows` inputs from `row` on, out of KCRS weights at `from`. */
const rowsOfBlock = (
  { kernels: { run } }: Place,
  { layer: { C, K }, taps }: PlannedLayer,
  { first, width }: ChannelBlock,
  from: number,
  to: number,
  row: number,
  rows: number,
): void => {
  const all = C * taps * 4
  // one plane: K rows of C·R·S values become rows of the block's channels
  run.transposePlanes(from + first * all + row * 4, all, 0, Math.min(width, K - first), to, width * 4, 0, rows, 1)
}

/**
 * KCRS weights of a layer as the rows that both passes add: output channels side by side, and (convolutions) input
 * channels side by side. Large FC layers have none. All threads meet after it.
 * @param weights address of the network's weights
 */
export const packWeights = (place: Place, planned: PlannedLayer, weights: number): void => {
  const { kernels, team } = place
  const { layer, blocks, inputBlocks, taps, forwardRows, backwardRows } = planned
  const { C, K } = layer
  if (!forwardRows) return
  const rows = C * taps
  const from = foldWeights(place, planned, weights)
  for (const block of ownOf(team, blocks)) {
    const { first, width } = block
    const to = forwardRows + rows * first * 4
    rowsOfBlock(place, planned, block, from, to, 0, rows)
    if (!backwardRows) continue
    for (const other of inputBlocks)
      kernels.run.transposePlanes(
        to + other.first * taps * width * 4,
        taps * width * 4,
        width * 4,
        Math.min(other.width, C - other.first),
        backwardRows + (K * other.first + first * other.width) * taps * 4,
        taps * other.width * 4,
        other.width * 4,
        Math.min(width, K - first),
        taps,
      )
  }
  team.meet()
}

/** Rows `row` to `row + rows` of an FC layer, one per input, of one block of output channels, in this thread's panel. */
export const fillForwardPanel = (
  place: Place,
  planned: PlannedLayer,
  block: ChannelBlock,
  row: number,
  rows: number,
): number => {
  const { panel } = place.scratch
  rowsOfBlock(place, planned, block, place.weights + planned.weightOffset, panel, row, rows)
  return panel
}

/** Address of ∇w of a layer as it is computed. */
export const gradientHome = ({ home }: Plan, { wide, weightOffset }: PlannedLayer): number =>
  wide ? wide.gradW : home.gradW + weightOffset

/** ∇w of a layer whose pooling was folded back to the layer's own taps, after all threads have met. */
export const unfoldGradients = ({ plan, kernels: { run }, team }: Place, planned: PlannedLayer, add: boolean): void => {
  const { wide, taps, weightOffset } = planned
  if (!wide) return
  const { C, K, R, S, currentPool: k } = wide.layer
  const [begin, end] = shareOf(team, K * C)
  run.unfoldTaps(
    wide.gradW + begin * taps * 4,
    plan.home.gradW + weightOffset + begin * R * S * 4,
    end - begin,
    R * S,
    taps,
    wide.places,
    k * k,
    k * k,
    add ? 1 : 0,
  )
}
