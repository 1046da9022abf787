import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { InputError } from '@h2learn/snn-core'
import type { SweepRow } from './evaluate-point'
import { parseSweepHeader, readSweepResults, type SweepFile, type SweepHeader, sweepLines } from './sweep-results'

// A folder of results that any number of processes, on one machine or on many, may write to at the same time:
//
//   sweep.json         which sweep the folder belongs to; made once, by whoever comes first
//   journal/*.jsonl    one file for each process that ran points; only that process appends to it, and nothing removes it
//   results.jsonl      all points in order, rewritten as a whole from the journals; it may be behind them for a moment
//
// A point is known once it stands in any of these files, so that a process can be killed at any moment, and two processes that
// run the same point only waste time. There are no locks, since network file systems have none to rely on: a link that must
// not exist yet, and files with one writer each, are all it takes.

/** What is known of a sweep, from whatever files hold it. */
export interface KnownPoints {
  readonly header: SweepHeader
  /** By number; of several rows of a point one that ran is here rather than one that failed. */
  readonly rows: ReadonlyMap<number, SweepRow>
  /** Lines that were cut off; their points count as not run. */
  readonly unreadable: number
}

const requireSame = (path: string, header: SweepHeader, other: SweepHeader): void => {
  if (other.fingerprint !== header.fingerprint || other.points !== header.points)
    throw new InputError({
      where: path,
      expected: `results of the sweep "${header.name}" (fingerprint ${header.fingerprint})`,
      got: `those of "${other.name}" (${other.fingerprint})`,
      hint: 'choose another folder with --out; anything that can change a result changes the fingerprint',
    })
}

/** A value with the keys of its objects in order: rows that mean the same are the same. */
const same = (a: SweepRow, b: SweepRow) => JSON.stringify(a) === JSON.stringify(b)

/**
 * Gathers results from files: each point once. A point that ran wins over one that failed, a later failure over an earlier one.
 * @param paths in order of their age
 * @param expected the sweep they have to belong to; default that of the first file
 * @returns undefined when nothing has been written into any of them
 * @throws InputError when the files are of different sweeps, or hold different figures for the same point
 */
export const gatherPoints = async (
  paths: readonly string[],
  expected?: SweepHeader,
): Promise<KnownPoints | undefined> => {
  let header = expected
  let unreadable = 0
  const rows = new Map<number, { readonly row: SweepRow; readonly path: string }>()
  for (const path of paths) {
    const file: SweepFile | undefined = await readSweepResults(path)
    if (file === undefined) continue
    header ??= file.header
    requireSame(path, header, file.header)
    unreadable += file.unreadable
    for (const row of file.rows) {
      const known = rows.get(row.point)
      if (known?.row.status !== 'ok') rows.set(row.point, { row, path })
      else if (row.status === 'ok' && !same(row, known.row))
        throw new InputError({
          where: path,
          expected: `for point ${row.point} what ${known.path} holds`,
          got: 'other figures',
          hint: 'they were made by different versions; run the sweep again in a new folder',
        })
    }
  }
  return header && { header, rows: new Map([...rows].map(([point, { row }]) => [point, row])), unreadable }
}

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const journalFolder = (folder: string) => join(folder, 'journal')
const claimFile = (folder: string) => join(folder, 'sweep.json')

/** The files of a folder that hold results, the oldest first: journals have the time of their making in their names. */
export const resultFilesOf = async (folder: string): Promise<readonly string[]> => {
  const whole = join(folder, 'results.jsonl')
  const names = await readdir(journalFolder(folder)).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const journals = names.filter((name) => name.endsWith('.jsonl') && !name.startsWith('.')).sort()
  return [...((await isThere(whole)) ? [whole] : []), ...journals.map((name) => join(journalFolder(folder), name))]
}

/** Codes of a file system that has no hard links. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'])

/** Makes a file with this content unless there is one of the name: in one step where there are links, on NFS as well. */
const createOnce = async (path: string, content: string): Promise<void> => {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(beside, content)
    await link(beside, path).catch(async (error) => {
      if (noLinks.has(error.code)) await writeFile(path, content, { flag: 'wx' })
      else throw error
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(beside, { force: true })
  }
}

/** Makes the folder that of a sweep for good. @throws InputError when it is another sweep's */
const claim = async (folder: string, header: SweepHeader): Promise<void> => {
  const path = claimFile(folder)
  await createOnce(path, `${JSON.stringify(header)}\n`)
  let text = await readFile(path, 'utf8')
  // without links another process may be in the middle of writing it
  for (let tries = 0; !text.endsWith('\n') && tries < 20; tries++) {
    await wait(100)
    text = await readFile(path, 'utf8')
  }
  requireSame(path, header, parseSweepHeader(path, text.trimEnd()))
}

/** Appends rows to a file of its own. */
export interface SweepJournal {
  /** @throws the file system's error; the journal takes nothing more then */
  readonly add: (rows: readonly SweepRow[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** How often a journal is flushed to the disk, so that a machine that fails loses little, in ms. */
const flushEvery = 1000

/**
 * A journal of this process. Its file appears with the first row; rows are appended one call after the other.
 * @param label goes into the name, such as a shard
 */
const openJournal = (folder: string, header: SweepHeader, label: string): SweepJournal => {
  let file: FileHandle | undefined
  let flushed = performance.now()
  let last: Promise<void> = Promise.resolve()
  const make = async (): Promise<FileHandle> => {
    await mkdir(journalFolder(folder)).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    const time = new Date().toISOString().replaceAll(/[:.-]/g, '')
    const host = hostname()
      .replaceAll(/[^A-Za-z0-9-]+/g, '-')
      .slice(0, 40)
    const name = [time, host, process.pid, randomBytes(4).toString('hex'), ...(label ? [label] : [])].join('_')
    return open(join(journalFolder(folder), `${name}.jsonl`), 'ax')
  }
  const write = async (rows: readonly SweepRow[]) => {
    const fresh = file === undefined
    file ??= await make()
    await file.appendFile([...sweepLines(fresh ? header : undefined, rows)].join(''))
    if (performance.now() - flushed < flushEvery) return
    await file.datasync()
    flushed = performance.now()
  }
  return {
    add: (rows) => {
      if (rows.length > 0) last = last.then(() => write(rows))
      return last
    },
    close: async () => {
      await last.catch(() => {})
      await file?.close()
    },
  }
}

/** A sweep's folder, open for one process among others. */
export interface SweepFolder {
  /** What all processes have written into it so far. */
  readonly known: () => Promise<KnownPoints>
  /** A new journal of this process. */
  readonly journal: (label?: string) => SweepJournal
}

/**
 * Opens a folder for a sweep, which makes it that sweep's for good.
 * @throws InputError when it is another sweep's, or holds what is no result
 */
export const openSweepFolder = async (folder: string, header: SweepHeader): Promise<SweepFolder> => {
  const known = async () => (await gatherPoints(await resultFilesOf(folder), header))!
  // a folder with results of another sweep is refused before it is touched
  await known()
  await claim(folder, header)
  return { known, journal: (label = '') => openJournal(folder, header, label) }
}
