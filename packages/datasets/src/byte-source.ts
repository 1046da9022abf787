import { DatasetError } from './dataset-error'
import { nodeModule, readBytes } from './node-files'

/** Bytes to read from, in memory or on disk: readers ask for what they need, so that a long recording is never held whole. */
export interface ByteSource {
  /** Name for error messages. */
  readonly name: string
  readonly size: number
  /** At most `length` bytes from `at`; fewer only at the end. The array is good until the next call. */
  readonly read: (at: number, length: number) => Uint8Array
}

/** Bytes in memory as a source. */
export const bytesSource = (bytes: Uint8Array, name: string): ByteSource => ({
  name,
  size: bytes.length,
  read: (at, length) => bytes.subarray(at, at + length),
})

/**
 * Calls `use` with a file as a source and closes the file afterwards.
 * @throws DatasetError when it is missing, no regular file or unreadable
 */
export function* fileSource<T>(file: string, use: (source: ByteSource) => Iterable<T>): Generator<T> {
  const fs = nodeModule('node:fs', file)
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) {
    readBytes(file) // says what is wrong
    throw new DatasetError({ file, expected: 'a file', got: 'something else' })
  }
  const descriptor = fs.openSync(file, 'r')
  let buffer = new Uint8Array(0)
  try {
    yield* use({
      name: file,
      size: stat.size,
      read: (at, length) => {
        const wanted = Math.max(0, Math.min(length, stat.size - at))
        if (buffer.length < wanted) buffer = new Uint8Array(wanted)
        let got = 0
        while (got < wanted) {
          const n = fs.readSync(descriptor, buffer, got, wanted - got, at + got)
          if (n === 0) break
          got += n
        }
        return buffer.subarray(0, got)
      },
    })
  } finally {
    fs.closeSync(descriptor)
  }
}
