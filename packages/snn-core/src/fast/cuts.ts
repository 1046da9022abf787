import { paddedChannels } from './channel-blocks'
import { JOINED_MORE, placeCap } from './joined-lists'
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
/** All items in as few pieces of up to n (at least one) as there must be: items of each. */
const evenly = (n: number, all: number) => Math.ceil(all / Math.ceil(all / clamp(n, 1, all)))
const rowsFor = (density: number, fewest: number) => clamp(ROWS_PER_VISIT / density, fewest, MOST_ROWS)

type Geometry = Pick<PlannedLayer, 'layer' | 'input' | 'inputs' | 'padded' | 'outputs' | 'places' | 'taps'>
type Inputs = Pick<Geometry, 'layer' | 'input' | 'taps'>

/** Cut of the forward pass for a density of the input; density 0 gives the largest. */
export const forwardCut = ({ layer, outputs, taps }: Geometry, maps: number, density: number): Cut => ({
  maps: clamp(OUTPUTS / outputs, 1, maps),
  channels: evenly(rowsFor(density, FEWEST_ROWS) / taps, layer.C),
})

/** Maps of an FC layer whose lists are there at once. */
export const fullyConnectedMaps = ({ layer, taps }: Inputs, maps: number): number =>
  clamp(MOST_ENTRIES / (layer.C * taps), 1, maps)

/** Some channels of a layer's input, of each the places `place` to `place + places`: all, or (FC) whole words of bits. */
export interface InputPart {
  readonly c: number
  readonly channels: number
  readonly place: number
  readonly places: number
}

/** Inputs of an FC layer whose values are multiplied together: the floats of a part of some maps fit the second cache. */
const PART_VALUES = 512

/**
 * An FC layer's input in parts of about as many inputs as the forward pass adds rows for together at a density; without
 * one as many as the backward pass multiplies together.
 */
export const inputParts = ({ layer: { C }, input, taps }: Inputs, density?: number): readonly InputPart[] => {
  const rows = density === undefined ? PART_VALUES : rowsFor(density, FEWEST_ROWS)
  const many = clamp(rows / taps, 1, C)
  const each = input.kind === 'bits' && taps > rows ? Math.floor(rows / 32) * 32 : taps
  const parts: InputPart[] = []
  for (let c = 0; c < C; c += many)
    for (let place = 0; place < taps; place += each)
      parts.push({ c, channels: Math.min(many, C - c), place, places: Math.min(each, taps - place) })
  return parts
}

/** Bytes between the maps of a part of n values: whole vectors of 16, and not on top of each other in the caches. */
export const partPitch = (n: number): number => Math.ceil(n / 16) * 64 + 64

/** Inputs of a panel of an FC layer's weights, and inputs whose panels are copied together. */
export const PANEL = 32
const PANEL_INPUTS = 256

/** Bytes of a panel of so many rows: panels do not lie on top of each other in the caches either. */
export const panelBytes = (rows: number): number => rows * PANEL * 4 + 128

/** Channels of so many places whose panels are copied together: whole vectors, and no more than a block where not one. */
export const panelChannels = (places: number): number => {
  if (places === 1) return PANEL_INPUTS
  let channels = PANEL
  while (channels > 4 && channels * places > PANEL_INPUTS) channels /= 2
  return channels
}

/** Cut of the input gradient for a density of ∇u. */
export const inputGradientCut = ({ layer, inputs, taps }: Geometry, maps: number, density: number): Cut => {
  const rows = rowsFor(density, FEWEST_ROWS)
  return layer.kind === 'fc'
    ? { maps, channels: Math.min(layer.K, Math.floor(rows / 32) * 32) }
    : { maps: clamp(OUTPUTS / inputs, 1, maps), channels: evenly(rows / taps, layer.K) }
}

/** Maps of so many rows each that a weight gradient visits together, at a density of what selects them. */
const updateMaps = (rows: number, maps: number, density: number) =>
  clamp(rowsFor(density, FEWEST_GRADIENT_ROWS) / rows, 1, maps)

/** Cut of the weight gradient driven by spikes, for their density. */
export const weightGradientCut = ({ layer, places, outputs, taps }: Geometry, maps: number, density: number): Cut => {
  const many = updateMaps(places, maps, density)
  return { maps: many, channels: clamp(MOST_ENTRIES / (many * outputs * taps), 1, layer.C) }
}

/** Cut of a convolution's weight gradient driven by ∇u, for its density: the lists of a channel serve all its taps. */
export const weightGradientByGradientsCut = (
  { layer, padded, outputs }: Geometry,
  maps: number,
  density: number,
): Cut => {
  const many = updateMaps(padded.places, maps, density)
  return { maps: many, channels: clamp(MOST_ENTRIES / (many * outputs), 1, layer.K) }
}

/** Bytes of ∇w rows that are summed before they go to their tensor: about what the second-level cache holds. */
const GRADIENT_ROW_BYTES = 2 ** 21

/** Channels (of `channels`) whose ∇w rows of `others` values a tap are summed together. */
export const gradientRows = (channels: number, taps: number, others: number): number =>
  clamp(GRADIENT_ROW_BYTES / (taps * Math.ceil(others / 4) * 16), 1, channels)

/** Room that any cut of a layer needs. */
export interface Room {
  /** Entries of all lists, and number of lists. */
  readonly entries: number
  readonly lists: number
  /** Floats of the expanded input, of sums that are not where they belong yet, and of the panels of an FC layer. */
  readonly expanded: number
  readonly sums: number
  readonly panel: number
  /** Entries and number of the lists of places that others join. */
  readonly sources: number
  readonly sourceCounts: number
}

/** Room for the backward and the forward pass of a layer with so many maps of input, and maps. */
export const roomOf = (geometry: Geometry & { readonly perChannel: number }, inputMaps: number, maps: number): Room =>
  geometry.layer.kind === 'fc'
    ? fullyConnectedRoom(geometry, inputMaps, maps)
    : convolutionRoom(geometry, inputMaps, maps)

/** Entries of the lists of a weight gradient driven by spikes. */
const updateEntries = (geometry: Geometry, inputMaps: number): number => {
  const { maps } = weightGradientCut(geometry, inputMaps, 0)
  const list = maps * geometry.outputs * geometry.taps
  return Math.max(list, Math.min(MOST_ENTRIES, list * geometry.layer.C))
}

const fullyConnectedRoom = (
  geometry: Geometry & { readonly perChannel: number },
  inputMaps: number,
  maps: number,
): Room => {
  const { layer, taps, perChannel } = geometry
  const { C, K } = layer
  const forward = fullyConnectedMaps(geometry, inputMaps)
  const backward = inputGradientCut(geometry, maps, 0).channels
  const pieces = Math.ceil(K / inputGradientCut(geometry, maps, 1).channels)
  const panels = Math.ceil((panelChannels(perChannel) * perChannel) / PANEL)
  const widest = Math.max(...inputParts(geometry).map(({ channels, places }) => channels * places))
  return {
    entries: Math.max(forward * C * taps, maps * K, updateEntries(geometry, inputMaps)),
    lists: Math.max(forward * inputParts(geometry, 1).length, maps * pieces, C * taps, K),
    expanded: Math.max((maps * partPitch(widest)) / 4, C * taps * Math.ceil(inputMaps / 32)),
    sums: maps * panels * PANEL,
    panel: Math.max(Math.max(MOST_ROWS, taps) * PANEL, (panels * panelBytes(backward)) / 4),
    sources: 0,
    sourceCounts: 0,
  }
}

const convolutionRoom = (geometry: Geometry, inputMaps: number, maps: number): Room => {
  const { layer, inputs, padded, outputs, taps } = geometry
  const forward = forwardCut(geometry, inputMaps, 0)
  const backward = inputGradientCut(geometry, maps, 0)
  const byGradients = weightGradientByGradientsCut(geometry, maps, 0)
  return {
    entries: Math.max(
      forward.maps * outputs * forward.channels * taps,
      backward.maps * inputs * (backward.channels * taps + JOINED_MORE),
      updateEntries(geometry, inputMaps),
      byGradients.maps * outputs * byGradients.channels,
    ),
    lists: Math.max(forward.maps * outputs, backward.maps * inputs, layer.C * taps, layer.K * taps),
    expanded: byGradients.maps * padded.places * Math.min(32, paddedChannels(layer.C)),
    sums: layer.currentPool > 1 ? forward.maps * outputs * paddedChannels(layer.K) : 0,
    panel: 0,
    sources: backward.maps * outputs * placeCap(backward.channels),
    sourceCounts: backward.maps * outputs,
  }
}
