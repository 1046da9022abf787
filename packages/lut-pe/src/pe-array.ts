import { across, type Counts, cycles, pipelined, type Unit } from '@h2learn/hw'
import { columnTree } from './column-tree'
import { gatedPe } from './gated-pe'
import { lutPe } from './lut-pe'

/** Geometry that the arrays of the Forward and the Weight Update Engine share. */
export interface PeArrayConfig {
  readonly rows: number
  readonly cols: number
  readonly lanes: number
  readonly subLutInputs: readonly number[]
  readonly shadowLut: boolean
}

/** PEs with sub-LUTs, or with a gate and an adder for each word (the baselines of Fig. 11). */
export type PeKind = 'lut' | 'gated'

/** Selects one word by one spike bit in FC mode, where sub-LUTs hold plain words: priced, without silicon of its own. */
const wordGate = {
  name: 'word gate',
  run: (words: number) => words,
  measure: (gates: number) => ({ gates }),
  time: () => ({ latency: cycles(0), interval: cycles(0) }),
  count: ({ gates }: { readonly gates: number }): Counts<'gate.select'> => ({ 'gate.select': gates }),
  parts: {},
} satisfies Unit<number, number, { readonly gates: number }, 'gate.select', never>

/** PE and Acc of an array of LUT PEs. */
export const lutUnits = ({ rows, lanes, subLutInputs, shadowLut }: PeArrayConfig) => ({
  pe: lutPe({ lanes, subLutInputs, copies: shadowLut ? 2 : 1 }),
  acc: columnTree({ adders: rows * subLutInputs.length, lanes }),
  gate: wordGate,
})

/** PE and Acc of an array without tables: an adder for every word. */
export const gatedUnits = ({ rows, lanes, subLutInputs }: PeArrayConfig) => ({
  pe: gatedPe({ lanes, groups: subLutInputs }),
  acc: columnTree({ adders: rows * subLutInputs.reduce((sum, n) => sum + n, 0), lanes }),
  gate: wordGate,
})

/** One load of an array: operands of every PE, and for each row the windows that all its PEs are asked. */
export interface PeArrayLoad {
  /** operands[row][column], at most as many as a PE folds. */
  readonly operands: readonly (readonly ArrayLike<number>[])[]
  /** windows[row][window], one 0/1 value per operand. */
  readonly windows: readonly (readonly ArrayLike<number>[])[]
  /** running[column][window] sums of the loads before. */
  readonly running: readonly ArrayLike<number>[]
}

/** Units of an array, by shape: those of `lutUnits` or `gatedUnits`, or of your own. */
export interface PeArrayUnits<W, A extends string, P extends string> {
  readonly pe: Unit<
    { readonly weights: ArrayLike<number>; readonly windows: readonly ArrayLike<number>[] },
    readonly Float32Array[],
    W,
    A,
    P
  >
  readonly acc: ReturnType<typeof columnTree>
}

/**
 * Array of PEs on one load, composed of its units: rows × columns of PEs answer the windows of their row, the Acc of every
 * column adds up (Fig. 4 to 6). This is the definition; the engines replace `run` and `measure` by code that does the same to
 * whole layers (a test compares the two), and take their silicon and their counts from here.
 * @param addsPerPe FP16 additions that a PE's partial sums take per window: its sub-LUTs, or its words
 */
export const peArray = <W, A extends string, P extends string>(
  { rows, cols }: Pick<PeArrayConfig, 'rows' | 'cols'>,
  { pe, acc }: PeArrayUnits<W, A, P>,
  addsPerPe: number,
) => {
  const pes = across(rows * cols, pe, {
    split: ({ operands, windows }: PeArrayLoad) =>
      operands.flatMap((row, r) => row.map((weights) => ({ weights, windows: windows[r]! }))),
    join: (answers, load) => ({ answers, load }),
  })
  const trees = across(cols, acc, {
    split: ({
      answers,
      load,
    }: {
      readonly answers: readonly (readonly Float32Array[])[]
      readonly load: PeArrayLoad
    }) => {
      const columns = load.running.length
      return load.running.map((running, column) => ({
        running,
        addsPerWindow: load.operands.length * addsPerPe,
        leaves: Array.from(running, (_, window) =>
          load.operands.flatMap((_, row) => Array.from(answers[row * columns + column]![window]!)),
        ),
      }))
    },
    join: (sums): readonly Float32Array[] => sums,
  })
  return pipelined(pes, trees)
}
