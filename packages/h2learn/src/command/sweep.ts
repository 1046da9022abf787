import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import { workKey } from '../sweep/evaluate-point'
import { type KnownPoints, openSweepFolder } from '../sweep/sweep-folder'
import type { SweepHeader } from '../sweep/sweep-results'
import { sweepRunner } from '../sweep/sweep-runner'
import {
  allPoints,
  pointConfig,
  readSweep,
  type SweepSpec,
  sweepPoint,
  sweepSize,
  sweepTargets,
} from '../sweep/sweep-spec'
import { type Console, clock } from './console'
import { exitCodes } from './failure'
import { fileName, jsonTarget, resultFolder } from './files'
import { listenForInterruption } from './interruption'
import type { SweepCommandOptions } from './sweep-command'
import { shortfall, writeSweep } from './sweep-output'

/** Points that a worker is handed at a time. */
const chunkSize = 64

/** `i/n` with 1 <= i <= n. */
const parseShard = (text: string | undefined): { readonly index: number; readonly of: number } => {
  if (text === undefined) return { index: 0, of: 1 }
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? []
  const [index, of] = [Number(i), Number(n)]
  if (!(index >= 1 && index <= of))
    throw new InputError({ where: '--shard', expected: 'i/n with i from 1 to n, such as 3/16', got: `"${text}"` })
  return { index: index - 1, of }
}

/** Points in parts for the workers, those with the same work together. */
const chunksOf = (spec: SweepSpec, points: readonly number[]): readonly (readonly number[])[] => {
  const byWork = new Map<string, number[]>()
  for (const point of points) {
    const config = sweepPoint(spec, point)
    let key: string
    try {
      key = workKey(config.benchmark, pointConfig(spec, config))
    } catch {
      key = 'broken'
    }
    const known = byWork.get(key)
    if (known) known.push(point)
    else byWork.set(key, [point])
  }
  return [...byWork.values()].flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / chunkSize) }, (_, i) =>
      same.slice(i * chunkSize, (i + 1) * chunkSize),
    ),
  )
}

/** Whether a point needs no further run. */
const isDone = ({ rows }: KnownPoints, point: number, retry: boolean): boolean =>
  retry ? rows.get(point)?.status === 'ok' : rows.has(point)

/** The header of a sweep's results. */
const headerOf = (spec: SweepSpec): SweepHeader => ({
  schema: 'h2learn.sweep/1',
  name: spec.name,
  fingerprint: spec.fingerprint,
  points: sweepSize(spec),
  fields: Object.keys(spec.vary),
  targets: sweepTargets(spec),
})

/**
 * `h2learn sweep`: runs the points of a file that have not been run in the folder yet, and reports all of them. Any number of
 * processes may run the same sweep, or shards of it, into the same folder at once (see `sweep-folder.ts`).
 * @returns 0; 1 when a point of this call failed or is missing; 130 when interrupted: what ran is kept and the next call goes on
 * @throws InputError for a file that is no sweep, another sweep's folder
 */
export const runSweep = async (file: string, options: SweepCommandOptions, out: Console): Promise<number> => {
  const spec = await readSweep(file)
  const shard = parseShard(options.shard)
  const folder = await resultFolder('--out', options.out ?? join('h2learn-out', `sweep-${fileName(spec.name)}`))
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const header = headerOf(spec)
  const sweep = await openSweepFolder(folder, header)
  const before = await sweep.known()
  const mine = allPoints(header.points).filter((point) => point % shard.of === shard.index)
  const open = mine.filter((point) => !isDone(before, point, options.retryErrors === true))
  const chunks = chunksOf(spec, open)
  const runner = sweepRunner(spec, Math.min(options.threads ?? availableParallelism(), Math.max(1, chunks.length)))
  out.note(
    `${spec.name}: ${header.points} points on ${header.targets.join(', ')}${shard.of > 1 ? `, ${mine.length} in shard ${shard.index + 1}/${shard.of}` : ''}${open.length < mine.length ? `, ${mine.length - open.length} run before` : ''}; ${runner.workers} at a time`,
  )
  for (const note of spec.notes) out.note(note)
  const interruption = listenForInterruption(() =>
    out.warn('\nStopping after the points that are running (once more, a second or more later, to stop at once).'),
  )
  const bar = out.progress(open.length)
  const journal = sweep.journal(shard.of > 1 ? `shard-${shard.index + 1}-of-${shard.of}` : '')
  const started = performance.now()
  let done = 0
  try {
    let next = 0
    const take = async () => {
      while (!interruption.signal.aborted && next < chunks.length) {
        const made = await runner.run(chunks[next++]!)
        await journal.add(made)
        done += made.length
        const pace = (1000 * done) / (performance.now() - started)
        bar.update(
          done,
          `${done}/${open.length} points  ${Math.round(pace)}/s  ${clock((open.length - done) / pace)} left`,
        )
      }
    }
    await Promise.all(Array.from({ length: runner.workers }, take))
  } finally {
    bar.stop()
    interruption.close()
    runner.close()
    await journal.close()
  }
  if (interruption.signal.aborted && done < open.length) {
    const { rows } = await sweep.known()
    out.say(`Interrupted after ${rows.size} of ${header.points} points. The same command goes on.`)
    return exitCodes.interrupted
  }
  const seconds = (performance.now() - started) / 1000
  if (done > 0) out.note(`${done} points in ${clock(seconds)} (${Math.round(done / seconds)} a second)`)
  const known = await writeSweep(folder, sweep.known, options.json, out)
  return shortfall(known, mine, out)
}
