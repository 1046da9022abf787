import { stat } from 'node:fs/promises'
import { InputError } from '@h2learn/snn-core'
import { gatherPoints, openSweepFolder, resultFilesOf } from '../sweep/sweep-folder'
import { allPoints } from '../sweep/sweep-spec'
import type { Console } from './console'
import { jsonTarget, resultFolder } from './files'
import { shortfall, writeSweep } from './sweep-output'

/** The files with results in a folder, or the file itself. @throws InputError for a folder without results */
const resultsAt = async (path: string): Promise<readonly string[]> => {
  if (!(await stat(path)).isDirectory()) return [path]
  const files = await resultFilesOf(path)
  if (files.length > 0) return files
  throw new InputError({
    where: path,
    expected: 'a folder of h2learn sweep with results.jsonl or a journal',
    got: 'none of them',
    hint: 'leave it out if none of its points have been run yet',
  })
}

/**
 * `h2learn merge`: the results of a sweep's shards in one folder. A point that failed in one part and ran in another counts
 * as run. What the folder knows already of the same sweep stays.
 * @returns 0, or 1 when points of the sweep failed or are missing
 * @throws InputError when the parts are of different sweeps, or disagree about a point
 */
export const mergeSweeps = async (
  paths: readonly string[],
  options: { readonly out: string; readonly json?: string },
  out: Console,
): Promise<number> => {
  const files = (await Promise.all(paths.map(resultsAt))).flat()
  const parts = await gatherPoints(files)
  if (parts === undefined)
    throw new InputError({ where: paths.join(', '), expected: 'results of h2learn sweep', got: 'empty files' })
  const folder = await resultFolder('--out', options.out)
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const { header } = parts
  const sweep = await openSweepFolder(folder, header)
  const before = (await sweep.known()).rows
  const journal = sweep.journal('merge')
  try {
    await journal.add(
      [...parts.rows.values()].filter(({ point, status }) => {
        const known = before.get(point)
        return known === undefined || (known.status === 'error' && status === 'ok')
      }),
    )
  } finally {
    await journal.close()
  }
  out.note(`${paths.length} parts: ${parts.rows.size} of ${header.points} points`)
  const known = await writeSweep(folder, sweep.known, options.json, out)
  return shortfall(known, allPoints(header.points), out)
}
