import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { decodeText } from '@h2learn/config'
import {
  parseCifar10,
  parseGestureLabels,
  readIdxFile,
  readImage,
  readRecording,
  recogniseData,
} from '@h2learn/datasets'
import type { Console } from './console'
import { type Facts, labelCounts } from './data-facts'
import { archiveFacts, hdf5Facts, otherFacts } from './data-file-facts'
import { ratesOf, recordingFacts } from './data-recording-facts'
import { benchmarkFacts } from './data-set-facts'
import { bytesOf } from './data-show'
import { exitCodes } from './failure'
import { jsonTarget, writeJson } from './files'

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })
const show = (value: string | number) => (typeof value === 'number' ? grouped.format(value) : value)

/** A histogram as one line of eight heights. */
export const sparkline = (counts: readonly number[]): string => {
  const most = counts.reduce((m, n) => Math.max(m, n), 0)
  return counts.map((n) => (n === 0 ? '·' : '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((8 * n) / most))])).join('')
}

/** Options of `h2learn data info`. */
export interface DataInfoOptions {
  readonly json?: string
  /** Pixels of the sensor, for recordings that do not say. */
  readonly sensor?: { readonly width: number; readonly height: number }
}

const factsOf = async (
  path: string,
  sensor: DataInfoOptions['sensor'],
): Promise<{ kind: string; parts: readonly Facts[] }> => {
  const found = recogniseData(path)
  const { kind } = found
  switch (found.kind) {
    case 'benchmark':
      return { kind: found.name, parts: await benchmarkFacts(path, found.name, found.splits) }
    case 'recording':
      return {
        kind: found.format,
        parts: [recordingFacts('recording', await readRecording(path, sensor), found.format, sensor !== undefined)],
      }
    case 'recordings': {
      const { what, todo, files } = found
      return {
        kind,
        parts: [{ title: what, facts: { recordings: files.length, todo } }, ...(await ratesOf(what, files, sensor))],
      }
    }
    case 'hdf5':
      return hdf5Facts(path)
    case 'hdf5-folder': {
      const all = []
      for (const file of found.files) all.push({ file, ...(await hdf5Facts(file)) })
      const kinds = new Set(all.map((one) => one.kind))
      return {
        kind: kinds.size === 1 ? all[0]!.kind : kind,
        parts: all.flatMap(({ file, parts }) =>
          parts.map((one) => ({ ...one, title: `${basename(file)}: ${one.title}` })),
        ),
      }
    }
    case 'other':
      return { kind: found.what, parts: [await otherFacts(path, found)] }
    case 'idx': {
      const idx = readIdxFile(path)
      const facts: Facts =
        idx.kind === 'labels'
          ? {
              title: 'IDX labels',
              facts: { count: idx.count },
              histograms: { labels: labelCounts(idx.labels, 256).slice(0, 32) },
            }
          : {
              title: 'IDX images',
              facts: {
                count: idx.count,
                rows: idx.rows,
                columns: idx.columns,
                mean: idx.pixels.reduce((s, v) => s + v, 0) / idx.pixels.length,
              },
            }
      return { kind, parts: [facts] }
    }
    case 'cifar10-file': {
      const { count, labels } = parseCifar10(bytesOf(path), path)
      return {
        kind,
        parts: [{ title: 'CIFAR-10 rows', facts: { rows: count, labels: labelCounts(labels, 10).join(' ') } }],
      }
    }
    case 'image': {
      const pixels = await readImage(path)
      const mean = pixels.reduce((sum, v) => sum + v, 0) / pixels.length
      return { kind, parts: [{ title: 'picture', facts: { as_input: '3x224x224', mean } }] }
    }
    case 'gesture-labels': {
      const labels = parseGestureLabels(decodeText(bytesOf(path), path), path)
      const seconds = labels.reduce((sum, { start, end }) => sum + (end - start) / 1e6, 0)
      return {
        kind,
        parts: [
          {
            title: 'gesture labels',
            facts: { gestures: labels.length, classes: new Set(labels.map((l) => l.label)).size, seconds },
          },
        ],
      }
    }
    case 'archive':
      return { kind, parts: await archiveFacts(path) }
  }
}

/**
 * `h2learn data info PATH`: recognises a file or folder and prints counts, sizes, duration, event rate, histograms.
 * @throws DatasetError for what is missing, damaged or not known
 */
export const dataInfo = async (path: string, options: DataInfoOptions, out: Console): Promise<number> => {
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const { kind, parts } = await factsOf(path, options.sensor)
  const stat = statSync(path)
  out.say(`${path}: ${kind}${stat.isFile() ? `, ${grouped.format(stat.size)} bytes` : ''}`)
  for (const { title, facts, histograms = {} } of parts) {
    out.say(`\n${title}`)
    for (const [name, value] of Object.entries(facts)) out.say(`  ${name.padEnd(24)} ${show(value)}`)
    for (const [name, counts] of Object.entries(histograms)) out.say(`  ${name}\n    ${sparkline(counts)}`)
  }
  if (options.json !== undefined) await writeJson(options.json, { schema: 'h2learn.data-info/1', path, kind, parts })
  return exitCodes.done
}
