import { type ConfigOf, choice, defaultsOf, flag, number, readFields } from '@h2learn/config'
import { ConfigError } from '@h2learn/hw'

/** Arithmetic, clock and storage that the sources leave open, the default first. */
const arithmetics = ['horowitz', 'synthesis'] as const
const clocks = ['gated', 'free'] as const
const storages = ['flip-flop', 'latch'] as const

/**
 * Every choice of a price table. The defaults (assumptions, section 5 of the cost study): Horowitz arithmetic, clock gating,
 * storage energies in the proportion to the adder that a glitch-free gate-level run has, buffers at 360 K, flip-flops. Chosen
 * after the published ratios were known, so a default number is always shown with its range over the alternatives.
 */
export const priceFields = {
  arithmetic: choice('horowitz', arithmetics, {
    doc: 'adders and multipliers: Horowitz, ISSCC 2014, or the synthesis of an own RTL',
  }),
  clock: choice('gated', clocks, {
    doc: 'clock of storage bits that keep their value: gated (one gate per 16 bits) or running (with an enable mux)',
  }),
  glitches: flag(false, {
    doc: 'gate-level energies with glitches; with Horowitz arithmetic only the proportion of storage to adder',
  }),
  temperature: number(360, {
    min: 300,
    max: 360,
    unit: 'K',
    doc: 'temperature of the global buffers, for their leakage',
  }),
  storage: choice('flip-flop', storages, { doc: 'cells of the register files; latches need a gated clock' }),
} as const

/** Choices of a price table. */
export type PriceOptions = ConfigOf<typeof priceFields>

/** The default choices. */
export const defaultPriceOptions: PriceOptions = defaultsOf(priceFields)

/** Choices that are compared; any temperature of the range has a leakage, these three were run. */
const choices: { readonly [K in keyof PriceOptions]: readonly PriceOptions[K][] } = {
  arithmetic: arithmetics,
  clock: clocks,
  glitches: [false, true],
  temperature: [300, 330, 360],
  storage: storages,
}

/** Options with the defaults filled in. @throws ConfigError for a choice that does not exist, or latches without a gated clock */
export const checkedPriceOptions = (options: Partial<PriceOptions>): PriceOptions => {
  const all = readFields('cost-model/priceTable', priceFields, options)
  if (all.storage === 'latch' && all.clock === 'free')
    throw new ConfigError({
      where: 'cost-model/priceTable: storage',
      expected: 'a gated clock with latches',
      got: 'a free one',
      hint: 'use clock "gated" or storage "flip-flop"',
    })
  return all
}

/** Words for reports: which choices a table stands for. */
export const describePriceOptions = ({ arithmetic, clock, glitches, temperature, storage }: PriceOptions) =>
  `${arithmetic}, clock ${clock}, ${glitches ? 'with glitches' : 'glitch-free'}, ${temperature} K, ${storage === 'latch' ? 'latches' : 'flip-flops'}`

/**
 * All combinations of choices that make sense, the default first: the range that a default number is shown with.
 * Latches only with a gated clock.
 */
export const alternativePriceOptions = (): readonly PriceOptions[] => {
  const all = choices.arithmetic.flatMap((arithmetic) =>
    choices.clock.flatMap((clock) =>
      choices.glitches.flatMap((glitches) =>
        choices.temperature.flatMap((temperature) =>
          choices.storage.map((storage): PriceOptions => ({ arithmetic, clock, glitches, temperature, storage })),
        ),
      ),
    ),
  )
  const isDefault = (options: PriceOptions) =>
    describePriceOptions(options) === describePriceOptions(defaultPriceOptions)
  const sensible = all.filter(({ clock, storage }) => clock === 'gated' || storage === 'flip-flop')
  return [defaultPriceOptions, ...sensible.filter((options) => !isDefault(options))]
}
