/** One documented choice changed, and what comes of it. */
export interface MissVariation {
  readonly change: string
  /** Figures under `Miss.columns`. */
  readonly values: readonly number[]
  /** Whether the model then says what the paper says. */
  readonly explains: boolean
  readonly note?: string
}

/** Something the model does not reproduce, and what was tried to explain it. Nothing of it is ever fitted. */
export interface Miss {
  readonly title: string
  /** Paper and model, in a sentence. */
  readonly statement: string
  readonly columns: readonly string[]
  /** The default first. */
  readonly tried: readonly MissVariation[]
  /** When a row counts as an explanation. */
  readonly criterion: string
}
