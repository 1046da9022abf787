/** How far two words are apart: letters to change, add or take away, and neighbours to swap. */
const distance = (a: string, b: string): number => {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(
        Math.min(
          row[j]! + 1,
          next[j - 1]! + 1,
          row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? before[j - 2]! + 1 : Infinity,
        ),
      )
    }
    ;[before, row] = [row, next]
  }
  return row.at(-1)!
}

/** Letters and digits alone, so that clockMHz and clock.MHz are one. */
const letters = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** How many letters two words begin with alike. */
const common = (a: string, b: string): number => {
  let n = 0
  while (n < a.length && a[n] === b[n]) n++
  return n
}

/**
 * The known word that was most likely meant: at most three letters off, or a longer one with this in it (`bandwidth` for
 * `bandwidthGBps`), or of the same beginning; undefined when none is near.
 */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const typed = letters(word).slice(0, 60)
  const near = (name: string) => {
    const whole = letters(name)
    const last = letters(name.split('.').at(-1)!)
    const off = Math.min(distance(typed, whole), distance(typed, last))
    if (off <= Math.min(3, Math.ceil(typed.length / 3))) return off
    const alike = Math.max(common(typed, whole), common(typed, last))
    if (typed.length >= 4 && whole.includes(typed)) return 4
    return alike >= 4 || (alike >= 3 && alike === typed.length) ? 4 : Infinity
  }
  let [best, least] = [undefined as string | undefined, Infinity]
  for (const name of known) {
    const off = near(name)
    if (off < least) [best, least] = [name, off]
  }
  return best
}
