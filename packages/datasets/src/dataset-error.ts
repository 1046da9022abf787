import { InputError } from '@h2learn/snn-core'

/** Data that is missing, damaged or of another kind than it should be; names the file and, inside it, the byte. */
export class DatasetError extends InputError {
  override readonly name = 'DatasetError'
  /** The file or folder as the caller gave it, or the name given to the bytes. */
  readonly file: string
  /** Byte (after decompression) at which it went wrong, where one can be named. */
  readonly offset?: number

  constructor(fields: { file: string; offset?: number; expected: string; got: string; hint?: string }) {
    const { file, offset, ...rest } = fields
    super({ where: offset === undefined ? file : `${file} at byte ${offset}`, ...rest })
    this.file = file
    if (offset !== undefined) this.offset = offset
  }
}
