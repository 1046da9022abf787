/** Tables and figures of the paper beside the model, as plain JSON. Types only. */

export interface ReproductionRow {
  readonly id: string
  readonly quantity: string
  readonly paper: number | readonly [number, number] | string | null
  readonly model: number | string | null
  readonly unit: string
  /** identity, calibrated, prediction, estimate or not printed. */
  readonly kind: string
  readonly error_pct: number | null
  readonly low: number | null
  readonly high: number | null
  /** For statements in words: whether the model shows them. */
  readonly agrees?: boolean
  readonly note?: string
}

/** Numbers of one plot. */
export interface ReproductionSeries {
  readonly title: string
  readonly caption: string
  /** `stack`: bars of parts that add up. */
  readonly mark: 'bar' | 'stack' | 'line'
  readonly x: string
  readonly y: string
  readonly logX?: boolean
  readonly logY?: boolean
  readonly points: readonly { readonly x: string | number; readonly y: number; readonly series: string }[]
}

export interface ReproductionFigure {
  readonly id: string
  readonly title: string
  readonly rows: readonly ReproductionRow[]
  readonly series: readonly ReproductionSeries[]
  readonly notes: readonly string[]
}

/** A miss of the model and what was tried to explain it. */
export interface ReproductionMiss {
  readonly title: string
  readonly statement: string
  readonly columns: readonly string[]
  readonly tried: readonly {
    readonly change: string
    readonly values: readonly number[]
    readonly explains: boolean
    readonly note?: string
  }[]
  readonly criterion: string
}

export interface ReproductionReport {
  readonly figures: readonly ReproductionFigure[]
  /** Empty where only some of the figures were asked for. */
  readonly misses: readonly ReproductionMiss[]
}
