import type { Evaluation } from '@h2learn/snn-core'

/** What the warnings about learning are drawn from. */
export interface LearnedRun {
  /** Evaluation on test samples. */
  readonly test: Pick<Evaluation, 'samples' | 'accuracy' | 'tieShare' | 'confusion' | 'layers'>
  /** Steps without any gradient although not every sample was learned: how many in a row at most, and the last of them. */
  readonly stalled?: { readonly steps: number; readonly last: number } | undefined
}

/** Fewest test samples of a class from which its absence among the predictions tells something. */
const fewestOfClass = 5
/** A class predicted less often than this share of its samples counts as hardly ever predicted. */
const hardlyEver = 0.1
/** Classes that are named at most. */
const namedClasses = 10
/** From here on ties are called frequent. */
const manyTies = 0.5

const list = (words: readonly string[]): string =>
  words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const remedy = 'Train longer (--steps), lower --lr, or try another --seed.'

const classWarnings = ({ confusion, samples }: LearnedRun['test']): readonly string[] => {
  const predicted = confusion[0]!.map((_, k) => confusion.reduce((sum, row) => sum + row[k]!, 0))
  const only = predicted.indexOf(samples)
  const present = confusion.filter((row) => row.some((n) => n > 0)).length
  if (only >= 0 && present > 1)
    return [`Every test sample is predicted as class ${only}: nothing was learned. ${remedy}`]
  const rare = confusion.flatMap((row, k) => {
    const of = row.reduce((sum, n) => sum + n, 0)
    return of >= fewestOfClass && predicted[k]! < hardlyEver * of ? [{ k, times: predicted[k]!, of }] : []
  })
  const group = (found: typeof rare, verb: string): readonly string[] => {
    if (found.length === 0) return []
    const names = found
      .slice(0, namedClasses)
      .map(({ k, times, of }) =>
        times === 0 ? `${k} (${of} test samples)` : `${k} (${times} times, ${of} test samples)`,
      )
    const more = found.length > namedClasses ? ` and ${found.length - namedClasses} more` : ''
    const which = found.length === 1 ? 'Class' : 'Classes'
    return [
      `${which} ${more ? names.join(', ') : list(names)}${more} ${found.length === 1 ? 'is' : 'are'} ${verb}. ${remedy}`,
    ]
  }
  return [
    ...group(
      rare.filter(({ times }) => times === 0),
      'never predicted',
    ),
    ...group(
      rare.filter(({ times }) => times > 0),
      'hardly ever predicted',
    ),
  ]
}

/** Accuracy that guessing stays below in all but one of a thousand cases: the share of the most frequent class and three deviations. */
const chance = ({ confusion, samples }: LearnedRun['test']): number => {
  const share = Math.max(...confusion.map((row) => row.reduce((sum, n) => sum + n, 0))) / samples
  return share + 3 * Math.sqrt((share * (1 - share)) / samples)
}

/**
 * What went wrong with learning, in words, each with the way out: classes that are never or hardly ever predicted, an
 * accuracy no better than guessing, layers that never fire on the test samples, frequent ties, steps without a gradient.
 * Terminal, JSON and page show the same texts.
 * @returns an empty list when all is well
 */
export const learningWarnings = ({ test, stalled }: LearnedRun): readonly string[] => {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const classes = test.confusion.length
  const silent = test.layers.filter(({ firingRate }) => firingRate === 0).map(({ name }) => name)
  return [
    ...(silent.length > 0
      ? [
          `${list(silent)} ${silent.length === 1 ? 'never fires' : 'never fire'} on the test samples, so that nothing behind can tell them apart. Lower --lr, raise --firing-rate, or widen --grad-window to let silent neurons learn.`,
        ]
      : []),
    ...classWarnings(test),
    ...(classes > 1 && test.samples >= 10 * classes && test.accuracy <= chance(test)
      ? [
          `The test accuracy of ${percent(test.accuracy)} is no better than guessing among ${classes} classes. ${remedy}`,
        ]
      : []),
    ...(test.tieShare >= manyTies
      ? [
          `In ${percent(test.tieShare)} of the test samples several classes fired equally often, so that potentials decided. More timesteps (--T) or longer training (--steps) tell them apart.`,
        ]
      : []),
    ...(stalled
      ? [
          `No gradient was left in ${stalled.steps} steps up to step ${stalled.last} although not every sample was learned: no potential lay where the surrogate passes one. Widen --grad-window, or lower --lr.`,
        ]
      : []),
  ]
}
