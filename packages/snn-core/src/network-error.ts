import { InputError } from './errors'

interface NetworkErrorFields {
  /** The network text as it was given. */
  readonly text: string
  /** Character the problem starts at, counted from 1. */
  readonly column: number
  readonly expected: string
  readonly got: string
  readonly hint?: string
}

/** A network that cannot be read or built; the message ends with the text and a caret under the character. */
export class NetworkError extends InputError {
  override readonly name = 'NetworkError'
  readonly text: string
  /** Character the problem starts at, counted from 1. */
  readonly column: number

  constructor({ text, column, ...fields }: NetworkErrorFields) {
    super({ where: `network "${text}", column ${column}`, ...fields })
    this.message += `\n  ${text.replace(/\s/g, ' ')}\n  ${' '.repeat(column - 1)}^`
    this.text = text
    this.column = column
  }
}
