import type { Layer, Network } from './api'
import { InputError } from './errors'
import { NetworkError } from './network-error'
import { defaultPadding, formatTerm, type NetworkTerm, parseTerms } from './network-grammar'

/** What a network text leaves out: the size of one input and the number of timesteps. */
export interface NetworkInput {
  readonly input: { readonly C: number; readonly H: number; readonly W: number }
  readonly T: number
}

/** The plain list form of a network; `avgpool` pools spikes (or the input), stride defaults to 1, pad to k//2. */
export type NetworkList = readonly (
  | {
      readonly type: 'conv'
      readonly out: number
      readonly k: number
      readonly stride?: number
      readonly pad?: number
    }
  | { readonly type: 'avgpool'; readonly k: number }
  | { readonly type: 'fc'; readonly out: number }
)[]

/** Largest network that is built: 10⁹ parameters (4 GB of FP32 weights); a bound against typing errors. */
const MAX_PARAMETERS = 1e9
/** Largest k of `APk(spikes)`: its k² + 1 levels are held in a byte. */
const MAX_SPIKE_POOL = 15

const checkInput = ({ input, T }: NetworkInput) => {
  for (const [name, value] of Object.entries({ C: input.C, H: input.H, W: input.W, T }))
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31)
      throw new InputError({
        where: 'network input',
        expected: `${name} as an integer >= 1`,
        got: `${name} = ${value}`,
        hint: 'give the input as HxWxC and the timesteps as T',
      })
}

const build = (text: string, terms: readonly NetworkTerm[], { input, T }: NetworkInput): Network => {
  checkInput({ input, T })
  const layers: Layer[] = []
  let { C, H, W } = input
  let inputPool = 1
  let convs = 0
  let parameters = 0
  const fail = (term: { readonly at: number }, expected: string, got: string, hint: string, at = term.at): never => {
    throw new NetworkError({ text, column: at + 1, expected, got, hint })
  }
  const add = (term: NetworkTerm & { kind: 'conv' | 'fc' }, layer: Layer) => {
    if (term.encoding && layers.length > 0)
      fail(
        term,
        '(Encoding) on the first layer only',
        `(Encoding) on layer ${layers.length + 1}`,
        'remove the mark; later layers read spikes',
        term.markAt,
      )
    parameters += layer.K * layer.C * layer.R * layer.S
    if (parameters > MAX_PARAMETERS)
      fail(
        term,
        `at most ${MAX_PARAMETERS} parameters`,
        `${parameters} up to ${layer.name}`,
        'use fewer channels, or pool before the fully connected layers',
      )
    layers.push(layer)
    C = layer.K
    H = layer.outH
    W = layer.outW
  }
  const pool = (term: NetworkTerm & { kind: 'pool' }) => {
    const { size, of } = term
    const last = layers.at(-1)
    const got = `AP${size}${of === 'spikes' ? '(spikes)' : ''}`
    if (last?.kind === 'fc')
      fail(term, 'pooling before the fully connected layers', got, 'a fully connected layer has no map to pool')
    if (!last && of === 'current')
      fail(term, 'a convolution before APk', got, `pool the input itself with AP${size}(spikes)`)
    if (last && of === 'current' && last.spikePool > 1)
      fail(term, `AP${size}(spikes), or APk before it`, got, 'partial sums are pooled first, then spikes')
    if (size > H || size > W)
      fail(term, `a pooling size up to ${Math.min(H, W)}`, got, `the map here is ${H}x${W} (height x width)`)
    const before = last ? last.spikePool : inputPool
    if (of === 'spikes' && before * size > MAX_SPIKE_POOL)
      fail(
        term,
        `spikes pooled over at most ${MAX_SPIKE_POOL}x${MAX_SPIKE_POOL}`,
        `${before * size}x${before * size}`,
        'the levels of pooled spikes are held in a byte; pool the partial sums with APk',
      )
    H = Math.floor(H / size)
    W = Math.floor(W / size)
    if (!last) inputPool *= size
    else if (of === 'spikes') layers[layers.length - 1] = { ...last, spikePool: last.spikePool * size }
    else layers[layers.length - 1] = { ...last, currentPool: last.currentPool * size, outH: H, outW: W }
  }
  for (const term of terms) {
    const index = layers.length
    const own = { index, C, H, W, currentPool: 1, spikePool: 1 }
    if (term.kind === 'pool') pool(term)
    else if (term.kind === 'fc') {
      const name = `fc${index - convs + 1}`
      const map = { R: H, S: W, stride: 1, padding: 0, convH: 1, convW: 1, outH: 1, outW: 1 }
      add(term, { ...own, name, kind: 'fc', encoding: term.encoding, K: term.K, ...map })
    } else {
      const { K, kernel, stride, padding, encoding } = term
      if (layers.at(-1)?.kind === 'fc')
        fail(term, 'FC layers after the first FC layer', formatTerm(term), 'put convolutions before the FC layers')
      if (kernel > H + 2 * padding || kernel > W + 2 * padding)
        fail(
          term,
          `a kernel up to ${Math.min(H, W) + 2 * padding}, the padded input`,
          String(kernel),
          `the map here is ${H}x${W}, padding ${padding}; use a smaller kernel or more padding (Px)`,
          term.kernelAt,
        )
      const convH = Math.floor((H + 2 * padding - kernel) / stride) + 1
      const convW = Math.floor((W + 2 * padding - kernel) / stride) + 1
      convs++
      const map = { R: kernel, S: kernel, stride, padding, convH, convW, outH: convH, outW: convW }
      add(term, { ...own, name: `conv${convs}`, kind: 'conv', encoding, K, ...map })
    }
  }
  const last = layers.at(-1)
  if (!last)
    return fail({ at: text.length }, 'a convolution or FC layer', 'only pooling', 'end the network with 10FC, say')
  if (last.spikePool > 1)
    fail(
      terms[terms.length - 1],
      'a layer after APk(spikes)',
      'the end of the network',
      'nothing reads these pooled spikes',
    )
  const canonical = terms.map(formatTerm).join('-')
  return { text: canonical, T, input: { ...input }, inputPool, layers, classes: last.K * last.outH * last.outW }
}

/**
 * Reads a network in the notation of Table VI and infers every shape: `nCk[Sx][Px][(Encoding)]`, `APk[(spikes)]`,
 * `nFC[(Encoding)]` joined by `-`. Stride defaults to 1, padding to k//2. `APk` averages partial sums before the Soma
 * (`currentPool`), `APk(spikes)` averages spikes (`spikePool`; before the first layer `inputPool`); several in a row
 * multiply. `text` of the result is canonical, with consecutive pools as written.
 * @param size input C×H×W and T, integers >= 1
 * @throws NetworkError with the text and a caret; InputError for the input size
 */
export const parseNetwork = (text: string, size: NetworkInput): Network => build(text, parseTerms(text), size)

const termsOf = (network: Pick<Network, 'inputPool' | 'layers'>): NetworkTerm[] => {
  const terms: NetworkTerm[] = []
  const pool = (size: number, of: 'current' | 'spikes') => {
    if (size > 1) terms.push({ kind: 'pool', at: 0, size, of })
  }
  pool(network.inputPool, 'spikes')
  for (const layer of network.layers) {
    const { K, stride, padding, encoding } = layer
    if (layer.kind === 'fc') terms.push({ kind: 'fc', at: 0, K, encoding, markAt: 0 })
    else terms.push({ kind: 'conv', at: 0, K, kernel: layer.R, stride, padding, encoding, kernelAt: 0, markAt: 0 })
    pool(layer.currentPool, 'current')
    pool(layer.spikePool, 'spikes')
  }
  return terms
}

/** Prints a network in the notation of Table VI from its layers; consecutive pools come out as their product. */
export const formatNetwork = (network: Pick<Network, 'inputPool' | 'layers'>): string =>
  termsOf(network).map(formatTerm).join('-')

/**
 * Builds a network from its list form; `avgpool` pools spikes (before the first layer: the input).
 * @param encoding true when the first layer reads real-valued pixels
 * @throws NetworkError as `parseNetwork` does, pointing into the text the list stands for
 */
export const networkFromList = (list: NetworkList, size: NetworkInput, encoding = false): Network => {
  const first = list.findIndex((item) => item.type !== 'avgpool')
  const text = list
    .map((item, position) => {
      const mark = encoding && position === first ? '(Encoding)' : ''
      if (item.type === 'avgpool') return `AP${item.k}(spikes)`
      if (item.type === 'fc') return `${item.out}FC${mark}`
      return `${item.out}C${item.k}S${item.stride ?? 1}P${item.pad ?? defaultPadding(item.k)}${mark}`
    })
    .join('-')
  return parseNetwork(text, size)
}

/**
 * Reads an input size written as in Table VI: `HxWxC`, or `HxW` with one channel.
 * @throws InputError
 */
export const parseInputSize = (text: string): { readonly H: number; readonly W: number; readonly C: number } => {
  const parts = text.trim().split(/\s*[xX×]\s*/)
  const [H, W, C = 1] = parts.map(Number)
  const good = parts.every((part) => /^\d+$/.test(part)) && [H, W, C].every((n) => n >= 1 && n <= 2 ** 31)
  if (parts.length < 2 || parts.length > 3 || !good)
    throw new InputError({
      where: 'input size',
      expected: 'HxWxC (height, width, channels) or HxW, integers >= 1',
      got: `"${text}"`,
      hint: 'CIFAR10 is 32x32x3, MNIST 28x28x1, N-MNIST 32x32x2',
    })
  return { H, W, C }
}

/** Weights of a network: Σ K·C·R·S. There are no biases. */
export const parameterCount = ({ layers }: Pick<Network, 'layers'>): number =>
  layers.reduce((count, { K, C, R, S }) => count + K * C * R * S, 0)

/**
 * Dense multiply-accumulates of one sample's forward pass: Σ T·K·C·R·S·convH·convW, padding included; the encoding
 * layer counts once, since its convolution is reused at every timestep.
 */
export const macsPerSample = ({ layers, T }: Pick<Network, 'layers' | 'T'>): number =>
  layers.reduce(
    (n, { K, C, R, S, convH, convW, encoding }) => n + (encoding ? 1 : T) * K * C * R * S * convH * convW,
    0,
  )
