import { ConfigError, type Counts, cycles, type Unit } from '@h2learn/hw'
import { f16Round } from '@h2learn/snn-core'
import type { LutPeInput } from './lut-pe'

/** Words that a gated PE selects by a spike bit. */
export interface GatedPeWork {
  readonly windows: number
  readonly taps: number
}

/**
 * PE without tables, the paper's baseline (section V-A): every word is gated by its spike bit, and the Acc adds all of them.
 * It emits the gated words of a PE added in the order in which sub-LUTs would be filled, so that both PEs give the same bits.
 * @param config lanes >= 1 windows per cycle; words of each group that is added first
 * @throws ConfigError for more weights than words
 */
export const gatedPe = ({ lanes, groups }: { readonly lanes: number; readonly groups: readonly number[] }) => {
  const words = groups.reduce((sum, n) => sum + n, 0)
  const starts = groups.map((_, j) => groups.slice(0, j).reduce((a, b) => a + b, 0))
  return {
    name: 'gated PE',
    run: ({ weights, windows }) => {
      if (weights.length > words)
        throw new ConfigError({ where: 'gated-pe/weights', expected: `at most ${words}`, got: String(weights.length) })
      return windows.map((window) =>
        Float32Array.from(groups, (n, j) => {
          let sum = 0
          for (let i = starts[j]!; i < starts[j]! + n && i < weights.length; i++)
            if (window[i]) sum = f16Round(sum + weights[i]!)
          return sum
        }),
      )
    },
    measure: ({ weights, windows }): GatedPeWork => ({
      windows: windows.length,
      taps: windows.length * weights.length,
    }),
    time: ({ windows }) => {
      const busy = cycles(Math.ceil(windows / lanes))
      return { latency: busy, interval: busy }
    },
    count: ({ taps }): Counts<'gate.select'> => ({ 'gate.select': taps }),
    parts: { 'weight.bit': 16 * words, 'gate.word': lanes * words },
  } satisfies Unit<LutPeInput, readonly Float32Array[], GatedPeWork, 'gate.select', 'weight.bit' | 'gate.word'>
}
