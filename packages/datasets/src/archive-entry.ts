import { DatasetError } from './dataset-error'
import { nodeModule } from './node-files'

/** One file of an archive, its bytes in pieces. Pieces that nobody asks for are passed over. */
export interface ArchiveEntry {
  /** Path inside the archive, checked: relative, with /, without `.` and `..`. */
  readonly path: string
  /** Bytes of the unpacked file, as the archive states them. */
  readonly size: number
  /** The unpacked bytes; they end with an error when they are not as many as stated, or their checksum is another. */
  readonly pieces: AsyncIterable<Uint8Array>
}

/**
 * The path of an archive's entry when it stays inside any folder it is unpacked into.
 * @returns undefined for an absolute path, a drive, a step upwards, a control character, an empty name
 */
export const safeEntryPath = (name: string): string | undefined => {
  const parts = name.replace(/\\/g, '/').split('/')
  if (name.startsWith('/') || name.startsWith('\\') || /^[a-z]:/i.test(name) || name.length > 1024) return undefined
  const kept = parts.filter((part) => part !== '' && part !== '.')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name with control characters is what is looked for
  const bad = kept.length === 0 || kept.some((part) => part === '..' || /[\u0000-\u001f:]/.test(part))
  return bad ? undefined : kept.join('/')
}

/** As `safeEntryPath`. @throws DatasetError for a path that leads elsewhere */
export const requireSafePath = (file: string, name: string): string => {
  const path = safeEntryPath(name)
  if (path === undefined) throw unsafeEntry(file, name)
  return path
}

/** The error for an entry that would be written outside the folder. */
export const unsafeEntry = (file: string, name: string): DatasetError =>
  new DatasetError({
    file,
    expected: 'entries that stay inside the folder',
    got: JSON.stringify(name.slice(0, 120)),
    hint: 'do not use this archive',
  })

/** The error for an archive that is not as it should be. */
export const damagedArchive = (file: string, expected: string, got: string): DatasetError =>
  new DatasetError({ file, expected, got, hint: 'fetch the archive again' })

/** What went wrong inside a library as an error that names the archive. */
export const archiveError = (file: string, error: unknown): DatasetError =>
  error instanceof DatasetError
    ? error
    : damagedArchive(file, 'an undamaged archive', error instanceof Error ? error.message : String(error))

/**
 * The same pieces, counted and, where the archive states a checksum, summed up.
 * @throws DatasetError when they are more or fewer bytes than stated, or have another CRC-32
 */
export async function* checkedPieces(
  file: string,
  stated: { readonly path: string; readonly size: number; readonly crc32?: number },
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { crc32 } = nodeModule('node:zlib', file)
  const { path, size } = stated
  let [bytes, sum] = [0, 0]
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      if (stated.crc32 !== undefined) sum = crc32(piece, sum)
      yield piece
    }
  } catch (error) {
    throw archiveError(file, error)
  }
  if (bytes !== size) throw damagedArchive(file, `${size} bytes of ${path}`, String(bytes))
  if (stated.crc32 !== undefined && sum !== stated.crc32)
    throw damagedArchive(file, `CRC-32 ${stated.crc32.toString(16)} of ${path}`, sum.toString(16))
}
