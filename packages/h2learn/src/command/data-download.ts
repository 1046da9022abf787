import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DatasetDownload } from '@h2learn/datasets'
import { InputError, TrainingError } from '@h2learn/snn-core'

/** What a download tells while it runs. */
export interface DownloadProgress {
  readonly onBytes?: (done: number, total: number | undefined) => void
  readonly signal?: AbortSignal
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0

/** MD5 of a file, as data sets publish it. */
export const md5Of = async (path: string): Promise<string> => {
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const noNetwork = (url: string, error: unknown): InputError => {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  return new InputError({
    where: url,
    expected: 'an answer',
    got: cause?.code ?? cause?.message ?? (error as Error).message,
    hint: 'no network, or the server is away: what has come so far is kept, try again later',
  })
}

/**
 * Fetches one file into a folder: goes on where an earlier try stopped (`FILE.part`), checks the published MD5, and only
 * then gives the file its name. A file that is there already and has that checksum is not fetched again.
 * @returns its path
 * @throws InputError without network or for another answer than the file; TrainingError when the checksum is another
 */
export const downloadFile = async (
  { url, file, md5 }: DatasetDownload,
  folder: string,
  { onBytes = () => {}, signal }: DownloadProgress = {},
): Promise<string> => {
  const target = join(folder, file)
  const part = `${target}.part`
  if ((await sizeOf(target)) > 0 && (md5 === undefined || (await md5Of(target)) === md5)) return target
  const have = await sizeOf(part)
  const response = await fetch(url, {
    redirect: 'follow',
    ...(have > 0 && { headers: { range: `bytes=${have}-` } }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    throw noNetwork(url, error)
  })
  // 416: nothing is left to fetch, the part is whole
  if (response.status !== 416) {
    if (!response.ok || response.body === null)
      throw new InputError({
        where: url,
        expected: 'the file',
        got: `answer ${response.status} ${response.statusText}`.trim(),
        hint: 'has it moved? see the page of the data set',
      })
    const resumed = response.status === 206
    const length = Number(response.headers.get('content-length'))
    const total = length > 0 ? length + (resumed ? have : 0) : undefined
    let done = resumed ? have : 0
    // piece by piece into the file, so that what came before a break is kept
    const handle = await open(part, resumed ? 'a' : 'w')
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        await handle.write(piece)
        done += piece.length
        onBytes(done, total)
      }
    } catch (error) {
      throw noNetwork(url, error)
    } finally {
      await handle.close()
    }
  }
  const found = md5 === undefined ? undefined : await md5Of(part)
  if (found !== md5) {
    await rm(part, { force: true })
    throw new TrainingError(
      `${url}: expected a file with MD5 ${md5}, got ${found}; it is not what was published, the part was removed.`,
    )
  }
  await rename(part, target)
  return target
}
