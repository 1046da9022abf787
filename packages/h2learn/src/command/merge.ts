import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import type { SweepRow } from '../sweep/evaluate-point'
import { readSweepResults, type SweepHeader } from '../sweep/sweep-results'
import type { Console } from './console'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder } from './files'
import { writeSweep } from './sweep-output'

/** The results in a folder or file. */
const resultsAt = async (path: string): Promise<string> =>
  (await stat(path)).isDirectory() ? join(path, 'results.jsonl') : path

/**
 * `h2learn merge`: the results of a sweep's shards in one folder. A point that failed in one part and ran in another counts
 * as run.
 * @returns 0
 * @throws InputError when the parts are of different sweeps, or disagree about a point
 */
export const mergeSweeps = async (
  paths: readonly string[],
  options: { readonly out: string; readonly json?: string },
  out: Console,
): Promise<number> => {
  const folder = await resultFolder('--out', options.out)
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  let header: SweepHeader | undefined
  const rows = new Map<number, { readonly row: SweepRow; readonly path: string }>()
  for (const given of paths) {
    const path = await resultsAt(given)
    const part = await readSweepResults(path)
    if (header && part.header.fingerprint !== header.fingerprint)
      throw new InputError({
        where: path,
        expected: `a part of the sweep "${header.name}" (fingerprint ${header.fingerprint})`,
        got: `one of "${part.header.name}" (${part.header.fingerprint})`,
      })
    header = part.header
    for (const row of part.rows.values()) {
      const known = rows.get(row.point)
      if (known?.row.status === 'ok') {
        if (row.status === 'ok' && JSON.stringify(row) !== JSON.stringify(known.row))
          throw new InputError({
            where: path,
            expected: `for point ${row.point} what ${known.path} holds`,
            got: 'other figures',
            hint: 'the parts were made by different versions; run them again',
          })
        continue
      }
      rows.set(row.point, { row, path })
    }
  }
  const all = [...rows.values()].map(({ row }) => row)
  out.note(`${paths.length} parts: ${all.length} of ${header!.points} points`)
  await writeSweep(folder, header!, all, options.json, out)
  return exitCodes.done
}
