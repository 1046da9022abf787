/** What every error of these packages that the user can mend carries: where, what was expected, what came, the way out. */
export interface Complaint {
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string
}

const sentence = ({ where, expected, got, hint }: Complaint) =>
  `${where}: expected ${expected}, got ${got}${hint ? `; ${hint}` : ''}.`

/** A configuration that cannot be: a negative size, a kernel the unit does not take. */
export class ConfigError extends Error implements Complaint {
  override readonly name: string = 'ConfigError'
  /** Marks errors that the caller's input caused; commands exit with 2 and print the message alone. */
  readonly code = 'H2LEARN_INPUT'
  readonly where: string
  readonly expected: string
  readonly got: string
  readonly hint?: string

  constructor(complaint: Complaint) {
    super(sentence(complaint))
    this.where = complaint.where
    this.expected = complaint.expected
    this.got = complaint.got
    if (complaint.hint !== undefined) this.hint = complaint.hint
  }
}

/** A job that does not fit the hardware: a buffer too small, a value outside the format. */
export class CapacityError extends ConfigError {
  override readonly name: string = 'CapacityError'
}

/** @throws ConfigError unless value is an integer >= min. */
export const requireInteger = (where: string, value: number, min = 1): number => {
  if (!Number.isSafeInteger(value) || value < min)
    throw new ConfigError({ where, expected: `an integer >= ${min}`, got: String(value) })
  return value
}
