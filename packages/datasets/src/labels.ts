import { deriveSeed, rng } from '@h2learn/snn-core'
import type { GenerateConfig } from './api'
import { checkInteger, checkSplit, checkWord } from './check-config'

/** Ten classes in every built-in data set, as in MNIST, N-MNIST and CIFAR-10. */
export const classCount = 10
const maxCount = 2 ** 31 - 1

/** Fills in the defaults of a generator. @throws InputError for a count, seed, split or first that cannot be used */
export const checkGenerate = (where: string, config: GenerateConfig): Required<GenerateConfig> => {
  const { count, seed, split = 'train', first = 0, labels = 'balanced' } = config
  checkInteger(where, 'count', count, 1, maxCount)
  checkInteger(where, 'seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  checkInteger(where, 'first', first, 0, maxCount)
  checkSplit(where, split)
  checkWord(where, 'labels', labels, ['balanced', 'random'])
  return { count, seed, split, first, labels }
}

/** Classes of samples first..first+count−1; class i depends on (seed, split, i) alone. */
export const drawLabels = (purpose: string, config: Required<GenerateConfig>): Uint8Array => {
  const { count, seed, split, first, labels } = config
  const out = new Uint8Array(count)
  let order: number[] = []
  for (let n = 0; n < count; n++) {
    const i = first + n
    if (labels === 'random') {
      out[n] = rng(deriveSeed(seed, purpose, split, 'label', i)).below(classCount)
      continue
    }
    if (n === 0 || i % classCount === 0)
      order = shuffled(deriveSeed(seed, purpose, split, 'labels', Math.floor(i / classCount)))
    out[n] = order[i % classCount]!
  }
  return out
}

/** 0..9 in random order (Fisher-Yates). */
const shuffled = (seed: number) => {
  const random = rng(seed)
  const order = Array.from({ length: classCount }, (_, digit) => digit)
  for (let i = classCount - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
