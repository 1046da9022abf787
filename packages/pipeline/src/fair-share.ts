/** A memory whose users add up to its bandwidth but for rounding is not short. */
const ROUNDING = 1e-12

/**
 * The level of max-min fair sharing: every user gets min(its demand, level) and the whole capacity is used.
 * Infinity when all demands fit.
 */
const fairLevel = (demands: readonly number[], capacity: number): number => {
  const sorted = demands.filter((demand) => demand > 0).sort((a, b) => a - b)
  if (sorted.reduce((sum, demand) => sum + demand, 0) <= capacity * (1 + ROUNDING)) return Infinity
  let left = Math.max(0, capacity)
  for (let user = 0; user < sorted.length; user++) {
    const level = left / (sorted.length - user)
    if (sorted[user]! >= level) return level
    left -= sorted[user]!
  }
  return Infinity
}

/**
 * The speed at which tasks progress that share memories: each memory divides its bandwidth max-min fairly (nobody gets
 * more than it asks for, what it leaves goes to the others in equal parts), and a task runs as fast as its scarcest
 * memory lets it.
 *
 *     Σ_i rate_i · demand_im ≤ capacity_m for every memory m,   0 < rate_i ≤ 1
 *
 * A task below full speed has a memory without bandwidth left. On one memory this is the max-min fair allocation; on
 * several it is found by settling one memory after the other whose users it alone limits. Where two tasks are limited
 * by different memories that they share, the slowest one settles first.
 * @param demands [task][memory] bytes per cycle at full speed, >= 0
 * @param capacities [memory] bytes per cycle, > 0
 * @returns [task] speed, 1 = as if alone
 * Source: modelling choice (cost-model.md section 6 only bounds the sum of the bytes); an arbiter that serves its
 * ports in turn behaves like this.
 */
export const fairRates = (
  demands: readonly (readonly number[])[],
  capacities: readonly number[],
): readonly number[] => {
  const rates = demands.map(() => 1)
  const left = [...capacities]
  let open = demands.map((_, task) => task)

  const settle = (tasks: readonly number[]) => {
    for (const task of tasks) for (let m = 0; m < left.length; m++) left[m]! -= rates[task]! * demands[task]![m]!
    open = open.filter((task) => !tasks.includes(task))
  }

  while (open.length > 0) {
    const levels = left.map((capacity, m) =>
      fairLevel(
        open.map((task) => demands[task]![m]!),
        capacity,
      ),
    )
    // scarcest[task]: the memory that limits it, -1 at full speed.
    const scarcest = new Map<number, number>()
    for (const task of open) {
      rates[task] = 1
      scarcest.set(task, -1)
      levels.forEach((level, m) => {
        const demand = demands[task]![m]!
        if (demand > 0 && level / demand < rates[task]!) {
          rates[task] = level / demand
          scarcest.set(task, m)
        }
      })
    }
    const full = open.filter((task) => scarcest.get(task) === -1)
    if (full.length > 0) {
      settle(full)
      continue
    }
    const tight = levels.findIndex((_, m) => {
      const users = open.filter((task) => demands[task]![m]! > 0)
      return users.length > 0 && users.every((task) => scarcest.get(task) === m)
    })
    if (tight >= 0) settle(open.filter((task) => scarcest.get(task) === tight))
    else settle([open.reduce((slowest, task) => (rates[task]! < rates[slowest]! ? task : slowest))])
  }

  // Bandwidth that a slowest-first decision left over goes to whoever can still use it.
  demands.forEach((demand, task) => {
    if (rates[task]! >= 1) return
    let room = 1 - rates[task]!
    demand.forEach((d, m) => {
      if (d > 0) room = Math.min(room, Math.max(0, left[m]!) / d)
    })
    if (room <= ROUNDING) return
    rates[task]! += room
    demand.forEach((d, m) => {
      left[m]! -= room * d
    })
  })
  return rates
}
