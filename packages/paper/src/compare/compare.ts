import { ConfigError } from '@h2learn/hw'

/**
 * What a comparison is worth. identity: follows from the published counts, no evidence. calibrated: fitted to the very
 * figure. prediction: nothing was fitted to it. estimate: rests on inputs of our own (sparsity, activity) that the paper
 * does not state. not printed: the paper gives no number.
 */
export type ComparisonKind = 'identity' | 'calibrated' | 'prediction' | 'estimate' | 'not printed'

/** The word that stands beside a figure in a report. */
export type FigureProvenance = 'published' | 'identity' | 'calibrated' | 'predicted' | 'estimated' | 'implied'

const figureProvenances: { readonly [K in ComparisonKind]: FigureProvenance } = {
  identity: 'identity',
  calibrated: 'calibrated',
  prediction: 'predicted',
  estimate: 'estimated',
  'not printed': 'predicted',
}

/** The word for our figure of a comparison. */
export const figureProvenance = (kind: ComparisonKind): FigureProvenance => figureProvenances[kind]

/** One quantity to compare. */
export interface Comparison {
  readonly id: string
  readonly quantity: string
  /** The published number, or [low, high] where the paper gives a range; absent only for `not printed`. */
  readonly paper?: number | readonly [number, number] | undefined
  readonly model: number
  readonly unit: string
  readonly kind: ComparisonKind
  /** Range of the model over the reasonable choices; the model's own value when nothing was varied. */
  readonly low?: number | undefined
  readonly high?: number | undefined
}

/** A compared quantity: the relative error, and the range, always there. */
export interface ComparisonRow extends Comparison {
  readonly low: number
  readonly high: number
  /** 100 · (model / paper − 1); for a published range 0 inside, else against the nearer end. */
  readonly error_pct: number | undefined
}

const nearest = (model: number, paper: number | readonly [number, number]) =>
  typeof paper === 'number' ? paper : Math.min(Math.max(model, paper[0]), paper[1])

const complain = (id: string, expected: string, got: string): never => {
  throw new ConfigError({ where: `paper/compareWithPaper: ${id}`, expected, got })
}

/**
 * The table of published against modelled figures. Misses stay in it; nothing is rounded.
 * @throws ConfigError for a number that is not finite, a published 0, a reversed range, a range that misses the model, a
 *   published number on a row `not printed` or none on another, an id used twice
 */
export const compareWithPaper = (rows: readonly Comparison[]): readonly ComparisonRow[] => {
  const seen = new Set<string>()
  return rows.map((row) => {
    const { id, paper, model, kind, low = model, high = model } = row
    if (seen.has(id)) complain(id, 'an id used once', 'it twice')
    seen.add(id)
    const published = paper === undefined ? [] : typeof paper === 'number' ? [paper] : [...paper]
    for (const value of [model, low, high, ...published])
      if (!Number.isFinite(value)) complain(id, 'finite numbers', String(value))
    if (!(low <= model && model <= high)) complain(id, 'low <= model <= high', `${low}, ${model}, ${high}`)
    if ((paper === undefined) !== (kind === 'not printed'))
      complain(id, 'a published number, or the kind "not printed"', `${published.join(' to ') || 'none'}, "${kind}"`)
    if (published.includes(0) || (published.length === 2 && published[0]! > published[1]!))
      complain(id, 'a published number other than 0, or an ascending range', published.join(' to '))
    const error_pct = paper === undefined ? undefined : 100 * (model / nearest(model, paper) - 1)
    return { ...row, low, high, error_pct }
  })
}
