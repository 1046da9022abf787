import { forwardCut, fullyConnectedCut } from './cuts'
import { fillForwardPanel } from './pack-weights'
import type { Place } from './place'
import type { PlannedLayer } from './plan'
import { piecesOf } from './team'

/** What the sums of one layer read and where they go. */
interface CurrentWork {
  readonly maps: number
  /** Maps that `out` has room for. */
  readonly capacity: number
  /** Of the input as far as known: how the work is cut depends on it, not what comes out. */
  readonly density: number
  /** [block][map][place][channel]. */
  readonly out: number
}

/**
 * Summed inputs of a layer's neurons, in the order of addition of `layerCurrent`. A team shares the maps; the channels
 * of an FC layer, whose weights are read once then.
 * @returns entries of this thread: active inputs times the outputs of one channel each of them reaches
 */
export const currents = (place: Place, planned: PlannedLayer, work: CurrentWork): number =>
  planned.layer.kind === 'fc' ? fullyConnected(place, planned, work) : convolution(place, planned, work)

/** Lists of the active inputs of some channels and maps. @returns entries */
const listInputs = (
  { kernels: { run } }: Place,
  { input, inputs, outputs, taps, forwardPlaces, layer: { S, stride, convW } }: PlannedLayer,
  from: number,
  maps: number,
  channels: number,
  lists: number,
  values: number,
  counts: number,
): number => {
  const geometry = [forwardPlaces, convW, taps, S, -stride, outputs, lists]
  const cap = channels * taps
  return input.kind === 'bits'
    ? run.listSpikes(from, input.mapBytes, maps, channels, input.channelBytes / 4, ...geometry, counts, cap)
    : run.listLevels(from, input.mapBytes, maps, channels, inputs, input.levels, ...geometry, values, counts, cap)
}

const convolution = (place: Place, planned: PlannedLayer, { maps, capacity, density, out }: CurrentWork): number => {
  const { kernels, team, scratch } = place
  const { run, views } = kernels
  const { lists, values, counts, sums, window } = scratch
  const { layer, input, outputs, places, taps, forwardRows, blocks } = planned
  const { C, convH, convW, outH, outW, currentPool } = layer
  const forward = forwardCut(planned, maps, density)
  let entries = 0
  const piece = (m: number, n: number) => {
    // one block's sums of these maps: with pooling in a place of their own first
    const target = (first: number, width: number) =>
      currentPool > 1
        ? sums + forward.maps * outputs * first * 4
        : out + capacity * places * first * 4 + m * places * width * 4
    for (const { first, width } of blocks)
      views.u8.fill(0, target(first, width), target(first, width) + n * outputs * width * 4)
    for (let c = 0; c < C; c += forward.channels) {
      const channels = Math.min(forward.channels, C - c)
      const from = input.address + m * input.mapBytes + c * input.channelBytes
      entries += listInputs(place, planned, from, n, channels, lists, values, counts)
      for (const { first, width } of blocks)
        run.sumRows(
          width,
          forwardRows + C * taps * first * 4 + c * taps * width * 4,
          lists,
          input.kind === 'bits' ? 0 : values,
          counts,
          channels * taps,
          target(first, width),
          width * 4,
          n * outputs,
          0,
        )
    }
    if (currentPool === 1) return
    for (const { first, width } of blocks) {
      const pooled = out + capacity * places * first * 4 + m * places * width * 4
      run.poolCurrents(target(first, width), pooled, n, width / 4, convH, convW, outH, outW, currentPool, window)
    }
  }
  const pieces = piecesOf(team, maps, forward.maps)
  team.each(pieces.length, (i) => piece(pieces[i].at, pieces[i].n))
  return entries
}

/**
 * All lists of some maps first, then block after block of the outputs: a large layer's weights become rows of one block
 * and some inputs at a time, in the first-level cache.
 */
const fullyConnected = (place: Place, planned: PlannedLayer, { maps, capacity, density, out }: CurrentWork): number => {
  const { kernels, team, scratch } = place
  const { run, views } = kernels
  const { layer, input, blocks, taps, forwardRows } = planned
  const { C } = layer
  const forward = fullyConnectedCut(planned, maps, density)
  let entries = 0
  const pieces: { readonly c: number; readonly channels: number; readonly at: number; readonly counts: number }[] = []
  for (let c = 0; c < C; c += forward.channels)
    pieces.push({
      c,
      channels: Math.min(forward.channels, C - c),
      at: forward.maps * c * taps,
      counts: scratch.counts + forward.maps * pieces.length * 4,
    })
  for (let m = 0; m < maps; m += forward.maps) {
    // threads must not be several loops apart
    if (m > 0) team.meet()
    const n = Math.min(forward.maps, maps - m)
    const some = pieces.filter(({ c, channels, at, counts }) => {
      const from = input.address + m * input.mapBytes + c * input.channelBytes
      const [lists, values] = [scratch.lists + at * 2, scratch.values + at * 4]
      const listed = listInputs(place, planned, from, n, channels, lists, values, counts)
      entries += listed
      return listed > 0
    })
    team.each(blocks.length, (i) => {
      const { first, width } = blocks[i]
      const target = out + (capacity * first + m * width) * 4
      views.u8.fill(0, target, target + n * width * 4)
      for (const { c, channels, at, counts } of some)
        run.sumRows(
          width,
          forwardRows
            ? forwardRows + (C * first + c * width) * taps * 4
            : fillForwardPanel(place, planned, blocks[i], c, channels),
          scratch.lists + at * 2,
          input.kind === 'bits' ? 0 : scratch.values + at * 4,
          counts,
          channels * taps,
          target,
          width * 4,
          n,
          0,
        )
    })
  }
  return team.me > 0 ? 0 : entries
}
