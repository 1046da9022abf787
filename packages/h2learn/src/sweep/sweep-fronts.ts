import { elementary } from '@h2learn/elementary'
import type { SweepResult, SweepRow } from './evaluate-point'

/** The figures that a sweep trades against each other. */
export interface SweepFigures {
  /** Higher is better. */
  readonly samples_per_s: number
  /** Lower is better. */
  readonly energy_per_sample_J: number
  /** Lower is better. */
  readonly area_mm2: number
}

/** A point with its figures, on one network or the geometric mean over all. */
export interface FrontPoint extends SweepFigures {
  /** Points of the sweep it stands for. */
  readonly points: readonly number[]
  readonly values: Readonly<Record<string, unknown>>
}

/** The points of one network, and which of them no other beats. */
export interface SweepFront {
  /** A network, or `all (geometric mean)`. */
  readonly benchmark: string
  readonly points: readonly FrontPoint[]
  /** By falling speed. */
  readonly front: readonly FrontPoint[]
}

/** Whether a is nowhere worse than b, and somewhere better. */
const beats = (a: SweepFigures, b: SweepFigures) =>
  a.samples_per_s >= b.samples_per_s &&
  a.energy_per_sample_J <= b.energy_per_sample_J &&
  a.area_mm2 <= b.area_mm2 &&
  (a.samples_per_s > b.samples_per_s || a.energy_per_sample_J < b.energy_per_sample_J || a.area_mm2 < b.area_mm2)

/**
 * The Pareto front over speed, energy and area: the points that no other beats in one figure without losing in another;
 * of points with equal figures the first stands for all.
 */
export const paretoFront = <P extends SweepFigures>(points: readonly P[]): readonly P[] => {
  const order = points
    .map((point, i) => ({ point, i }))
    .sort(
      (a, b) =>
        b.point.samples_per_s - a.point.samples_per_s ||
        a.point.energy_per_sample_J - b.point.energy_per_sample_J ||
        a.point.area_mm2 - b.point.area_mm2 ||
        a.i - b.i,
    )
  const front: P[] = []
  const seen = new Set<string>()
  for (const { point } of order) {
    // in this order only an earlier point can beat a later one
    if (front.some((other) => beats(other, point))) continue
    const key = `${point.samples_per_s} ${point.energy_per_sample_J} ${point.area_mm2}`
    if (seen.has(key)) continue
    seen.add(key)
    front.push(point)
  }
  return front
}

const mean = (values: readonly number[]) =>
  elementary.exp(values.reduce((sum, value) => sum + elementary.log(value), 0) / values.length)

/**
 * Fronts of a sweep: one a network and, with several networks, one over the geometric means of the configurations that ran
 * on all of them.
 */
export const sweepFronts = (rows: readonly SweepRow[], targets: readonly string[]): readonly SweepFront[] => {
  const good = rows.filter((row): row is SweepResult => row.status === 'ok')
  const fronts = targets.map((benchmark): SweepFront => {
    const points = good
      .filter((row) => row.benchmark === benchmark)
      .map(({ point, values, samples_per_s, energy_per_sample_J, area_mm2 }) => ({
        points: [point],
        values,
        samples_per_s,
        energy_per_sample_J,
        area_mm2,
      }))
    return { benchmark, points, front: paretoFront(points) }
  })
  if (targets.length < 2) return fronts
  const byConfig = new Map<number, SweepResult[]>()
  for (const row of good) {
    const config = Math.floor(row.point / targets.length)
    const known = byConfig.get(config)
    if (known) known.push(row)
    else byConfig.set(config, [row])
  }
  const points = [...byConfig.values()]
    .filter((same) => same.length === targets.length)
    .map(
      (same): FrontPoint => ({
        points: same.map(({ point }) => point),
        values: same[0]!.values,
        samples_per_s: mean(same.map((row) => row.samples_per_s)),
        energy_per_sample_J: mean(same.map((row) => row.energy_per_sample_J)),
        area_mm2: same[0]!.area_mm2,
      }),
    )
  return [...fronts, { benchmark: 'all (geometric mean)', points, front: paretoFront(points) }]
}
