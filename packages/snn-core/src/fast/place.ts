import type { FastPrecision, Kernels } from './kernels'
import type { Plan, Scratch } from './plan'
import type { Team } from './team'

/**
 * Where a thread works: the network's layout, the kernels on its memory (`run` rounds to the precision), and the team it
 * belongs to.
 */
export interface Place {
  readonly plan: Plan
  readonly precision: FastPrecision
  readonly kernels: Kernels
  readonly team: Team
  readonly scratch: Scratch
  /** Address of the network's weights. */
  readonly weights: number
}

/**
 * Adds up what each thread counted; every thread gets the same sums. A meeting: what was written before can be read
 * after.
 */
export const sumOfTeam = ({ plan, kernels: { views }, team, scratch }: Place, own: readonly number[]): number[] => {
  if (team.size === 1) return [...own]
  const sumsOf = ({ tally }: Scratch) => new Float64Array(views.u8.buffer, tally + 16, 4)
  sumsOf(scratch).set(own)
  team.meet()
  const sums = own.map((_, i) => plan.scratch.reduce((sum, one) => sum + sumsOf(one)[i], 0))
  team.meet()
  return sums
}
