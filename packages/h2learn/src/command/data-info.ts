import { statSync } from 'node:fs'
import { join } from 'node:path'
import {
  archiveEntries,
  type BenchmarkName,
  type DatasetSplit,
  isFolder,
  listImages,
  openBenchmark,
  parseCifar10,
  parseGestureLabels,
  parseNmnist,
  type RecordingSummary,
  readIdxFile,
  readImage,
  readRecording,
  recogniseData,
  summariseRecording,
  visibleNames,
} from '@h2learn/datasets'
import { InputError, type Samples } from '@h2learn/snn-core'
import type { Console } from './console'
import { bytesOf } from './data-show'
import { exitCodes } from './failure'
import { jsonTarget, writeJson } from './files'

/** Facts of a part of a data set: lines to print, and the same as JSON. */
interface Facts {
  readonly title: string
  readonly facts: Readonly<Record<string, string | number>>
  readonly histograms?: Readonly<Record<string, readonly number[]>>
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })
const show = (value: string | number) => (typeof value === 'number' ? grouped.format(value) : value)

/** A histogram as one line of eight heights. */
export const sparkline = (counts: readonly number[]): string => {
  const most = counts.reduce((m, n) => Math.max(m, n), 0)
  return counts.map((n) => (n === 0 ? '·' : '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((8 * n) / most))])).join('')
}

const labelCounts = (labels: ArrayLike<number>, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0)
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++
  return counts
}

const recordingFacts = (title: string, summary: RecordingSummary): Facts => ({
  title,
  facts: {
    events: summary.events,
    sensor: `${summary.width}x${summary.height}`,
    duration_us: summary.duration,
    first_us: summary.first,
    last_us: summary.last,
    rate_events_per_s: Math.round(summary.rate),
    on_share: summary.events === 0 ? 0 : summary.on / summary.events,
    active_pixels: summary.activePixels,
  },
  histograms: {
    'events over time': summary.overTime,
    'events over x': summary.overX,
    'events over y': summary.overY,
    'pixels with 1, 2-3, 4-7, ... events': summary.perPixel,
  },
})

const sampleFacts = (title: string, samples: Samples): Facts => {
  const { C, H, W } = samples.shape
  const { data } = samples
  const values = new Array<number>(samples.kind === 'pixels' ? 16 : 2).fill(0)
  let [sum, zeros] = [0, 0]
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    sum += value
    if (value === 0) zeros++
    values[samples.kind === 'pixels' ? value >> 4 : value]!++
  }
  return {
    title,
    facts: {
      samples: samples.count,
      shape: `${samples.kind === 'spikes' ? `${samples.T}x` : ''}${C}x${H}x${W}`,
      classes: samples.classes,
      labels: labelCounts(samples.labels, samples.classes).slice(0, 20).join(' '),
      ...(samples.kind === 'pixels'
        ? { mean: sum / data.length, zero_share: zeros / data.length }
        : { density: sum / data.length }),
    },
    ...(samples.kind === 'pixels' && { histograms: { 'pixel values, 16 a bin': values } }),
  }
}

/** Recordings that are looked at one by one: the beginning of a set is enough for rates and durations. */
const fewRecordings = 100

const binFiles = (dir: string): string[] =>
  visibleNames(dir)
    .map((name) => join(dir, name))
    .filter(isFolder)
    .flatMap((folder) =>
      visibleNames(folder)
        .filter((name) => /\.(bin|aedat)$/.test(name))
        .slice(0, 10)
        .map((name) => join(folder, name)),
    )

const ratesOf = async (title: string, files: readonly string[]): Promise<Facts[]> => {
  const summaries: RecordingSummary[] = []
  for (const file of files.slice(0, fewRecordings))
    summaries.push(
      summariseRecording(file.endsWith('.bin') ? parseNmnist(bytesOf(file), file) : await readRecording(file)),
    )
  if (summaries.length === 0) return []
  const mean = (of: (one: RecordingSummary) => number) =>
    summaries.reduce((sum, one) => sum + of(one), 0) / summaries.length
  const total = (of: (one: RecordingSummary) => readonly number[]) =>
    of(summaries[0]!).map((_, i) => summaries.reduce((sum, one) => sum + (of(one)[i] ?? 0), 0))
  return [
    {
      title: `${title}: ${summaries.length} recordings looked at`,
      facts: {
        sensor: `${summaries[0]!.width}x${summaries[0]!.height}`,
        mean_events: mean((one) => one.events),
        mean_duration_us: mean((one) => one.duration),
        mean_rate_events_per_s: mean((one) => one.rate),
        mean_on_share: mean((one) => (one.events === 0 ? 0 : one.on / one.events)),
      },
      histograms: {
        'events over time': total((one) => one.overTime),
        'events over x': total((one) => one.overX),
        'events over y': total((one) => one.overY),
      },
    },
  ]
}

const benchmarkFacts = async (path: string, name: BenchmarkName, splits: readonly DatasetSplit[]): Promise<Facts[]> => {
  const parts: Facts[] = []
  for (const split of splits) {
    if (name === 'imagenet') {
      const { classes, files, hasSplits } = listImages(path, split)
      parts.push({
        title: `${name} ${split}`,
        facts: {
          pictures: files.length,
          classes: classes.length,
          halves: hasSplits ? 'train and val' : 'none: train and test are the same pictures',
          first_classes: classes.slice(0, 5).join(' '),
        },
      })
      parts.push(
        sampleFacts(
          'pictures looked at, as the network sees them',
          await openBenchmark(name, { dir: path, split, count: 20 }),
        ),
      )
      if (!hasSplits) break
      continue
    }
    // recordings of tens of MB are not all opened for a summary
    const count = name === 'cifar10-dvs' || name === 'dvs-gesture' ? fewRecordings : undefined
    const samples = await openBenchmark(name, { dir: path, split, ...(count !== undefined && { count }) })
    parts.push(sampleFacts(`${name} ${split}${count === undefined ? '' : `, first ${samples.count}`}`, samples))
    if (name === 'n-mnist')
      parts.push(...(await ratesOf(`${name} ${split}`, binFiles(join(path, split === 'train' ? 'Train' : 'Test')))))
  }
  if (name === 'cifar10-dvs') parts.push(...(await ratesOf(name, binFiles(path))))
  return parts
}

const archiveFacts = async (path: string): Promise<Facts[]> => {
  const names: string[] = []
  let bytes = 0
  for await (const { path: name, size } of archiveEntries(path)) {
    names.push(name)
    bytes += size
  }
  return [{ title: 'archive', facts: { files: names.length, bytes, first_files: names.slice(0, 8).join(' ') } }]
}

const factsOf = async (path: string): Promise<{ kind: string; parts: readonly Facts[] }> => {
  const found = recogniseData(path)
  const { kind } = found
  switch (found.kind) {
    case 'benchmark':
      return { kind: found.name, parts: await benchmarkFacts(path, found.name, found.splits) }
    case 'recording':
      return {
        kind: found.format,
        parts: [recordingFacts('recording', summariseRecording(await readRecording(path)))],
      }
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
      const labels = parseGestureLabels(new TextDecoder().decode(bytesOf(path)), path)
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
    default:
      throw new InputError({ where: path, expected: 'a kind of data that info knows', got: kind })
  }
}

/**
 * `h2learn data info PATH`: recognises a file or folder and prints counts, sizes, duration, event rate, histograms.
 * @throws DatasetError for what is missing, damaged or not known
 */
export const dataInfo = async (path: string, options: { readonly json?: string }, out: Console): Promise<number> => {
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const { kind, parts } = await factsOf(path)
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
