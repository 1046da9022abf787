import { parseJson, withoutByteOrderMark } from '@h2learn/config'
import { parseCsv } from '@h2learn/datasets'
import { InputError, type Layer, type Network } from '@h2learn/snn-core'

/** Shares of non-zeros in the maps of a layer's neurons, 0..1. */
export interface LayerDensity {
  /** Share of neurons and timesteps that fire. */
  readonly spikes: number
  /** Share of set bits in ∇s̃ (1 − output sparsity of Table III). */
  readonly mask: number
  /** Share of set bits in ∇ũ (1 − input sparsity of Table III). */
  readonly gradU: number
}

/** Densities by layer name, and in words where they are from. */
export interface NetworkDensities {
  readonly origin: string
  readonly layers: Readonly<Record<string, LayerDensity>>
}

/**
 * What is taken where nothing is known: the firing rate that initial weights aim at, and masks without a single zero, so
 * that no sparsity is claimed that nobody measured.
 */
export const densityUnknown: LayerDensity = { spikes: 0.15, mask: 1, gradU: 1 }

const kinds = ['spikes', 'mask', 'gradU'] as const

const share = (where: string, value: unknown): number => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !(number >= 0 && number <= 1))
    throw new InputError({
      where,
      expected: 'a share from 0 to 1',
      got: typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing'),
      ...(typeof number === 'number' && number > 1 && number <= 100 && { hint: 'is it in percent? divide by 100' }),
    })
  return number
}

const layerOf = (where: string, network: Network, name: string): Layer => {
  const layer = network.layers.find((one) => one.name === name)
  if (layer) return layer
  throw new InputError({
    where,
    expected: `a layer of ${network.text}: ${network.layers.map((one) => one.name).join(', ')}`,
    got: `"${name}"`,
  })
}

/** The convolutions that a gradient passes through: all but the first layer (the columns of Table III). */
const passedConvs = ({ layers }: Network) => layers.filter(({ kind, index }) => kind === 'conv' && index > 0)

type Partials = Record<string, Partial<Record<(typeof kinds)[number], number>>>

const settle = (network: Network, given: Partials, origin: string): NetworkDensities => ({
  origin,
  layers: Object.fromEntries(network.layers.map(({ name }) => [name, { ...densityUnknown, ...given[name] }])),
})

/**
 * Densities from Table III's two rows: a pass through conv l has the output sparsity of the layer below and the input
 * sparsity of its own neurons. What the table does not tell stays unknown (`densityUnknown`).
 * @param outputSparsity, inputSparsity shares of zeros, one for every convolution with a backward pass, 0..1
 * @throws InputError for another number of them
 */
export const densitiesOfTable = (
  network: Network,
  { outputSparsity, inputSparsity }: { readonly outputSparsity: unknown; readonly inputSparsity: unknown },
  origin: string,
): NetworkDensities => {
  const convs = passedConvs(network)
  const row = (name: string, values: unknown) => {
    if (!Array.isArray(values) || values.length !== convs.length)
      throw new InputError({
        where: `${origin}: ${name}`,
        expected: `${convs.length} shares, one each for the backward pass through ${convs.map((layer) => layer.name).join(', ') || 'no layer'}`,
        got: Array.isArray(values) ? String(values.length) : JSON.stringify(values),
      })
    return values.map((value, i) => share(`${origin}: ${name}[${i}]`, value))
  }
  const output = row('output_sparsity', outputSparsity)
  const input = row('input_sparsity', inputSparsity)
  const given: Partials = {}
  convs.forEach((layer, i) => {
    const below = network.layers[layer.index - 1]!.name
    given[below] = { ...given[below], mask: 1 - output[i]! }
    given[layer.name] = { ...given[layer.name], gradU: 1 - input[i]! }
  })
  return settle(network, given, origin)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fromJson = (network: Network, text: string, where: string): NetworkDensities => {
  const value = parseJson(where, text)
  if (isObject(value) && (Object.hasOwn(value, 'output_sparsity') || Object.hasOwn(value, 'input_sparsity')))
    return densitiesOfTable(
      network,
      { outputSparsity: value.output_sparsity, inputSparsity: value.input_sparsity },
      where,
    )
  if (!isObject(value) || !isObject(value.layers))
    throw new InputError({
      where,
      expected:
        '{"layers": {"conv1": {"spikes": .., "mask": .., "gradU": ..}, ..}} or {"output_sparsity": [..], "input_sparsity": [..]}',
      got: text.slice(0, 60),
    })
  const given: Partials = {}
  for (const [name, row] of Object.entries(value.layers)) {
    layerOf(`${where}: layers`, network, name)
    if (!isObject(row)) throw new InputError({ where: `${where}: ${name}`, expected: 'an object', got: String(row) })
    for (const [kind, x] of Object.entries(row)) put(given, where, name, kind, x)
  }
  return settle(network, given, where)
}

const put = (given: Partials, where: string, layer: string, kind: string, value: unknown) => {
  const found = kinds.find((one) => one === kind)
  if (!found) throw new InputError({ where: `${where}: ${layer}`, expected: kinds.join(', '), got: `"${kind}"` })
  given[layer] = { ...given[layer], [found]: share(`${where}: ${layer}.${kind}`, value) }
}

const fromCsv = (network: Network, text: string, where: string): NetworkDensities => {
  const [head, ...body] = parseCsv(text, where)
  if (head?.cells[0] !== 'layer' || head.cells.length < 2)
    throw new InputError({
      where,
      expected: 'a first line "layer,spikes,mask,gradU"',
      got: head ? `"${head.cells.join(',')}"` : 'an empty file',
    })
  const given: Partials = {}
  const lines = new Map<string, number>()
  for (const { line: at, cells } of body) {
    const line = `${where}, line ${at}`
    if (cells.length !== head.cells.length)
      throw new InputError({ where: line, expected: `${head.cells.length} cells`, got: String(cells.length) })
    layerOf(line, network, cells[0]!)
    const before = lines.get(cells[0]!)
    if (before !== undefined)
      throw new InputError({ where: line, expected: 'each layer once', got: `${cells[0]}, as in line ${before}` })
    lines.set(cells[0]!, at)
    head.cells.slice(1).forEach((kind, c) => {
      if (cells[c + 1] !== '') put(given, line, cells[0]!, kind, cells[c + 1])
    })
  }
  return settle(network, given, where)
}

/**
 * Reads densities: JSON `{"layers": {"conv1": {"spikes": 0.15, "mask": 0.4, "gradU": 0.05}}}`, JSON with Table III's rows
 * `{"output_sparsity": [...], "input_sparsity": [...]}`, or CSV with the columns layer, spikes, mask, gradU. What is left
 * out is taken as unknown (`densityUnknown`).
 * @param where names the file in errors
 * @throws InputError for another format, an unknown layer, a share outside 0..1
 */
export const parseDensities = (network: Network, text: string, where: string): NetworkDensities =>
  ofText(network, withoutByteOrderMark(text), where)

const ofText = (network: Network, text: string, where: string): NetworkDensities =>
  /^\s*[[{]/.test(text) ? fromJson(network, text, where) : fromCsv(network, text, where)

/** Table III's rows of some densities, as the analytic model takes them. */
export const sparsitiesOf = (network: Network, { layers }: NetworkDensities) => ({
  outputSparsity: passedConvs(network).map(({ index }) => 1 - layers[network.layers[index - 1]!.name]!.mask),
  inputSparsity: passedConvs(network).map(({ name }) => 1 - layers[name]!.gradU),
})
