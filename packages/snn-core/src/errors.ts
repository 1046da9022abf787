interface InputErrorFields {
  /** Where the input came from: a function, a file, an option. */
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string
}

/** An input the caller can mend: where, what was expected, what came, the way out. */
export class InputError extends Error implements InputErrorFields {
  override readonly name: string = 'InputError'
  /** Marks errors that the caller's input caused; commands exit with 2 and print the message alone. */
  readonly code = 'H2LEARN_INPUT'
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string

  constructor(fields: InputErrorFields) {
    super(`${fields.where}: expected ${fields.expected}, got ${fields.got}${fields.hint ? `; ${fields.hint}` : ''}.`)
    this.where = fields.where
    this.expected = fields.expected
    this.got = fields.got
    if (fields.hint !== undefined) this.hint = fields.hint
  }
}

/** A tensor of the wrong shape, layout or number type. */
export class ShapeError extends InputError {
  override readonly name = 'ShapeError'
}

/** Training that went wrong by itself (a loss that is not a number); commands exit with 1. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
  readonly code = 'H2LEARN_RUN'
}
