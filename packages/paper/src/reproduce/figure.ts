import type { ReproducedRow, Reproduction } from '../compare/reproduced'

/** One plot's worth of numbers. */
export interface FigureSeries {
  readonly title: string
  /** One sentence on what to see. */
  readonly caption: string
  /** `stack`: bars of parts that add up. */
  readonly mark: 'bar' | 'stack' | 'line'
  readonly x: string
  readonly y: string
  readonly logX?: boolean
  readonly logY?: boolean
  readonly points: readonly { readonly x: string | number; readonly y: number; readonly series: string }[]
}

/** What a table or figure comes down to before it is compared. */
export interface FigureParts {
  readonly rows: readonly Reproduction[]
  readonly series?: readonly FigureSeries[]
  readonly notes?: readonly string[]
}

/** A table or figure of the paper beside the model. */
export interface ReproducedFigure {
  /** `Table III`, `Fig. 11`. */
  readonly id: string
  readonly title: string
  readonly rows: readonly ReproducedRow[]
  readonly series: readonly FigureSeries[]
  readonly notes: readonly string[]
}
