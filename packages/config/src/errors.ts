/** What every error that the user can mend carries: where, what was expected, what came, the way out. */
export interface Complaint {
  /** Where the input came from: a function, a file, an option. */
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string
}

/** An input the caller can mend: where, what was expected, what came, the way out. */
export class InputError extends Error implements Complaint {
  override readonly name: string = 'InputError'
  /** Marks errors that the caller's input caused; commands exit with 2 and print the message alone. */
  readonly code = 'H2LEARN_INPUT'
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string

  constructor({ where, expected, got, hint }: Complaint) {
    const sentence = `${where}: expected ${expected}, got ${got}${hint ? `; ${hint}` : ''}`
    super(sentence.endsWith('?') ? sentence : `${sentence}.`)
    this.where = where
    this.expected = expected
    this.got = got
    if (hint !== undefined) this.hint = hint
  }
}

/** A tensor of the wrong shape, layout or number type. */
export class ShapeError extends InputError {
  override readonly name: string = 'ShapeError'
}

/** A configuration that cannot be: a negative size, a field that does not exist, a kernel the unit does not take. */
export class ConfigError extends InputError {
  override readonly name: string = 'ConfigError'
}

/** A job that does not fit the hardware: a buffer too small, a value outside the format. */
export class CapacityError extends ConfigError {
  override readonly name: string = 'CapacityError'
}
