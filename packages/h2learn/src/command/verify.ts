import { InputError, parseJson } from '@h2learn/config'
import { type GoldenReport, verifyGolden } from '@h2learn/snn-core/golden'
import { readTextFile } from '../text-file'
import type { Console } from './console'
import { exitCodes, explain } from './failure'
import { jsonTarget, writeJson } from './files'

const parse = async (path: string): Promise<unknown> => {
  return parseJson(path, await readTextFile(path, 'a file of golden vectors (JSON)'), 'is the file cut short?')
}

/** A list of cases that vectors are made from (`specs.json` beside them): known, but nothing to compare with. */
const isSpecification = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'cases' in json && Array.isArray(json.cases) && !('layers' in json)

const short = (x: number) => (x === 0 ? '0' : x.toExponential(1))

const formatGolden = (file: string, report: GoldenReport): string => {
  const { worst, loss, outRate, spikeFlips, maskFlips, pass, dtype, tolerance, network } = report
  const differences = [
    `u ${short(worst.u.difference)}`,
    `s ${spikeFlips} flipped`,
    `masks ${maskFlips} flipped`,
    `∇u ${short(worst.du.difference)}`,
    `∇s${outRate ? ' (on the mask)' : ''} ${short(worst.ds.difference)}`,
    `∇w ${short(worst.dw.difference)}`,
    `loss ${short(loss.difference)}`,
    ...(outRate ? [`output rates ${short(outRate.difference)}`] : []),
  ]
  return `${pass ? 'ok  ' : 'FAIL'} ${file}: ${network}, ${dtype}\n     largest difference: ${differences.join(', ')} (tolerance ${tolerance} × max(1, largest value))`
}

/**
 * `h2learn verify FILE...`: runs the reference on each file of golden vectors and prints the largest differences. A file
 * that cannot be read does not keep the others from being checked.
 * @returns 0 when every file agrees within tolerance, 1 when one does not, 2 when one could not be read
 */
export const verifyFiles = async (
  files: readonly string[],
  out: Console,
  options: { readonly json?: string; readonly debug: boolean },
): Promise<number> => {
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const results: Record<string, unknown>[] = []
  let wrong = 0
  let unreadable = 0
  let skipped = 0
  for (const file of files) {
    try {
      const json = await parse(file)
      if (isSpecification(json)) {
        skipped++
        out.say(`skip ${file}: a specification of cases, no vectors in it`)
        results.push({ file, skipped: true })
        continue
      }
      const report = verifyGolden(json, file)
      out.say(formatGolden(file, report))
      if (!report.pass) wrong++
      results.push({ file, ...report })
    } catch (error) {
      const { message, exitCode } = explain(error, options.debug)
      if (exitCode !== exitCodes.input) throw error
      unreadable++
      out.warn(message.includes(file) ? message : `${file}: ${message}`)
      results.push({ file, error: message })
    }
  }
  const checked = files.length - skipped
  out.say(
    `${checked - wrong - unreadable} of ${checked} files agree${skipped > 0 ? `, ${skipped} without vectors` : ''}`,
  )
  if (checked === 0)
    throw new InputError({
      where: 'h2learn verify',
      expected: 'at least one file of golden vectors',
      got: `${files.length} without any`,
    })
  if (options.json !== undefined) await writeJson(options.json, results)
  return unreadable > 0 ? exitCodes.input : wrong > 0 ? exitCodes.failed : exitCodes.done
}
