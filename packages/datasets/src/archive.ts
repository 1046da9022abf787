import { type ArchiveEntry, unsafeEntry } from './archive-entry'
import { archiveKind } from './archive-kind'
import { DatasetError } from './dataset-error'
import { joinPath, nodeModule } from './node-files'
import { tarEntries } from './tar-entries'
import { zipEntries } from './zip-entries'

/** The files of a .tar, .tar.gz or .zip archive, told apart by their first bytes. @throws DatasetError as tarEntries and zipEntries */
export const archiveEntries = (file: string): AsyncGenerator<ArchiveEntry> =>
  archiveKind(file) === 'zip' ? zipEntries(file) : tarEntries(file)

/** What to unpack, and how much. */
export interface UnpackConfig {
  /** Which files to write; default all. */
  readonly wanted?: (path: string) => boolean
  /** Bytes that may be written in all; default 64 times the archive, and at least a MiB. */
  readonly maxBytes?: number
  readonly onFile?: (path: string) => void
}

/**
 * Writes the pieces of an entry as a new file. A write of the system may take fewer bytes than it was given, as on a disk that
 * is nearly full: `writeFileSync` goes on until all are written or the system says why not.
 * @throws what the pieces or the system threw, with the path; no part of the file is left then
 */
const writeEntry = async (target: string, { size, pieces }: ArchiveEntry): Promise<void> => {
  const fs = nodeModule('node:fs', target)
  try {
    const descriptor = fs.openSync(target, 'wx')
    try {
      for await (const piece of pieces) fs.writeFileSync(descriptor, piece)
      const written = fs.fstatSync(descriptor).size
      if (written !== size)
        throw new DatasetError({ file: target, expected: `${size} bytes on the disk`, got: `${written} bytes` })
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    fs.rmSync(target, { force: true })
    throw error instanceof DatasetError ? error : Object.assign(error as Error, { path: target })
  }
}

/**
 * Unpacks a .tar, .tar.gz, .tgz or .zip archive into a folder. Nothing is written outside it: entries with absolute paths or
 * steps upwards end the unpacking with an error, links are passed over, files that are there already are replaced.
 * @returns the paths written, relative to the folder
 * @throws DatasetError as tarEntries and zipEntries, and when more than `maxBytes` come out; the system's error, with the path,
 * for a file that cannot be written whole (a full disk); the file that was being written is removed then
 */
export const unpackArchive = async (
  file: string,
  folder: string,
  { wanted = () => true, maxBytes, onFile = () => {} }: UnpackConfig = {},
): Promise<readonly string[]> => {
  const fs = nodeModule('node:fs', folder)
  const path = nodeModule('node:path', folder)
  const root = path.resolve(folder)
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  let left = maxBytes ?? Math.max(1 << 20, 64 * size)
  const within = async function* ({ path: name, pieces }: ArchiveEntry) {
    for await (const piece of pieces) {
      left -= piece.length
      if (left < 0)
        throw new DatasetError({
          file,
          expected: `at most ${maxBytes ?? 'the usual'} bytes unpacked`,
          got: `more, at ${name}`,
          hint: 'give maxBytes if the archive is what it should be',
        })
      yield piece
    }
  }
  const written: string[] = []
  for await (const entry of archiveEntries(file)) {
    if (!wanted(entry.path)) continue
    const target = joinPath(root, ...entry.path.split('/'))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    // a link that lies in the folder already must not lead the file elsewhere
    const real = fs.realpathSync(path.dirname(target))
    const inside = path.relative(fs.realpathSync(root), real)
    if (inside.startsWith('..') || path.isAbsolute(inside)) throw unsafeEntry(file, entry.path)
    fs.rmSync(target, { force: true })
    await writeEntry(target, { ...entry, pieces: within(entry) })
    written.push(entry.path)
    onFile(entry.path)
  }
  return written
}
