import type { Layer, Maps, Precision, Weights } from '../../api'
import { arithmetic, storageOf } from '../../arithmetic'
import { layerCurrent } from '../../layer-current'
import { layerGradInput, layerGradWeights } from '../../layer-gradients'
import { tensor } from '../../tensor'
import type { Connection, MapShape, Signal } from '../api'
import { asLayerInput, channelsOf, reshapeTime, signalExtent } from '../signals'

/** Convolution that one group of channels goes through; a full connection is one with the kernel of its whole input. */
export interface LayerGeometry {
  readonly kind: Layer['kind']
  readonly stride: number
  readonly padding: number
  readonly groups: number
  readonly output: MapShape
}

/** One group of a connection as a layer of a chain. */
const layerOf = ({ name, input }: Connection, geometry: LayerGeometry, { R, S }: { R: number; S: number }): Layer => {
  const { kind, stride, padding, groups, output } = geometry
  return {
    name,
    index: 0,
    kind,
    encoding: false,
    C: input.C / groups,
    H: input.H,
    W: input.W,
    K: output.C / groups,
    R,
    S,
    stride,
    padding,
    convH: output.H,
    convW: output.W,
    currentPool: 1,
    outH: output.H,
    outW: output.W,
    spikePool: 1,
  }
}

/** Output channels `from` .. of the weights that one group has. */
const groupWeights = ({ dtype, shape, data }: Weights, group: number, groups: number): Weights => {
  if (groups === 1) return { layout: 'KCRS', dtype, shape, data } as Weights
  const K = shape.K / groups
  const n = data.length / groups
  return tensor('KCRS', dtype, { ...shape, K }, data.subarray(group * n, (group + 1) * n))
}

/** Channels `from` .. of real maps. */
const groupMaps = (maps: Maps, group: number, groups: number): Maps => {
  if (groups === 1) return maps
  const part = channelsOf({ kind: 'real', data: maps }, (group * maps.shape.C) / groups, maps.shape.C / groups)
  return part.data as Maps
}

/** Maps whose channels are those of the parts, one after the other. */
const joinChannels = (parts: readonly Maps[], precision: Precision): Maps => {
  if (parts.length === 1) return parts[0]
  const { T, B, C, H, W } = parts[0].shape
  const n = C * H * W
  const out = arithmetic(precision).zeros(T * B * n * parts.length)
  parts.forEach(({ data }, g) => {
    for (let map = 0; map < T * B; map++) out.set(data.subarray(map * n, (map + 1) * n), (map * parts.length + g) * n)
  })
  return tensor('TBCHW', storageOf(precision), { T, B, C: C * parts.length, H, W }, out)
}

const each = <V>(groups: number, make: (group: number) => V): V[] => Array.from({ length: groups }, (_, g) => make(g))

/** Current of a connection, group by group as a layer of a chain computes it (`layerCurrent`). */
export const layeredCurrent = (
  connection: Connection,
  geometry: LayerGeometry,
  signal: Signal,
  weights: Weights,
  precision: Precision,
): Maps => {
  const { groups } = geometry
  const layer = layerOf(connection, geometry, weights.shape)
  const { T, B } = signalExtent(signal)
  const parts = each(groups, (g) => {
    const input = asLayerInput(channelsOf(signal, g * layer.C, layer.C))
    return reshapeTime(layerCurrent(layer, input, groupWeights(weights, g, groups), precision), T, B)
  })
  return joinChannels(parts, precision)
}

/** Gradient at the input of a connection, group by group (`layerGradInput`). */
export const layeredGradInput = (
  connection: Connection,
  geometry: LayerGeometry,
  grad: Maps,
  weights: Weights,
  precision: Precision,
): Maps => {
  const { groups } = geometry
  const layer = layerOf(connection, geometry, weights.shape)
  const parts = each(groups, (g) =>
    layerGradInput(layer, groupMaps(grad, g, groups), groupWeights(weights, g, groups), precision),
  )
  return joinChannels(parts, precision)
}

/**
 * Gradient of the weights of a connection, group by group (`layerGradWeights`). Real values that change in time are
 * added timestep by timestep, and sample by sample within one.
 */
export const layeredGradWeights = (
  connection: Connection,
  geometry: LayerGeometry,
  signal: Signal,
  grad: Maps,
  precision: Precision,
): Weights => {
  const { groups } = geometry
  const shape = connection.weights!
  const layer = layerOf(connection, geometry, shape)
  const { T, B } = grad.shape
  const timed = signal.kind === 'real' ? reshapeTime(grad, 1, T * B) : grad
  const out = arithmetic(precision).zeros(shape.K * shape.C * shape.R * shape.S)
  for (let g = 0; g < groups; g++) {
    const input = asLayerInput(channelsOf(signal, g * layer.C, layer.C))
    out.set(layerGradWeights(layer, input, groupMaps(timed, g, groups), precision).data, (g * out.length) / groups)
  }
  return tensor('KCRS', storageOf(precision), shape, out)
}
