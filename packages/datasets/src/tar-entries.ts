import { type ArchiveEntry, archiveError, checkedPieces, damagedArchive, requireSafePath } from './archive-entry'
import { archiveKind } from './archive-kind'
import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'
import { nodeModule } from './node-files'

/** A tar archive is made of blocks; at its end stand two of zeros, of which one is asked for. */
const blockBytes = 512

/** Remembers the last block that a stream gave. */
const lastBlock = (stream: import('node:stream').Readable): (() => Uint8Array) => {
  let last = new Uint8Array(0)
  stream.on('data', (piece: Uint8Array) => {
    const both = piece.length >= blockBytes ? piece : new Uint8Array([...last, ...piece])
    last = both.slice(-blockBytes)
  })
  return () => last
}

/**
 * The files of a .tar or .tar.gz archive, one after the other, read from disk as they are asked for. Links and devices are
 * passed over. Library: tar-stream, loaded when needed.
 * @throws DatasetError for an entry that points outside, archives that are damaged, truncated or compressed in another way
 */
export async function* tarEntries(file: string): AsyncGenerator<ArchiveEntry> {
  const kind = archiveKind(file)
  if (kind === 'zip')
    throw new DatasetError({ file, expected: 'a tar archive', got: 'a ZIP archive', hint: 'use zipEntries' })
  const { extract } = (await loadLibrary('tar-stream', 'tarEntries', () => import('tar-stream'))).default
  const raw = nodeModule('node:fs', file).createReadStream(file)
  const unpack = extract()
  const stop = (error: Error) => unpack.destroy(error)
  raw.on('error', stop)
  const plain = kind === 'tar.gz' ? raw.pipe(nodeModule('node:zlib', file).createGunzip().on('error', stop)) : raw
  const end = lastBlock(plain)
  plain.pipe(unpack)
  let entries = 0
  try {
    for await (const entry of unpack) {
      const { name, type, size = 0 } = entry.header
      entries++
      if (type === 'file' || type === 'contiguous-file') {
        const path = requireSafePath(file, name)
        yield { path, size, pieces: checkedPieces(file, { path, size }, entry as AsyncIterable<Uint8Array>) }
      }
      entry.resume()
    }
  } catch (error) {
    throw archiveError(file, error)
  } finally {
    raw.destroy()
  }
  if (entries === 0) throw damagedArchive(file, 'a tar archive with files', 'none')
  if (end().length < blockBytes || end().some((byte) => byte !== 0))
    throw damagedArchive(
      file,
      'the blocks of zeros that end a tar archive',
      `the end of the file after ${entries} entries`,
    )
}
