import type { Entry, ZipFile } from 'yauzl'
import { type ArchiveEntry, archiveError, checkedPieces, damagedArchive, requireSafePath } from './archive-entry'
import { archiveKind } from './archive-kind'
import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'

const methods: Readonly<Record<number, string>> = {
  0: 'stored',
  1: 'Shrink',
  6: 'Implode',
  8: 'Deflate',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
  99: 'AES encryption',
}

/** The name of a compression method of ZIP, with its number. Source: PKWARE's APPNOTE, section 4.4.5. */
export const zipMethodName = (method: number): string =>
  `${methods[method] ?? 'an unknown compression'} (method ${method})`

/** @throws DatasetError for an entry that is encrypted or compressed in a way that cannot be read here */
const requireReadable = (file: string, path: string, entry: Entry): void => {
  const hint = 'unpack the archive with another tool, such as 7z x'
  if (entry.isEncrypted())
    throw new DatasetError({ file, expected: 'entries without a password', got: `${path}, encrypted`, hint })
  if (!entry.canDecodeFileData())
    throw new DatasetError({
      file,
      expected: 'entries stored or compressed by Deflate',
      got: `${path} by ${zipMethodName(entry.compressionMethod)}`,
      hint,
    })
}

async function* piecesOf(file: string, zip: ZipFile, entry: Entry, path: string): AsyncGenerator<Uint8Array> {
  requireReadable(file, path, entry)
  const stated = { path, size: entry.uncompressedSize, crc32: entry.crc32 }
  const stream = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
    throw archiveError(file, error)
  })
  yield* checkedPieces(file, stated, stream)
}

/**
 * The files of a .zip archive, in the order of its directory, read from disk as they are asked for; sizes and CRC-32 of what is
 * read are checked. Library: yauzl, loaded when needed.
 * @throws DatasetError for an entry that points outside, is encrypted or compressed in another way than by Deflate, and for
 * archives that are damaged, truncated or have lost their directory
 */
export async function* zipEntries(file: string): AsyncGenerator<ArchiveEntry> {
  const kind = archiveKind(file)
  if (kind !== 'zip')
    throw new DatasetError({ file, expected: 'a ZIP archive', got: `a ${kind} archive`, hint: 'use tarEntries' })
  const { default: yauzl } = await loadLibrary('yauzl', 'zipEntries', () => import('yauzl'))
  const zip = await yauzl.openPromise(file, { autoClose: false, decodeStrings: false }).catch((error: unknown) => {
    throw archiveError(file, error)
  })
  let entries = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const raw = entry.fileName as unknown as Buffer
      const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, false)
      if (name.endsWith('/')) continue
      const path = requireSafePath(file, name)
      entries++
      yield { path, size: entry.uncompressedSize, pieces: piecesOf(file, zip, entry, path) }
    }
  } catch (error) {
    throw archiveError(file, error)
  } finally {
    zip.close()
  }
  if (entries === 0) throw damagedArchive(file, 'a ZIP archive with files', 'none')
}
