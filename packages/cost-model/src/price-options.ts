import { ConfigError } from '@h2learn/hw'
import type { PriceOptions } from './api'
import { bufferLeakage } from './memory-units'

/**
 * The default choices (assumptions, section 5 of the cost study): Horowitz arithmetic, clock gating, storage energies in
 * the proportion to the adder that a glitch-free gate-level run has, buffers at 360 K, flip-flops. Chosen after the
 * published ratios were known, so a default number is always shown with its range over the alternatives.
 */
export const defaultPriceOptions: PriceOptions = {
  arithmetic: 'horowitz',
  clock: 'gated',
  glitches: false,
  temperature: 360,
  storage: 'flip-flop',
}

const choices: { readonly [K in keyof PriceOptions]: readonly PriceOptions[K][] } = {
  arithmetic: ['horowitz', 'synthesis'],
  clock: ['gated', 'free'],
  glitches: [false, true],
  temperature: [300, 330, 360],
  storage: ['flip-flop', 'latch'],
}

/** Options with the defaults filled in. @throws ConfigError for a choice that does not exist. */
export const checkedPriceOptions = (options: Partial<PriceOptions>): PriceOptions => {
  const all = { ...defaultPriceOptions, ...options }
  // any temperature of the range has a leakage; the three of the list are the alternatives
  bufferLeakage(all.temperature)
  for (const key of Object.keys(choices) as (keyof PriceOptions)[])
    if (key !== 'temperature' && !(choices[key] as readonly unknown[]).includes(all[key]))
      throw new ConfigError({
        where: `cost-model/priceTable: ${key}`,
        expected: choices[key].join(' or '),
        got: String(all[key]),
      })
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
