import type { Stage } from './api'

/**
 * Groups populations into stages: the strongly connected components of the graph of all connections, delayed ones too,
 * sources before readers (Tarjan 1972).
 * @param sources per population the populations it reads
 */
export const stagesOf = (sources: readonly (readonly number[])[]): Stage[] => {
  const order = new Int32Array(sources.length).fill(-1)
  const low = new Int32Array(sources.length)
  const open: number[] = []
  const isOpen = new Uint8Array(sources.length)
  const stages: Stage[] = []
  let visited = 0
  // an explicit stack of (population, next source): networks may be thousands of populations deep
  const visit = (root: number) => {
    const path: { readonly at: number; next: number }[] = []
    const enter = (at: number) => {
      order[at] = low[at] = visited++
      open.push(at)
      isOpen[at] = 1
      path.push({ at, next: 0 })
    }
    enter(root)
    while (path.length > 0) {
      const step = path[path.length - 1]
      const { at } = step
      if (step.next < sources[at].length) {
        const source = sources[at][step.next++]
        if (order[source] < 0) enter(source)
        else if (isOpen[source]) low[at] = Math.min(low[at], order[source])
        continue
      }
      path.pop()
      const reader = path.at(-1)
      if (reader) low[reader.at] = Math.min(low[reader.at], low[at])
      if (low[at] !== order[at]) continue
      const members = open.splice(open.indexOf(at))
      for (const member of members) isOpen[member] = 0
      const populations = members.sort((a, b) => a - b)
      stages.push({ populations, recurrent: populations.length > 1 || sources[at].includes(at) })
    }
  }
  for (let p = 0; p < sources.length; p++) if (order[p] < 0) visit(p)
  return stages
}
