import { readFields } from '@h2learn/config'
import { ConfigError, type Counts, cycles, type Unit } from '@h2learn/hw'
import { forwardEngineFields } from './config'
import { subLut, subLutEntries, subLutFill } from './sub-lut'

/** The operands of a PE (9 weights of one channel pair) and the sliding windows it looks up. */
export interface LutPeInput {
  /** At most as many binary16 values as the sub-LUTs fold, in raster order. */
  readonly weights: ArrayLike<number>
  /** One 0/1 value per weight and window. */
  readonly windows: readonly ArrayLike<number>[]
}

/** Sizes one LUT PE depends on. */
export interface LutPeWork {
  readonly windows: number
  /** Real operands of each sub-LUT. */
  readonly operands: readonly number[]
}

/** A LUT PE: windows per cycle, inputs of each sub-LUT. */
export interface LutPeConfig {
  readonly lanes: number
  readonly subLutInputs: readonly number[]
}

/** What a LUT PE spends. */
export type LutPeAction = 'subLut.add' | 'subLut.write' | `subLut.read:${number}`

/** Lookups by the entries of the sub-LUT they read: { 'subLut.read:8': … }. */
export const readsByEntries = (
  subLutInputs: readonly number[],
  lookups: readonly number[],
): Record<`subLut.read:${number}`, number> => {
  const reads: Record<`subLut.read:${number}`, number> = {}
  lookups.forEach((n, j) => {
    const name = `subLut.read:${subLutEntries(subLutInputs[j]!)}` as const
    reads[name] = (reads[name] ?? 0) + n
  })
  return reads
}

/** Storage and read ports of n PEs with these sub-LUTs: 16-bit entries, one port per lane, storage shared by the lanes. */
export const subLutParts = (pes: number, lanes: number, subLutInputs: readonly number[], copies: number) => {
  const entries = subLutInputs.map(subLutEntries)
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  return {
    'subLut.bit': pes * copies * 16 * total(entries),
    'subLut.portBit': pes * lanes * 16 * total(entries.map((n) => n - 1)),
  }
}

/** A PE's part of the fields of a Forward Engine. */
const lutPeFields = { lanes: forwardEngineFields.lanes, subLutInputs: forwardEngineFields.subLutInputs }

/**
 * LUT PE: the weights of one (input, output) channel pair as subset sums, addressed by the spike bits of each sliding
 * window (Fig. 5a). It emits one partial sum per sub-LUT; the Acc adds them (`accTree`).
 * @param config lanes >= 1 windows per cycle; inputs of each sub-LUT, 1..12
 * @throws ConfigError for an impossible configuration, more weights than inputs, or a window of another size
 */
export const lutPe = (config: LutPeConfig) => {
  const { lanes, subLutInputs } = readFields('lut-pe', lutPeFields, config)
  const starts = subLutInputs.map((_, j) => subLutInputs.slice(0, j).reduce((a, b) => a + b, 0))
  const folded = starts.at(-1)! + subLutInputs.at(-1)!
  const check = ({ weights, windows }: LutPeInput) => {
    if (weights.length > folded)
      throw new ConfigError({ where: 'lut-pe/weights', expected: `at most ${folded}`, got: String(weights.length) })
    const odd = windows.find((window) => window.length !== weights.length)
    if (odd)
      throw new ConfigError({
        where: 'lut-pe/windows',
        expected: `${weights.length} spike bits, one per weight`,
        got: String(odd.length),
      })
  }
  const operands = (weights: ArrayLike<number>) =>
    subLutInputs.map((n, j) => Array.from(weights).slice(starts[j]!, starts[j]! + n))
  return {
    name: 'lut-pe',
    run: (input) => {
      check(input)
      const tables = operands(input.weights).map(subLut)
      return input.windows.map((window) =>
        Float32Array.from(tables, (table, j) => {
          let address = 0
          for (let i = 0; i < subLutInputs[j]! && starts[j]! + i < window.length; i++)
            if (window[starts[j]! + i]) address |= 1 << i
          return table[address]!
        }),
      )
    },
    measure: ({ weights, windows }) => ({
      windows: windows.length,
      operands: operands(weights).map((part) => part.length),
    }),
    time: ({ windows }) => {
      const fill = 2 ** Math.max(...subLutInputs)
      return { latency: cycles(fill + Math.ceil(windows / lanes)), interval: cycles(fill + Math.ceil(windows / lanes)) }
    },
    count: ({ windows, operands }): Counts<LutPeAction> => ({
      'subLut.add': operands.reduce((n, real) => n + subLutFill(real).adds, 0),
      'subLut.write': operands.reduce((n, real) => n + subLutFill(real).writes, 0),
      ...readsByEntries(
        subLutInputs,
        operands.map((real) => (real > 0 ? windows : 0)),
      ),
    }),
    parts: subLutParts(1, lanes, subLutInputs, 1),
  } satisfies Unit<LutPeInput, readonly Float32Array[], LutPeWork, LutPeAction, 'subLut.bit' | 'subLut.portBit'>
}
