import { elementary } from '@h2learn/elementary'
import type { SweepResult, SweepRow } from './evaluate-point'
import { isProblemField } from './sweep-schema'

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

/** What is trained and how, as far as a sweep varies it: timesteps, batch, pooling and the like. */
export type SweepProblem = Readonly<Record<string, unknown>>

/** The points of one network in one problem, and which of them no other beats. */
export interface SweepFront {
  /** A network, or `all (geometric mean)`. */
  readonly benchmark: string
  /** Chips are compared on one problem only: fewer timesteps are faster on every chip, and train another network. */
  readonly problem: SweepProblem
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

const problemOf = ({ values }: SweepResult): SweepProblem =>
  Object.fromEntries(Object.entries(values).filter(([path]) => isProblemField(path)))

/** Rows by their problem, in the order of the first row of each. */
const byProblem = (rows: readonly SweepResult[]) => {
  const groups = new Map<string, { readonly problem: SweepProblem; readonly same: SweepResult[] }>()
  for (const row of rows) {
    const problem = problemOf(row)
    const key = JSON.stringify(problem)
    const known = groups.get(key)
    if (known) known.same.push(row)
    else groups.set(key, { problem, same: [row] })
  }
  return [...groups.values()]
}

/** The front of one network. */
const frontOf = (benchmark: string, problem: SweepProblem, rows: readonly SweepResult[]): SweepFront => {
  const points = rows.map(({ point, values, samples_per_s, energy_per_sample_J, area_mm2 }) => ({
    points: [point],
    values,
    samples_per_s,
    energy_per_sample_J,
    area_mm2,
  }))
  return { benchmark, problem, points, front: paretoFront(points) }
}

/** The front over the geometric means of the configurations that ran on all networks. */
const meanFront = (problem: SweepProblem, rows: readonly SweepResult[], targets: readonly string[]): SweepFront => {
  const byConfig = new Map<number, SweepResult[]>()
  for (const row of rows) {
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
  return { benchmark: 'all (geometric mean)', problem, points, front: paretoFront(points) }
}

/** Fronts of a sweep: for each problem one a network and, with several networks, one over the geometric means. */
export const sweepFronts = (rows: readonly SweepRow[], targets: readonly string[]): readonly SweepFront[] => {
  const problems = byProblem(rows.filter((row): row is SweepResult => row.status === 'ok'))
  // where nothing ran there is one problem without points
  const groups = problems.length === 0 ? [{ problem: {}, same: [] }] : problems
  const fronts = targets.flatMap((benchmark) =>
    groups.map(({ problem, same }) =>
      frontOf(
        benchmark,
        problem,
        same.filter((row) => row.benchmark === benchmark),
      ),
    ),
  )
  if (targets.length < 2) return fronts
  return [...fronts, ...groups.map(({ problem, same }) => meanFront(problem, same, targets))]
}

/** A front's network and problem in words: `cifar10, T 4`. */
export const frontName = ({ benchmark, problem }: Pick<SweepFront, 'benchmark' | 'problem'>): string =>
  [benchmark, ...Object.entries(problem).map(([path, value]) => `${path} ${String(value)}`)].join(', ')
