import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DatasetDownload } from '@h2learn/datasets'
import { InputError, TrainingError } from '@h2learn/snn-core'
import { writeAll } from '@h2learn/snn-core/threads'
import { noNetwork, type Patience, requestFile, usualPatience, watchTransfer } from './data-request'

/** What a download tells while it runs, and what it bears. */
export interface DownloadConfig {
  readonly onBytes?: (done: number, total: number | undefined) => void
  readonly signal?: AbortSignal
  /** Most bytes of the file; a server that sends more is given up. Default: no bound but the disk's. */
  readonly maxBytes?: number
  readonly patience?: Patience
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0

/** MD5 of a file, as data sets publish it. */
export const md5Of = async (path: string): Promise<string> => {
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const moved = 'has it moved? see the page of the data set'

/** Checks an answer before its body is read. @throws InputError for another answer than the file as it is */
const requireFile = (url: string, file: string, { statusCode, statusMessage, headers }: IncomingMessage): void => {
  if (statusCode !== 200 && statusCode !== 206)
    throw new InputError({
      where: url,
      expected: 'the file',
      got: `answer ${statusCode} ${statusMessage}`.trim(),
      hint: moved,
    })
  const encoding = headers['content-encoding'] ?? 'identity'
  // a .gz that a server calls encoded by gzip is the file itself
  if (encoding !== 'identity' && !(/gzip/.test(encoding) && /\.t?gz$/.test(file)))
    throw new InputError({ where: url, expected: 'the file as it is', got: `one encoded by ${encoding}`, hint: moved })
}

/** Where the bytes of an answer belong in the file, and how many there are in all where the server says so. */
const placeOf = ({ statusCode, headers }: IncomingMessage) => {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(headers['content-range'] ?? '') ?? []
  const start = statusCode === 206 ? Number(from) : 0
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  const said = total === undefined || total === '*' ? undefined : Number(total)
  return { start, total: said ?? (length === undefined ? undefined : start + length) }
}

/** A part of a file, as far as it has come. */
interface Part {
  /** Whether nothing more can come: the server said how long the file is, or that nothing is left. */
  readonly complete: boolean
}

/** Fetches what is missing of a file into its part, piece by piece, so that what came before a break is kept. */
const fetchPart = async (
  { url, file }: DatasetDownload,
  part: string,
  { onBytes = () => {}, signal, maxBytes = Number.POSITIVE_INFINITY, patience = usualPatience }: DownloadConfig,
): Promise<Part> => {
  const have = await sizeOf(part)
  const tooLong = async (got: string) => {
    await rm(part, { force: true })
    return new InputError({ where: url, expected: `at most ${maxBytes} bytes`, got, hint: moved })
  }
  const watch = watchTransfer(patience, signal)
  const broken = (error: unknown) =>
    error instanceof InputError && !watch.slow() ? error : noNetwork(url, watch.slow() ?? error)
  try {
    const answer = await requestFile(url, { from: have, signal: watch.signal }).catch((error: unknown) => {
      throw broken(error)
    })
    if (have > 0 && answer.statusCode === 416) {
      answer.destroy()
      return { complete: true }
    }
    try {
      requireFile(url, file, answer)
      const { start, total } = placeOf(answer)
      if (total !== undefined && total > maxBytes) throw await tooLong(`${total}`)
      if (start !== 0 && start !== have)
        throw new InputError({
          where: url,
          expected: `the bytes from ${have}`,
          got: `those from ${start}`,
          hint: moved,
        })
      const handle = await open(part, start > 0 ? 'a' : 'w')
      try {
        let done = start
        const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
        for (;;) {
          const next = await pieces.next().catch((error: unknown) => {
            throw broken(error)
          })
          if (next.done === true) return { complete: total !== undefined }
          watch.count(next.value.length)
          done += next.value.length
          if (done > maxBytes) throw await tooLong('a server that sends more')
          await writeAll(handle, next.value).catch((error: unknown) => {
            throw Object.assign(error as Error, { path: part })
          })
          onBytes(done, total)
        }
      } finally {
        await handle.close()
      }
    } finally {
      answer.destroy()
    }
  } finally {
    watch.stop()
  }
}

/**
 * Fetches one file into a folder: goes on where an earlier try stopped (`FILE.part`), checks the published MD5, and only
 * then gives the file its name. A file that is there already and has that checksum is not fetched again.
 * @returns its path
 * @throws InputError without network, for a server that is silent, too slow or sends too much, and for another answer than the
 * file; the system's error, with the path, for a part that cannot be written; TrainingError when the checksum is another
 */
export const downloadFile = async (
  download: DatasetDownload,
  folder: string,
  config: DownloadConfig = {},
): Promise<string> => {
  const { url, file, md5 } = download
  const target = join(folder, file)
  const part = `${target}.part`
  if ((await sizeOf(target)) > 0 && (md5 === undefined || (await md5Of(target)) === md5)) return target
  const { complete } = await fetchPart(download, part, config)
  const found = md5 === undefined ? undefined : await md5Of(part)
  if (found !== md5) {
    if (!complete)
      throw new InputError({
        where: url,
        expected: `a file with MD5 ${md5}`,
        got: `${await sizeOf(part)} bytes with ${found} from a server that did not say how many there are`,
        hint: `the connection may have been closed early: the same command goes on; if it does not help, remove ${part}`,
      })
    await rm(part, { force: true })
    throw new TrainingError(
      `${url}: expected a file with MD5 ${md5}, got ${found}; it is not what was published, the part was removed.`,
    )
  }
  await rename(part, target)
  return target
}
