import { workerData } from 'piscina'
import { pointEvaluator } from './evaluate-point'
import { type SweepSpec, sweepPoint } from './sweep-spec'

const spec = workerData as SweepSpec
const evaluate = pointEvaluator(spec)

/** Runs some points of the sweep that the thread was started with. */
export default async (points: readonly number[]) => {
  const rows = []
  for (const point of points) rows.push(await evaluate(sweepPoint(spec, point)))
  return rows
}
