import { type Bytes, ConfigError, type Cycles, cycles, type EngineTiming, type GridIterations } from '@h2learn/hw'
import type { StreamedLayer } from './api'

const requireBandwidth = (where: string, bytesPerCycle: number) => {
  if (!(bytesPerCycle > 0))
    throw new ConfigError({ where, expected: 'a bandwidth above 0 bytes per cycle', got: String(bytesPerCycle) })
}

/** Grid iterations with how often each comes; without `times` each comes once. */
export interface RepeatedIterations extends GridIterations {
  readonly times?: Float64Array
}

/**
 * Counts equal grid iterations together, so that streaming them again (other bandwidths) takes a step per kind instead of
 * one per iteration. Most layers have a handful of kinds: whole tiles, edge tiles, the last block.
 */
export const groupIterations = ({ cycles: work, bytes: moved }: GridIterations): Required<RepeatedIterations> => {
  const kinds = new Map<number, Map<number, number>>()
  for (let i = 0; i < work.length; i++) {
    let byBytes = kinds.get(work[i]!)
    if (!byBytes) kinds.set(work[i]!, (byBytes = new Map()))
    byBytes.set(moved[i]!, (byBytes.get(moved[i]!) ?? 0) + 1)
  }
  const rows = [...kinds].flatMap(([c, byBytes]) => [...byBytes].map(([b, n]) => [c, b, n] as const))
  return {
    cycles: Float64Array.from(rows, ([c]) => c),
    bytes: Float64Array.from(rows, ([, b]) => b),
    times: Float64Array.from(rows, ([, , n]) => n),
  }
}

/**
 * One layer streaming through the ping-pong buffer of an engine: while one grid iteration computes, the bytes of the
 * next one move, so that a grid iteration takes the longer of the two.
 *
 *     cycles = firstFillBytes / bandwidth + Σ_i max(cycles_i, bytes_i / bandwidth)
 *
 * The first fill costs time only: its bytes are part of `iterations.bytes` already.
 * @param iterations in any order; with `times` a kind of iteration stands for several
 * @param bytesPerCycle bandwidth of the memory port, bytes per cycle, > 0; Infinity: no memory limit
 * @throws ConfigError when the arrays differ in length, hold a negative number, or the bandwidth is not above 0
 * Source: cost-model.md section 6 (double buffering), h2learn.md section 4.
 */
export const streamLayer = (
  iterations: RepeatedIterations,
  firstFillBytes: Bytes,
  bytesPerCycle: number,
): StreamedLayer => {
  const where = 'pipeline/streamLayer'
  requireBandwidth(where, bytesPerCycle)
  const { times } = iterations
  const kinds = iterations.cycles.length
  if (iterations.bytes.length !== kinds || (times && times.length !== kinds))
    throw new ConfigError({
      where,
      expected: `bytes (and times, if given) for each of the ${kinds} grid iterations`,
      got: `${iterations.bytes.length} entries`,
    })
  let compute = 0
  let memory = 0
  let longer = 0
  for (let i = 0; i < kinds; i++) {
    const work = iterations.cycles[i]!
    const traffic = iterations.bytes[i]! / bytesPerCycle
    if (!(work >= 0 && work < Infinity && traffic >= 0 && traffic < Infinity))
      throw new ConfigError({
        where,
        expected: `finite cycles and bytes >= 0 in grid iteration ${i}`,
        got: `${work} cycles, ${iterations.bytes[i]} bytes`,
      })
    const n = times ? times[i]! : 1
    compute += n * work
    memory += n * traffic
    longer += n * Math.max(work, traffic)
  }
  const fill = firstFillBytes / bytesPerCycle
  return {
    cycles: cycles(fill + longer),
    computeCycles: cycles(compute),
    memoryCycles: cycles(memory),
    // The two sums may differ in the last bit when nothing ever waited.
    stallCycles: cycles(Math.max(0, longer - compute)),
    fillCycles: cycles(fill),
    bound: memory > compute ? 'memory' : 'compute',
  }
}

/**
 * `streamLayer` for what an engine reports, with its second port: the weight gradients move beside the main port over
 * the whole layer, so that the layer takes the longer of the two.
 * @param gradientBytesPerCycle bandwidth of the weight-gradient memory (Mem 2), bytes per cycle, > 0
 * @throws ConfigError as `streamLayer`
 * Source: `max(wu, bytes of Mem 2 / bandwidth)` in calibration/throughput.py.
 */
export const streamEngine = (
  timing: Pick<EngineTiming, 'firstFillBytes' | 'gradientBytes'> & { readonly iterations: RepeatedIterations },
  bytesPerCycle: number,
  gradientBytesPerCycle = bytesPerCycle,
): StreamedLayer & { readonly gradientCycles: Cycles } => {
  requireBandwidth('pipeline/streamEngine', gradientBytesPerCycle)
  const main = streamLayer(timing.iterations, timing.firstFillBytes, bytesPerCycle)
  const gradientCycles = cycles(timing.gradientBytes / gradientBytesPerCycle)
  if (gradientCycles <= main.cycles) return { ...main, gradientCycles }
  return {
    ...main,
    cycles: gradientCycles,
    stallCycles: cycles(Math.max(0, gradientCycles - main.computeCycles - main.fillCycles)),
    bound: 'memory',
    gradientCycles,
  }
}
