import type { Json } from '../../field-reader'
import { defaultPadding } from '../../network-grammar'
import { type TextScanner, textScanner } from '../../text-scanner'
import type { Normalisation } from '../api'
import { formatNeuron, scanNeuron } from './neuron-text'

/** What a layer of the notation computes from the input map. */
export type LayerOperator =
  | {
      readonly kind: 'conv'
      readonly out: number
      readonly kernel: number
      readonly stride: number
      readonly padding: number
      /** depthwise: as many groups as the layer has input channels. */
      readonly groups: number | 'depthwise'
    }
  | { readonly kind: 'fc'; readonly out: number }

export interface LayerTerm {
  readonly kind: 'layer'
  /** Where the term starts in the text, from 0. */
  readonly at: number
  readonly operator: LayerOperator
  /** The first layer reads real values. */
  readonly encoding: boolean
  readonly normalisation?: Normalisation
  readonly bias: boolean
  /** A connection from the layer's own spikes of the timestep before: full, or one weight per neuron. */
  readonly recurrent?: 'full' | 'one-to-one'
  /** Plain form of the neuron; without one it is that of the network. */
  readonly neuron?: Json
}

export interface PoolTerm {
  readonly kind: 'pool'
  readonly at: number
  readonly size: number
  readonly of: 'current' | 'average' | 'max'
}

/** Terms whose input also reaches their last layer. */
export interface BlockTerm {
  readonly kind: 'block'
  readonly at: number
  /** Where the closing bracket stands. */
  readonly end: number
  readonly terms: readonly GraphTerm[]
}

export type GraphTerm = LayerTerm | PoolTerm | BlockTerm

export interface GraphText {
  /** Plain form of the neuron of all layers that name none. */
  readonly neuron?: Json
  readonly terms: readonly GraphTerm[]
}

const SYNTAX =
  'write 64C3, 64C3S2(BN), [64C3-64C3]+, AP2, AP2(spikes), MP2(spikes), 128FC(rec) or 10FC(LI), joined by "-"'
const MARKS = ['Encoding', 'BN', 'WS', 'LI', 'rec1', 'rec', 'bias', 'DW'] as const
type Mark = (typeof MARKS)[number]

const EXCLUSIVE: readonly (readonly Mark[])[] = [
  ['BN', 'WS'],
  ['rec', 'rec1'],
]

const scanMarks = (scanner: TextScanner): ReadonlySet<Mark> => {
  const { at, fail, peek, take } = scanner
  const found = new Set<Mark>()
  while (peek() === '(') {
    take('(')
    peek()
    const start = at()
    const mark = MARKS.find((word) => take(word))
    if (!mark) return fail(`one of the marks ${MARKS.map((word) => `(${word})`).join(' ')}`)
    if (!take(')')) fail('")"', `close the mark: (${mark})`)
    if (found.has(mark)) fail('each mark once', undefined, start)
    for (const pair of EXCLUSIVE)
      if (pair.includes(mark) && pair.some((other) => found.has(other)))
        fail(`either (${pair.join(') or (')})`, 'the two exclude each other', start)
    found.add(mark)
  }
  return found
}

const scanLayer = (scanner: TextScanner): LayerTerm => {
  const { at, fail, peek, take, number } = scanner
  peek()
  const start = at()
  const out = number('output channels or neurons', 1)
  let operator: LayerOperator
  if (take('FC')) operator = { kind: 'fc', out }
  else {
    if (!take('C')) fail('C (convolution) or FC (fully connected)', `capital letters; ${SYNTAX}`)
    const kernel = number('the kernel size k of nCk', 1)
    const stride = take('S') ? number('the stride after S', 1) : 1
    const padding = take('P') ? number('the padding after P', 0) : defaultPadding(kernel)
    const groups = take('G') ? number('the groups after G', 1) : 1
    if (peek() === 'S' || peek() === 'P')
      fail('no S or P here', 'stride, padding and groups come in this order: 64C3S2P1G4')
    operator = { kind: 'conv', out, kernel, stride, padding, groups }
  }
  peek()
  const marksAt = at()
  const marks = scanMarks(scanner)
  if (marks.has('DW')) {
    if (operator.kind !== 'conv' || operator.groups !== 1)
      fail('(DW) on a convolution without G', 'a depthwise convolution has as many groups as input channels', marksAt)
    operator = { ...(operator as LayerOperator & { kind: 'conv' }), groups: 'depthwise' }
  }
  peek()
  const neuronAt = at()
  const named = peek() === '{' ? scanNeuron(scanner) : undefined
  if (named && marks.has('LI')) fail('either (LI) or a neuron in braces', undefined, neuronAt)
  const neuron = marks.has('LI') ? { model: 'li' } : named
  return {
    kind: 'layer',
    at: start,
    operator,
    encoding: marks.has('Encoding'),
    ...(marks.has('BN') ? { normalisation: 'bn' } : marks.has('WS') ? { normalisation: 'ws' } : {}),
    bias: marks.has('bias'),
    ...(marks.has('rec') ? { recurrent: 'full' } : marks.has('rec1') ? { recurrent: 'one-to-one' } : {}),
    ...(neuron && { neuron }),
  }
}

/** Most brackets in one another; each is a call of its own. */
const MAX_DEPTH = 100

const scanTerm = (scanner: TextScanner, depth: number): GraphTerm => {
  const { at, fail, peek, take, number } = scanner
  const next = peek()
  const start = at()
  if (take('[')) {
    if (depth >= MAX_DEPTH) fail(`at most ${MAX_DEPTH} brackets in one another`, undefined, start)
    const terms = scanTerms(scanner, depth + 1)
    peek()
    const end = at()
    if (!take(']')) fail('"-" or "]"', 'close the bracket, with a plus behind it: [64C3-64C3]+')
    if (!take('+')) fail('"+"', 'a bracket adds its input to its last layer: [64C3-64C3]+')
    return { kind: 'block', at: start, end, terms }
  }
  for (const word of ['AP', 'MP'] as const)
    if (take(word)) {
      const size = number(`the pooling size k of ${word}k`, 1)
      const spikes = take('(')
      if (spikes && !(take('spikes') && take(')'))) fail('(spikes)', 'the only mark of a pooling, spelled like this')
      if (word === 'MP' && !spikes)
        fail('(spikes)', 'the largest of partial sums is not pooled, that of spikes is: MP2(spikes)')
      return { kind: 'pool', at: start, size, of: word === 'MP' ? 'max' : spikes ? 'average' : 'current' }
    }
  if (!/[0-9]/.test(next)) fail('a layer')
  return scanLayer(scanner)
}

const scanTerms = (scanner: TextScanner, depth: number): GraphTerm[] => {
  const terms = [scanTerm(scanner, depth)]
  while (scanner.take('-')) terms.push(scanTerm(scanner, depth))
  return terms
}

/**
 * Splits a network text into terms: those of Table VI (`nCk[Sx][Px]`, `APk`, `APk(spikes)`, `nFC`), and `Gn` (groups),
 * `MPk(spikes)`, brackets `[…]+`, the marks (Encoding) (BN) (WS) (bias) (rec) (rec1) (LI) (DW), and neurons in braces
 * behind a layer, or before the first one for all layers.
 * @throws NetworkError at the first character that does not fit
 */
export const parseGraphTerms = (text: string): GraphText => {
  const scanner = textScanner(text, SYNTAX)
  const neuron = scanner.peek() === '{' ? scanNeuron(scanner) : undefined
  if (neuron) scanner.take('-')
  const terms = scanTerms(scanner, 0)
  if (scanner.peek() !== '')
    scanner.fail('"-" or the end of the network', `terms are joined by a plain hyphen; ${SYNTAX}`)
  return { ...(neuron && { neuron }), terms }
}

const formatOperator = (operator: LayerOperator): string => {
  if (operator.kind === 'fc') return `${operator.out}FC`
  const { out, kernel, stride, padding, groups } = operator
  const own = padding === defaultPadding(kernel) ? '' : `P${padding}`
  const grouped = groups === 1 || groups === 'depthwise' ? '' : `G${groups}`
  return `${out}C${kernel}${stride === 1 ? '' : `S${stride}`}${own}${grouped}${groups === 'depthwise' ? '(DW)' : ''}`
}

const formatTerm = (term: GraphTerm): string => {
  if (term.kind === 'block') return `[${term.terms.map(formatTerm).join('-')}]+`
  if (term.kind === 'pool')
    return `${term.of === 'max' ? 'MP' : 'AP'}${term.size}${term.of === 'current' ? '' : '(spikes)'}`
  const { operator, encoding, normalisation, bias, recurrent, neuron } = term
  return [
    formatOperator(operator),
    encoding ? '(Encoding)' : '',
    normalisation ? `(${normalisation.toUpperCase()})` : '',
    bias ? '(bias)' : '',
    recurrent ? `(${recurrent === 'full' ? 'rec' : 'rec1'})` : '',
    neuron ? formatNeuron(neuron) : '',
  ].join('')
}

/** Prints terms in their canonical form; reading it gives the same terms. */
export const formatGraphTerms = ({ neuron, terms }: GraphText): string =>
  `${neuron ? `${formatNeuron(neuron)} ` : ''}${terms.map(formatTerm).join('-')}`
