import { textScanner } from './text-scanner'

/** Where a token or one of its numbers starts in the text, from 0. */
interface Placed {
  readonly at: number
}
/** One term of the notation of Table VI, before any size is known. */
export type NetworkTerm = Placed &
  (
    | {
        readonly kind: 'conv'
        readonly K: number
        readonly kernel: number
        readonly stride: number
        readonly padding: number
        readonly encoding: boolean
        /** Where the kernel's number and the encoding mark start. */
        readonly kernelAt: number
        readonly markAt: number
      }
    | { readonly kind: 'fc'; readonly K: number; readonly encoding: boolean; readonly markAt: number }
    | { readonly kind: 'pool'; readonly size: number; readonly of: 'current' | 'spikes' }
  )

const SYNTAX = 'write 64C3, 64C3S2P1, AP2, AP2(spikes) or 10FC, joined by "-"'

/** Padding of a convolution that does not name one: k//2. */
export const defaultPadding = (kernel: number): number => Math.floor(kernel / 2)

/**
 * Splits a network text into terms: `nCk[Sx][Px][(Encoding)]`, `APk[(spikes)]`, `nFC[(Encoding)]` joined by `-`.
 * White space around terms, numbers and marks is allowed.
 * @throws NetworkError at the first character that does not fit
 */
export const parseTerms = (text: string): readonly NetworkTerm[] => {
  const { at, fail, skip, peek, take, number } = textScanner(text, SYNTAX)
  /** `(word)` or nothing. */
  const mark = (word: string): boolean => {
    if (!take('(')) return false
    skip()
    if (!take(word)) fail(`${word})`, `the only mark here is (${word}), spelled like this`)
    if (!take(')')) fail('")"', `close the mark: (${word})`)
    return true
  }
  const term = (): NetworkTerm => {
    skip()
    const start = at()
    if (take('AP')) {
      const size = number('the pooling size k of APk', 1)
      return { kind: 'pool', at: start, size, of: mark('spikes') ? 'spikes' : 'current' }
    }
    if (!/[0-9]/.test(peek())) fail('a layer')
    const K = number('output channels or neurons', 1)
    if (take('FC')) {
      skip()
      const markAt = at()
      return { kind: 'fc', at: start, K, encoding: mark('Encoding'), markAt }
    }
    if (!take('C')) fail('C (convolution) or FC (fully connected)', `capital letters; ${SYNTAX}`)
    skip()
    const kernelAt = at()
    const kernel = number('the kernel size k of nCk', 1)
    const stride = take('S') ? number('the stride after S', 1) : 1
    const padding = take('P') ? number('the padding after P', 0) : defaultPadding(kernel)
    skip()
    if (peek() === 'S') fail('no S here', 'the stride comes once, before the padding: 64C3S2P1')
    const markAt = at()
    return { kind: 'conv', at: start, K, kernel, stride, padding, encoding: mark('Encoding'), kernelAt, markAt }
  }

  const terms = [term()]
  for (;;) {
    if (peek() === '') return terms
    if (!take('-')) fail('"-" or the end of the network', `terms are joined by a plain hyphen; ${SYNTAX}`)
    terms.push(term())
  }
}

/** Prints one term; stride and padding only where they differ from 1 and k//2. */
export const formatTerm = (term: NetworkTerm): string => {
  if (term.kind === 'pool') return `AP${term.size}${term.of === 'spikes' ? '(spikes)' : ''}`
  const mark = term.encoding ? '(Encoding)' : ''
  if (term.kind === 'fc') return `${term.K}FC${mark}`
  const stride = term.stride === 1 ? '' : `S${term.stride}`
  const padding = term.padding === defaultPadding(term.kernel) ? '' : `P${term.padding}`
  return `${term.K}C${term.kernel}${stride}${padding}${mark}`
}
