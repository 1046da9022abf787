import type { LayerInput, Network, NeuronConfig, RealArray, Weights } from './api'
import { arithmetic } from './arithmetic'
import { fieldReader, type Json } from './field-reader'
import { type NetworkList, networkFromList } from './network'
import { roundNeuron } from './neuron'
import { packBits, tensor } from './tensor'

/** Reference values of one layer, T·B·neurons each in TBCHW order; `spikes` and `mask` as 0 or 1. */
export interface GoldenLayer {
  readonly u: RealArray
  readonly s: RealArray
  readonly mask: RealArray
  readonly du: RealArray
  readonly ds: RealArray
  /** KCRS. */
  readonly dw: RealArray
}

/** A golden file, read and checked: a small network with every value of one training step. */
export interface GoldenCase {
  readonly name: string
  readonly precision: 'f64' | 'f32'
  readonly network: Network
  readonly neuron: NeuronConfig
  readonly B: number
  readonly labels: readonly number[]
  /** What the first layer reads, after any pooling in front of it. */
  readonly input: LayerInput
  readonly weights: readonly Weights[]
  readonly loss: number
  readonly outRate: RealArray
  readonly layers: readonly GoldenLayer[]
}

/** The only loss the files know. */
const LOSS = 'mean over batch*classes of (mean_t s - onehot)^2'

/** Reads fields of one file, arrays among them; every failure names file and field. */
export const goldenReader = (where: string) => {
  const fields = fieldReader(where)
  const { fail, object, list, finite, integer } = fields

  /** An array {shape, data} or {shape, bits} of n values; `shape` must have that product and start with `lead`. */
  const array = (
    value: unknown,
    field: string,
    n: number,
    lead: readonly number[],
    precision: 'f64' | 'f32',
  ): RealArray => {
    const holder = object(value, field)
    const shape = list(holder.shape, `${field}.shape`).map((v, i) => integer(v, `${field}.shape[${i}]`, 0))
    const size = shape.reduce((a, b) => a * b, 1)
    if (size !== n || lead.some((v, i) => shape[i] !== v))
      fail(`${field}.shape`, `${n} values, the first axes ${lead.join(' x ')}`, shape, shape.join(' x '))
    const out = arithmetic(precision).zeros(n)
    if (holder.bits !== undefined) {
      const { bits } = holder
      if (typeof bits !== 'string' || bits.length !== n || /[^01]/.test(bits))
        fail(
          `${field}.bits`,
          `a string of ${n} times 0 or 1`,
          bits,
          typeof bits === 'string' && bits.length !== n ? `${bits.length} characters` : undefined,
        )
      for (let i = 0; i < n; i++) out[i] = Number((bits as string)[i])
      return out
    }
    const data = list(holder.data, `${field}.data`)
    if (data.length !== n) fail(`${field}.data`, `${n} numbers`, data)
    for (let i = 0; i < n; i++) {
      out[i] = finite(data[i], `${field}.data[${i}]`)
      if (!Number.isFinite(out[i])) fail(`${field}.data[${i}]`, 'a number within float32', data[i])
    }
    return out
  }
  const bits: typeof array = (value, field, n, lead, precision) => {
    const values = array(value, field, n, lead, precision)
    const wrong = values.findIndex((v) => v !== 0 && v !== 1)
    if (wrong >= 0) fail(`${field}[${wrong}]`, '0 or 1', values[wrong])
    return values
  }
  return { ...fields, array, bits }
}

export type GoldenReader = ReturnType<typeof goldenReader>

const readNet = (file: Json, { fail, object, list, integer }: GoldenReader): NetworkList => {
  const net = list(file.net, 'net').map((entry, i) => {
    const item = object(entry, `net[${i}]`)
    const number = (key: string, least: number, otherwise?: number) =>
      item[key] === undefined && otherwise !== undefined ? otherwise : integer(item[key], `net[${i}].${key}`, least)
    switch (item.type) {
      // absent stride and pad mean 1 in this format, whatever the kernel
      case 'conv':
        return {
          type: item.type,
          out: number('out', 1),
          k: number('k', 1),
          stride: number('stride', 1, 1),
          pad: number('pad', 0, 1),
        } as const
      case 'avgpool':
        return { type: item.type, k: number('k', 1) } as const
      case 'fc':
        return { type: item.type, out: number('out', 1) } as const
      default:
        return fail(`net[${i}].type`, '"conv", "avgpool" or "fc"', item.type)
    }
  })
  return net.length > 0 ? net : fail('net', 'at least one layer', file.net)
}

/** The input of the first layer: analog values of one timestep, spikes, or pooled spikes as levels. */
const readInput = (x: RealArray, analog: boolean, network: Network, B: number, { fail }: GoldenReader): LayerInput => {
  const { C, H, W } = network.layers[0]
  const n = B * C * H * W
  const { T } = network
  if (analog) {
    const changed = x.findIndex((value, i) => value !== x[i % n])
    if (changed >= 0)
      fail(`layers[0].x[${changed}]`, 'the same image at every timestep (input_kind analog)', x[changed])
    const shape = { B, C, H, W }
    return x instanceof Float64Array
      ? { kind: 'analog', data: tensor('BCHW', 'f64', shape, x.slice(0, n)) }
      : { kind: 'analog', data: tensor('BCHW', 'f32', shape, x.slice(0, n)) }
  }
  const levels = network.inputPool * network.inputPool
  const counts = Uint8Array.from(x, (value) => Math.round(value * levels))
  const wrong = x.findIndex((value, i) => !(value >= 0 && value <= 1 && Math.abs(value - counts[i] / levels) < 1e-6))
  if (wrong >= 0)
    fail(`layers[0].x[${wrong}]`, levels === 1 ? '0 or 1 (a spike)' : `a multiple of 1/${levels} up to 1`, x[wrong])
  const shape = { T, B, C, H, W }
  return levels === 1
    ? { kind: 'spikes', data: tensor('TBCHW', 'bit', shape, packBits(counts)) }
    : { kind: 'levels', data: tensor('TBCHW', 'u8', shape, counts), levels }
}

/**
 * Reads a golden file: one JSON object with a small network, its input, weights, and u, s, ∇s̃, ∇u, ∇s, ∇w of every
 * layer, as an automatic differentiation computed them. The file explains its own format; `avgpool` averages spikes.
 * float32 files are rounded to float32 after parsing.
 * @param where what messages call the file
 * @throws InputError naming the field that is missing, of the wrong type or length, or not a finite number
 */
export const readGolden = (json: unknown, where: string): GoldenCase => {
  const read = goldenReader(where)
  const { fail, integer, finite } = read
  const file = read.object(json, 'file')
  const { dtype } = file
  if (dtype !== 'float64' && dtype !== 'float32') return fail('dtype', '"float64" or "float32"', dtype)
  const precision = dtype === 'float64' ? 'f64' : 'f32'
  if (file.loss_def !== LOSS) fail('loss_def', JSON.stringify(LOSS), file.loss_def)
  const T = integer(file.T, 'T', 1)
  const B = integer(file.batch, 'batch', 1)
  const shape = read.list(file.input_shape, 'input_shape').map((v, i) => integer(v, `input_shape[${i}]`, 1))
  if (shape.length !== 1 && shape.length !== 3) fail('input_shape', '[C, H, W] or [N]', file.input_shape)
  const [C, H = 1, W = 1] = shape
  const kind = file.input_kind ?? 'spikes'
  if (kind !== 'spikes' && kind !== 'analog' && kind !== 'dyadic')
    fail('input_kind', '"spikes", "analog" or "dyadic"', kind)
  const list = readNet(file, read)
  const size = { input: { C, H, W }, T }
  const network = read.within('net', () => networkFromList(list, size, kind === 'analog'))
  const { layers, classes } = network
  const records = read.list(file.layers, 'layers')
  if (records.length !== layers.length) fail('layers', `${layers.length} layers, as net has with weights`, records)
  const labels = read.list(file.labels, 'labels')
  if (labels.length !== B) fail('labels', `${B} labels, one per sample of the batch`, labels)
  const constants: NeuronConfig = {
    leak: finite(file.alpha, 'alpha'),
    fireThreshold: finite(file.th_f, 'th_f'),
    gradWindow: [finite(file.th_l, 'th_l'), finite(file.th_r, 'th_r')],
    surrogate: { kind: 'rectangular', height: finite(file.beta, 'beta') },
    reset: 'zero',
    detachReset: false,
  }
  const neuron = read.within('alpha, th_f, th_l, th_r, beta', () => roundNeuron(constants, precision))
  const weights: Weights[] = []
  const inputs: RealArray[] = []
  const golden = layers.map((layer, l): GoldenLayer => {
    const record = read.object(records[l], `layers[${l}]`)
    const { K, R, S, outH, outW } = layer
    const n = K * layer.C * R * S
    const neurons = T * B * K * outH * outW
    const field = (key: string) => `layers[${l}].${key}`
    const maps = (key: string) => read.array(record[key], field(key), neurons, [T, B, K], precision)
    const bits = (key: string) => read.bits(record[key], field(key), neurons, [T, B, K], precision)
    const w = read.array(record.w, field('w'), n, [K], precision)
    weights.push(tensor('KCRS', precision, { K, C: layer.C, R, S }, w))
    inputs.push(read.array(record.x, field('x'), T * B * layer.C * layer.H * layer.W, [T, B], precision))
    const dw = read.array(record.dw, field('dw'), n, [K], precision)
    return { u: maps('u'), s: bits('s'), mask: bits('mask'), du: maps('du'), ds: maps('ds'), dw }
  })
  return {
    name: typeof file.name === 'string' ? file.name : where,
    precision,
    network,
    neuron,
    B,
    labels: labels.map((label, i) => integer(label, `labels[${i}]`, 0, classes - 1)),
    input: readInput(inputs[0], kind === 'analog', network, B, read),
    weights,
    loss: finite(file.loss, 'loss'),
    outRate: read.array(file.out_rate, 'out_rate', B * classes, [B], precision),
    layers: golden,
  }
}
