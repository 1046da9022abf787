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

/** What a LUT PE does with one load of operands, or several PEs with theirs. */
export interface LutPeWork {
  readonly windows: number
  /** Lookups of each sub-LUT; none of one without a real operand. */
  readonly lookups: readonly number[]
  /** Entries written into the sub-LUTs, and additions that made them. */
  readonly fillWrites: number
  readonly fillAdds: number
}

/** A LUT PE: windows per cycle, inputs of each sub-LUT, copies of their contents (2: one is filled while one is read). */
export interface LutPeConfig {
  readonly lanes: number
  readonly subLutInputs: readonly number[]
  readonly copies?: 1 | 2
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

/** Storage and read ports of a PE with these sub-LUTs: 16-bit entries, one port per lane, storage shared by the lanes. */
const subLutParts = (lanes: number, subLutInputs: readonly number[], copies: number) => {
  const entries = subLutInputs.map(subLutEntries)
  return {
    'subLut.bit': copies * 16 * total(entries),
    'subLut.portBit': lanes * 16 * total(entries.map((n) => n - 1)),
  }
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** A PE's part of the fields of a Forward Engine. */
const lutPeFields = { lanes: forwardEngineFields.lanes, subLutInputs: forwardEngineFields.subLutInputs }

/**
 * LUT PE: the weights of one (input, output) channel pair as subset sums, addressed by the spike bits of each sliding
 * window (Fig. 5a). It emits one partial sum per sub-LUT; the Acc adds them (`accTree`).
 * @param config lanes >= 1 windows per cycle; inputs of each sub-LUT, 1..12
 * @throws ConfigError for an impossible configuration, more weights than inputs, or a window of another size
 */
export const lutPe = ({ copies = 1, ...config }: LutPeConfig) => {
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
    measure: ({ weights, windows }): LutPeWork => {
      const real = operands(weights).map((part) => part.length)
      const fills = real.map(subLutFill)
      return {
        windows: windows.length,
        lookups: real.map((n) => (n > 0 ? windows.length : 0)),
        fillWrites: total(fills.map(({ writes }) => writes)),
        fillAdds: total(fills.map(({ adds }) => adds)),
      }
    },
    time: ({ windows }) => {
      const fill = 2 ** Math.max(...subLutInputs)
      return { latency: cycles(fill + Math.ceil(windows / lanes)), interval: cycles(fill + Math.ceil(windows / lanes)) }
    },
    count: ({ lookups, fillWrites, fillAdds }): Counts<LutPeAction> => ({
      'subLut.add': fillAdds,
      'subLut.write': fillWrites,
      ...readsByEntries(subLutInputs, lookups),
    }),
    parts: subLutParts(lanes, subLutInputs, copies),
  } satisfies Unit<LutPeInput, readonly Float32Array[], LutPeWork, LutPeAction, 'subLut.bit' | 'subLut.portBit'>
}
