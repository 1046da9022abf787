import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'
import { joinPath, nodeModule, readBytes } from './node-files'

/** One file of an archive, its bytes in pieces. Pieces that nobody asks for are passed over. */
export interface ArchiveEntry {
  /** Path inside the archive, checked: relative, with /, without `.` and `..`. */
  readonly path: string
  readonly pieces: AsyncIterable<Uint8Array>
}

const damagedHint = 'fetch the archive again'

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

const unsafe = (file: string, name: string) =>
  new DatasetError({
    file,
    expected: 'entries that stay inside the folder',
    got: JSON.stringify(name.slice(0, 120)),
    hint: 'do not use this archive',
  })

const wrap = (file: string, error: unknown) =>
  error instanceof DatasetError
    ? error
    : new DatasetError({
        file,
        expected: 'an undamaged archive',
        got: error instanceof Error ? error.message : String(error),
        hint: damagedHint,
      })

/** The same pieces; what goes wrong in them becomes an error that names the archive. */
async function* named(file: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw wrap(file, error)
  }
}

/**
 * The files of a .tar or .tar.gz archive, one after the other, read from disk as they are asked for. Links and devices are
 * passed over. Library: tar-stream, loaded when needed.
 * @throws DatasetError for an entry that points outside, damaged or truncated archives
 */
export async function* tarEntries(file: string): AsyncGenerator<ArchiveEntry> {
  const { extract } = (await loadLibrary('tar-stream', 'tarEntries', () => import('tar-stream'))).default
  const fs = nodeModule('node:fs', file)
  const zlib = nodeModule('node:zlib', file)
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) readBytes(file)
  const raw = fs.createReadStream(file)
  const head = fs.openSync(file, 'r')
  const magic = new Uint8Array(2)
  fs.readSync(head, magic, 0, 2, 0)
  fs.closeSync(head)
  const gzip = magic[0] === 0x1f && magic[1] === 0x8b
  const unpack = extract()
  const stop = (error: Error) => unpack.destroy(error)
  raw.on('error', stop)
  if (gzip) {
    const gunzip = zlib.createGunzip()
    gunzip.on('error', stop)
    raw.pipe(gunzip).pipe(unpack)
  } else raw.pipe(unpack)
  let entries = 0
  try {
    for await (const entry of unpack) {
      const { name, type } = entry.header
      entries++
      if (type === 'file' || type === 'contiguous-file') {
        const path = safeEntryPath(name)
        if (path === undefined) throw unsafe(file, name)
        yield { path, pieces: named(file, entry as AsyncIterable<Uint8Array>) }
      }
      entry.resume()
    }
  } catch (error) {
    throw wrap(file, error)
  } finally {
    raw.destroy()
  }
  if (entries === 0)
    throw new DatasetError({ file, expected: 'a tar archive with files', got: 'none', hint: damagedHint })
}

/**
 * The files of a .zip archive, in the order they lie in it. Library: fflate, loaded when needed.
 * @throws DatasetError for an entry that points outside, damaged or truncated archives
 */
export async function* zipEntries(file: string): AsyncGenerator<ArchiveEntry> {
  const { Unzip, UnzipInflate } = await loadLibrary('fflate', 'zipEntries', () => import('fflate'))
  const fs = nodeModule('node:fs', file)
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) readBytes(file)
  type Open = { path: string; pieces: Uint8Array[]; done: boolean }
  const open: Open[] = []
  let failure: unknown
  const unzip = new Unzip((entry) => {
    if (entry.name.endsWith('/')) return
    const path = safeEntryPath(entry.name)
    if (path === undefined) {
      failure ??= unsafe(file, entry.name)
      return
    }
    const one: Open = { path, pieces: [], done: false }
    open.push(one)
    entry.ondata = (error, piece, final) => {
      if (error) failure ??= error
      else one.pieces.push(piece)
      if (final) one.done = true
    }
    entry.start()
  })
  unzip.register(UnzipInflate)
  const chunks = fs.createReadStream(file, { highWaterMark: 1 << 18 })[Symbol.asyncIterator]()
  let ended = false
  const more = async () => {
    try {
      const { value, done } = await chunks.next()
      ended = done === true
      unzip.push(ended ? new Uint8Array(0) : new Uint8Array(value), ended)
    } catch (error) {
      failure ??= error
    }
    if (failure !== undefined) throw wrap(file, failure)
  }
  let entries = 0
  try {
    while (!ended || open.length > 0) {
      if (open.length === 0) {
        await more()
        continue
      }
      const one = open[0]!
      entries++
      const pieces = async function* () {
        for (;;) {
          while (one.pieces.length > 0) yield one.pieces.shift()!
          if (one.done) return
          if (ended) throw new DatasetError({ file, expected: `all of ${one.path}`, got: 'a part', hint: damagedHint })
          await more()
        }
      }
      const all = pieces()
      yield { path: one.path, pieces: all }
      for await (const _ of all);
      open.shift()
    }
  } finally {
    await chunks.return?.()
  }
  if (entries === 0)
    throw new DatasetError({ file, expected: 'a zip archive with files', got: 'none', hint: damagedHint })
}

/** What to unpack, and how much. */
export interface UnpackConfig {
  /** Which files to write; default all. */
  readonly wanted?: (path: string) => boolean
  /** Bytes that may be written in all; default 64 times the archive, and at least a MiB. */
  readonly maxBytes?: number
  readonly onFile?: (path: string) => void
}

/**
 * Unpacks a .tar, .tar.gz, .tgz or .zip archive into a folder. Nothing is written outside it: entries with absolute paths or
 * steps upwards end the unpacking with an error, links are passed over, files that are there already are replaced.
 * @returns the paths written, relative to the folder
 * @throws DatasetError as tarEntries and zipEntries, and when more than `maxBytes` come out
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
  const written: string[] = []
  for await (const entry of /\.zip$/i.test(file) ? zipEntries(file) : tarEntries(file)) {
    if (!wanted(entry.path)) continue
    const target = joinPath(root, ...entry.path.split('/'))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    // a link that lies in the folder already must not lead the file elsewhere
    const real = fs.realpathSync(path.dirname(target))
    const inside = path.relative(fs.realpathSync(root), real)
    if (inside.startsWith('..') || path.isAbsolute(inside)) throw unsafe(file, entry.path)
    fs.rmSync(target, { force: true })
    const descriptor = fs.openSync(target, 'wx')
    try {
      for await (const piece of entry.pieces) {
        left -= piece.length
        if (left < 0)
          throw new DatasetError({
            file,
            expected: `at most ${maxBytes ?? 'the usual'} bytes unpacked`,
            got: `more, at ${entry.path}`,
            hint: 'give maxBytes if the archive is what it should be',
          })
        fs.writeSync(descriptor, piece)
      }
    } finally {
      fs.closeSync(descriptor)
    }
    written.push(entry.path)
    onFile(entry.path)
  }
  return written
}
