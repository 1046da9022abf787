import { ConfigError } from '@h2learn/hw'
import type { ComparisonKind } from './compare'

/** What a table or figure states: a number, a range, a statement in words, or nothing that is printed. */
export type PublishedFigure = number | readonly [number, number] | string | null

/** One quantity of a table or figure of the paper, before it is compared. */
export interface Reproduction {
  /** Table or figure: `Table III`, `Fig. 11`. */
  readonly id: string
  readonly quantity: string
  /** null for `not printed`, and for an estimate of something that is not printed. */
  readonly paper: PublishedFigure
  /** Ours; words where the paper has words; null where the model has nothing to say (accuracies of other people's nets). */
  readonly model: number | string | null
  readonly unit?: string
  readonly kind: ComparisonKind
  /** Range over the choices that are open; ours alone when nothing was varied. */
  readonly low?: number | undefined
  readonly high?: number | undefined
  /** For a statement in words: whether the model shows it. */
  readonly agrees?: boolean | undefined
  /** What was varied, which reading was taken, what else to know. */
  readonly note?: string | undefined
}

/** A compared quantity. Every key is there; null where there is no number. */
export interface ReproducedRow {
  readonly id: string
  readonly quantity: string
  readonly paper: PublishedFigure
  readonly model: number | string | null
  readonly unit: string
  readonly kind: ComparisonKind
  /** 100 · (model / paper − 1); 0 inside a published range, else against its nearer end. */
  readonly error_pct: number | null
  readonly low: number | null
  readonly high: number | null
  readonly agrees?: boolean
  readonly note?: string
}

const numbersOf = (paper: PublishedFigure): readonly number[] =>
  typeof paper === 'number' ? [paper] : paper === null || typeof paper === 'string' ? [] : paper

const check = ({ id, quantity, paper, model, kind, low, high, agrees }: Reproduction): void => {
  const complain = (expected: string, got: unknown): never => {
    throw new ConfigError({ where: `cost-model/reproduced: ${id}, ${quantity}`, expected, got: String(got) })
  }
  if (id === '' || quantity === '') complain('an id and a quantity', `"${id}", "${quantity}"`)
  const printed = numbersOf(paper)
  for (const value of [...printed, ...[model, low, high].filter((x) => typeof x === 'number')])
    if (!Number.isFinite(value)) complain('finite numbers', value)
  if (printed.includes(0) || (printed.length === 2 && printed[0]! > printed[1]!))
    complain('a published number other than 0, or an ascending range', printed.join(' to '))
  if (paper === null ? kind !== 'not printed' && kind !== 'estimate' : kind === 'not printed')
    complain('a published figure, or the kind "not printed" or "estimate"', `${paper}, "${kind}"`)
  if (paper === null && model === null) complain('something on one side', 'neither a published nor a modelled figure')
  if (typeof model !== 'number' && (low !== undefined || high !== undefined))
    complain('a range around a number', `${low} to ${high} around ${model}`)
  if (typeof model === 'number' && !((low ?? model) <= model && model <= (high ?? model)))
    complain('low <= model <= high', `${low}, ${model}, ${high}`)
  if (typeof paper === 'string' && model !== null && agrees === undefined)
    complain('whether the model agrees with a statement in words', 'neither true nor false')
}

const errorPct = (paper: PublishedFigure, model: Reproduction['model']): number | null => {
  const printed = numbersOf(paper)
  if (printed.length === 0 || typeof model !== 'number') return null
  const nearest = Math.min(Math.max(model, printed[0]!), printed.at(-1)!)
  return 100 * (model / (printed.length === 1 ? printed[0]! : nearest) - 1)
}

/**
 * Tables and figures of the paper beside the model: many quantities may stand under one id, each once. Misses stay in.
 * @throws ConfigError for numbers that are not finite, a range that misses the model, a statement without a verdict, a
 *   published figure on a row `not printed` or none on another, a quantity named twice under one id
 */
export const reproducedRows = (rows: readonly Reproduction[]): readonly ReproducedRow[] => {
  const seen = new Set<string>()
  return rows.map((row) => {
    check(row)
    const { id, quantity, paper, model, unit = '', kind, low, high, agrees, note } = row
    const key = `${id}: ${quantity}`
    if (seen.has(key))
      throw new ConfigError({
        where: `cost-model/reproduced: ${key}`,
        expected: 'a quantity named once',
        got: 'it twice',
      })
    seen.add(key)
    const numeric = typeof model === 'number'
    return {
      id,
      quantity,
      paper,
      model,
      unit,
      kind,
      error_pct: errorPct(paper, model),
      low: numeric ? (low ?? model) : null,
      high: numeric ? (high ?? model) : null,
      ...(agrees === undefined ? {} : { agrees }),
      ...(note === undefined ? {} : { note }),
    }
  })
}
