import { join } from 'node:path'
import {
  type BenchmarkName,
  type DatasetSplit,
  isFolder,
  listImages,
  openBenchmark,
  visibleNames,
} from '@h2learn/datasets'
import { type Facts, sampleFacts } from './data-facts'
import { fewRecordings, ratesOf } from './data-recording-facts'

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

/** What a whole data set holds, half by half. */
export const benchmarkFacts = async (
  path: string,
  name: BenchmarkName,
  splits: readonly DatasetSplit[],
): Promise<Facts[]> => {
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
