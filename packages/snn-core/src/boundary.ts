import { requireInteger, requireList, requireObject, requireText, shown } from '@h2learn/config'
import type { DType, Layer, Network, Tensor } from './api'
import { ShapeError } from './errors'

const layerSizes = [
  'C',
  'H',
  'W',
  'K',
  'R',
  'S',
  'stride',
  'convH',
  'convW',
  'currentPool',
  'outH',
  'outW',
  'spikePool',
] as const

/** @throws InputError unless value is a layer, as the networks of `parseNetwork` have them */
export const requireLayer = (where: string, value: unknown): Layer => {
  const layer = requireObject(where, value, 'a layer of a network', ['name', 'kind', ...layerSizes])
  for (const size of layerSizes) requireInteger(`${where}.${size}`, layer[size])
  requireInteger(`${where}.padding`, layer.padding, 0)
  return value as Layer
}

/** @throws InputError unless value is a network, as `parseNetwork` makes them */
export const requireNetwork = (where: string, value: unknown): Network => {
  const network = requireObject(where, value, 'a network, such as parseNetwork makes', ['layers', 'T', 'input', 'text'])
  const layers = requireList(`${where}.layers`, network.layers, 'a list of layers')
  for (const [l, layer] of layers.entries()) requireLayer(`${where}.layers[${l}]`, layer)
  requireInteger(`${where}.T`, network.T)
  requireText(`${where}.text`, network.text)
  requireObject(`${where}.input`, network.input, 'the size of the input', ['C', 'H', 'W'])
  return value as Network
}

const arrays = { f64: Float64Array, f32: Float32Array, f16: Uint16Array, u8: Uint8Array, bit: Uint32Array } as const

/** @throws ShapeError unless value is a tensor of this layout and one of these number types, as `tensor` makes them */
export const requireTensor = <L extends string, D extends DType>(
  where: string,
  value: unknown,
  layout: L,
  dtypes: readonly D[],
): Tensor<L, D> => {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Tensor<L, D>>
  const { dtype, data, shape } = given
  const good =
    given.layout === layout &&
    dtypes.includes(dtype as D) &&
    data instanceof arrays[dtype as D] &&
    typeof shape === 'object' &&
    shape !== null
  if (!good)
    throw new ShapeError({
      where,
      expected: `a tensor ${layout} of ${dtypes.join(' or ')}, such as tensor() makes`,
      got: given.layout === undefined ? shown(value) : `a tensor ${shown(given.layout)} of ${shown(dtype)}`,
    })
  return value as Tensor<L, D>
}
