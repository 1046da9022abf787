import { paddedChannels } from './channel-blocks'
import type { PlannedLayer } from './plan'

/**
 * How the work of a layer is cut so that tables of rows, lists and sums stay in the caches while each visit of an
 * output still finds enough non-zero rows to be worth loading its sums. Cuts follow the density as counted; results do
 * not depend on them, because every sum goes on in the same order where it stopped.
 */
export interface Cut {
  /** Maps whose lists are written at once. */
  readonly maps: number
  /** Channels of the side that is summed over (weight gradients: of the lists). */
  readonly channels: number
}

/** Non-zero rows that a visit should find on average. */
const ROWS_PER_VISIT = 20
/** Rows of a table that are visited together: at least (16 KiB of 32 channels, the first-level cache) and at most. */
const FEWEST_ROWS = 144
const MOST_ROWS = 1024
/** Outputs whose sums are visited together. */
const OUTPUTS = 1024
/** Rows of gradients or inputs that a weight gradient visits together. */
const FEWEST_GRADIENT_ROWS = 256
/** Lists are cut so that they stay below this many entries. */
const MOST_ENTRIES = 2 ** 21

const clamp = (n: number, low: number, high: number) => Math.max(low, Math.min(high, Math.floor(n)))
const rowsFor = (density: number, fewest: number) => clamp(ROWS_PER_VISIT / density, fewest, MOST_ROWS)

type Geometry = Pick<PlannedLayer, 'layer' | 'inputs' | 'outputs' | 'places' | 'taps'>

/** Cut of the forward pass for a density of the input; density 0 gives the largest. */
export const forwardCut = ({ layer, outputs, taps }: Geometry, maps: number, density: number): Cut => ({
  maps: clamp(OUTPUTS / outputs, 1, maps),
  channels: clamp(rowsFor(density, FEWEST_ROWS) / taps, 1, layer.C),
})

/** Cut of the forward pass of an FC layer: all lists of these maps are there at once. */
export const fullyConnectedCut = ({ layer, taps }: Geometry, maps: number, density: number): Cut => ({
  maps: clamp(MOST_ENTRIES / (layer.C * taps), 1, maps),
  channels: clamp(rowsFor(density, FEWEST_ROWS) / taps, 1, layer.C),
})

/** Cut of the input gradient for a density of ∇u. */
export const inputGradientCut = ({ layer, inputs, taps }: Geometry, maps: number, density: number): Cut => {
  const rows = rowsFor(density, FEWEST_ROWS)
  return layer.kind === 'fc'
    ? { maps, channels: clamp(rows, 1, layer.K) }
    : { maps: clamp(OUTPUTS / inputs, 1, maps), channels: clamp(rows / taps, 1, layer.K) }
}

const updateCut = (channels: number, rows: number, entries: number, maps: number, density: number): Cut => {
  const many = clamp(rowsFor(density, FEWEST_GRADIENT_ROWS) / rows, 1, maps)
  return { maps: many, channels: clamp(MOST_ENTRIES / (many * entries), 1, channels) }
}

/** Cut of the weight gradient driven by spikes, for their density. */
export const weightGradientCut = ({ layer, places, outputs, taps }: Geometry, maps: number, density: number): Cut =>
  updateCut(layer.C, places, outputs * taps, maps, density)

/** Cut of the weight gradient driven by ∇u, for its density. */
export const weightGradientByGradientsCut = (
  { layer, inputs, outputs, taps }: Geometry,
  maps: number,
  density: number,
): Cut => updateCut(layer.K, inputs, outputs * taps, maps, density)

/** Bytes of ∇w rows that are summed before they go to their tensor: about what the second-level cache holds. */
const GRADIENT_ROW_BYTES = 2 ** 21

/** Channels (of `channels`) whose ∇w rows of `others` values a tap are summed together. */
export const gradientRows = (channels: number, taps: number, others: number): number =>
  clamp(GRADIENT_ROW_BYTES / (taps * Math.ceil(others / 4) * 16), 1, channels)

/** Entries of all lists, and number of lists, that any cut of a layer needs room for. */
export const listRoom = (geometry: Geometry, inputMaps: number, maps: number) => {
  const { layer, inputs, outputs, taps } = geometry
  const fc = layer.kind === 'fc'
  const forward = fc
    ? { ...fullyConnectedCut(geometry, inputMaps, 0), channels: layer.C }
    : forwardCut(geometry, inputMaps, 0)
  const backward = inputGradientCut(geometry, maps, 0)
  const update = [
    { cut: weightGradientCut(geometry, inputMaps, 0), channels: layer.C },
    { cut: weightGradientByGradientsCut(geometry, maps, 0), channels: layer.K },
  ]
  const one = update.map(({ cut, channels }) => {
    const list = cut.maps * outputs * taps
    return Math.max(list, Math.min(MOST_ENTRIES, list * channels))
  })
  const receivers = fc ? 1 : inputs
  return {
    entries: Math.max(
      forward.maps * outputs * forward.channels * taps,
      backward.maps * receivers * backward.channels * (fc ? 1 : taps),
      ...one,
    ),
    lists: Math.max(
      forward.maps * (fc ? Math.ceil(layer.C / fullyConnectedCut(geometry, inputMaps, 1).channels) : outputs),
      backward.maps * receivers,
      layer.C * taps,
      layer.K * taps,
    ),
    /** Places of the expanded input, and of sums before pooling. */
    expanded: update[1].cut.maps * inputs,
    sums: forward.maps * outputs,
    /** Floats of a panel of an FC layer's weights, forward and backward. */
    panel: fc
      ? Math.max(
          Math.max(MOST_ROWS, taps) * Math.min(32, paddedChannels(layer.K)),
          layer.index > 0 ? taps * backward.channels * Math.min(32, paddedChannels(layer.C)) : 0,
        )
      : 0,
  }
}
