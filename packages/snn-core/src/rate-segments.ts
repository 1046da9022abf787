import type { Network } from './api'
import { ShapeError } from './errors'
import type { TrainingConfig } from './training-config'

/** Weights up to `to` (from where those before end) whose rate is `factor` times that of the step. */
export interface RateSegment {
  readonly to: number
  readonly factor: number
}

/** Visits the parts of `from` .. `to` − 1 with one factor each; all of it with 1 without segments. */
export const forEachSegment = (
  segments: readonly RateSegment[] | undefined,
  from: number,
  to: number,
  visit: (from: number, to: number, factor: number) => void,
): void => {
  let at = from
  for (const { to: end, factor } of segments ?? [{ to, factor: 1 }]) {
    const stop = Math.min(end, to)
    if (stop <= at) continue
    visit(at, stop, factor)
    at = stop
  }
}

/** @throws ShapeError unless the segments ascend and end with the last of n weights */
export const checkSegments = (segments: readonly RateSegment[] | undefined, n: number): void => {
  if (!segments) return
  if (segments.at(-1)?.to !== n || segments.some(({ to }, i) => to < (segments[i - 1]?.to ?? 0)))
    throw new ShapeError({
      where: 'updateWeights',
      expected: `segments whose ends ascend to ${n}, the number of weights`,
      got: segments.map(({ to }) => to).join(', ') || 'none',
    })
}

/** Rates of the layers as parts of all weights; undefined when they are equal. */
export const rateSegments = (
  { layerRates }: Pick<TrainingConfig, 'layerRates'>,
  network: Network,
): readonly RateSegment[] | undefined => {
  if (layerRates !== 'fan-in') return undefined
  let to = 0
  return network.layers.map(({ K, C, R, S }) => {
    to += K * C * R * S
    return { to, factor: 1 / (C * R * S) }
  })
}
