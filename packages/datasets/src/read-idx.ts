import type { IdxImages, IdxLabels } from './api'
import { DatasetError } from './dataset-error'
import { idxHeader, parseIdx } from './idx'
import { nodeModule, plainBytes, readBytes } from './node-files'

/** Compressed bytes that surely hold the header; deflate expands at most 1032 times, so they stay below 1.1 MB. */
const headBytes = 1024
const maxExpansion = 1032
const maxInflated = 2 ** 31 - 1

/**
 * An IDX file, plain or gzip (told by its first two bytes, as well as by a name in .gz). Never inflates past the size that
 * the header inside declares, and does not start when the compressed bytes could not hold that size.
 * @throws DatasetError as parseIdx does, and for bytes that are not gzip, damaged gzip, or gzip that goes on too long
 */
export const readIdxFile = (file: string): IdxImages | IdxLabels => {
  const bytes = readBytes(file)
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  if (!gzip && file.endsWith('.gz'))
    throw new DatasetError({
      file,
      offset: 0,
      expected: 'gzip (bytes 1f 8b)',
      got: [...bytes.subarray(0, 2)].map((b) => b.toString(16).padStart(2, '0')).join(' ') || 'an empty file',
      hint: 'a decompressed file must not be called .gz; a damaged one must be fetched again',
    })
  return parseIdx(gzip ? inflate(bytes, file) : bytes, file)
}

const inflate = (bytes: Uint8Array, file: string): Uint8Array => {
  const { constants, gunzipSync } = nodeModule('node:zlib', file)
  const gunzip = (part: Uint8Array, maxOutputLength: number, finishFlush: number) => {
    try {
      return plainBytes(gunzipSync(part, { maxOutputLength, finishFlush }))
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      throw new DatasetError(
        code === 'ERR_BUFFER_TOO_LARGE'
          ? {
              file,
              offset: maxOutputLength,
              expected: 'the data to end as the header says',
              got: 'more inflated bytes',
            }
          : { file, expected: 'undamaged gzip', got: message, hint: 'fetch the file again' },
      )
    }
  }
  const head = gunzip(bytes.subarray(0, headBytes), headBytes * maxExpansion + 1, constants.Z_SYNC_FLUSH)
  const { total } = idxHeader(head, file)
  if (total > maxInflated || total > bytes.length * maxExpansion)
    throw new DatasetError({
      file,
      offset: 4,
      expected: `sizes that ${bytes.length} compressed bytes can hold`,
      got: `a header that declares ${total} bytes`,
      hint: 'the file is damaged or truncated, fetch it again',
    })
  return gunzip(bytes, total, constants.Z_FINISH)
}
