import type { ChannelBlock } from './channel-blocks'
import { forwardCut, fullyConnectedMaps, type InputPart, inputParts } from './cuts'
import { fillForwardPanel } from './pack-weights'
import type { Place } from './place'
import type { PlannedLayer } from './plan'
import { fewestMaps, piecesOf } from './team'

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

/**
 * Lists of the active inputs of a part of maps m to m + n, rows counted from its first place of its first channel on.
 * @returns entries
 */
const listInputs = (
  { plan, kernels: { run } }: Place,
  planned: PlannedLayer,
  part: InputPart,
  m: number,
  n: number,
  lists: number,
  values: number,
  counts: number,
): number => {
  const { layer, input, outputs, taps, forwardPlaces } = planned
  const { S, stride, convW } = layer
  const { c, channels, place, places } = part
  const { kind, address, mapBytes, channelBytes, levels } = input
  const from = address + m * mapBytes + c * channelBytes
  const cap = rowsOf(planned, part)
  if (layer.kind === 'fc' && kind === 'bits')
    return run.listBits(
      from + place / 8,
      mapBytes,
      channelBytes,
      n,
      channels,
      places,
      plan.positions,
      lists,
      counts,
      cap,
    )
  const geometry = [forwardPlaces, convW, taps, S, -stride, outputs, lists]
  return kind === 'bits'
    ? run.listSpikes(from, mapBytes, n, channels, channelBytes / 4, ...geometry, counts, cap)
    : run.listLevels(from, mapBytes, n, channels, places, levels, ...geometry, values, counts, cap)
}

/** Rows that a list of a part may name: in FC layers one for each of its inputs. */
const rowsOf = ({ layer, taps }: PlannedLayer, { channels, places }: InputPart): number =>
  channels * (layer.kind === 'fc' ? places : taps)

const convolution = (place: Place, planned: PlannedLayer, { maps, capacity, density, out }: CurrentWork): number => {
  const { kernels, team, scratch } = place
  const { run } = kernels
  const { lists, values, counts, sums, window } = scratch
  const { layer, input, inputs, outputs, places, taps, forwardRows, blocks } = planned
  const { C, convH, convW, outH, outW, currentPool } = layer
  const forward = forwardCut(planned, maps, density)
  let entries = 0
  const piece = (m: number, n: number) => {
    // one block's sums of these maps: with pooling in a place of their own first
    const target = (first: number, width: number) =>
      currentPool > 1
        ? sums + forward.maps * outputs * first * 4
        : out + capacity * places * first * 4 + m * places * width * 4
    for (const { first, width } of blocks) run.clear(target(first, width), n * outputs * width * 4)
    for (let c = 0; c < C; c += forward.channels) {
      const channels = Math.min(forward.channels, C - c)
      const part = { c, channels, place: 0, places: inputs }
      const listed = listInputs(place, planned, part, m, n, lists, values, counts)
      entries += listed
      if (listed === 0) continue
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
  const pieces = piecesOf(team, maps, forward.maps, fewestMaps(team, maps))
  team.each(pieces.length, (i) => piece(pieces[i].at, pieces[i].n))
  return entries
}

/** A part of an FC layer's input and where its lists go: entries before them, and the address of their counts. */
interface InputPiece extends InputPart {
  readonly at: number
  readonly counts: number
}

/**
 * Lists of all inputs, then block after block of the outputs, which a team shares; part by part of the inputs, whose
 * rows stay in the cache. A large layer's weights become rows of one block and one part at a time.
 */
const fullyConnected = (place: Place, planned: PlannedLayer, { maps, capacity, density, out }: CurrentWork): number => {
  const { kernels, team, scratch } = place
  const { run } = kernels
  const { layer, input, blocks, taps, forwardRows } = planned
  const { C } = layer
  const together = fullyConnectedMaps(planned, maps)
  const pieces = inputParts(planned, density).map(
    (part, i): InputPiece => ({
      ...part,
      at: together * (part.c * taps + part.place),
      counts: scratch.counts + together * i * 4,
    }),
  )
  let entries = 0
  const targetOf = ({ first, width }: ChannelBlock, m: number) => out + (capacity * first + m * width) * 4
  const list = (piece: InputPiece, m: number, n: number): boolean => {
    const [lists, values] = [scratch.lists + piece.at * 2, scratch.values + piece.at * 4]
    const listed = listInputs(place, planned, piece, m, n, lists, values, piece.counts)
    entries += listed
    return listed > 0
  }
  const add = (block: ChannelBlock, piece: InputPiece, m: number, n: number) => {
    const { c, place: first, at, counts } = piece
    const { width } = block
    const rows = rowsOf(planned, piece)
    const table = forwardRows
      ? forwardRows + (C * taps * block.first + (c * taps + first) * width) * 4
      : fillForwardPanel(place, planned, block, c * taps + first, rows)
    const values = input.kind === 'bits' ? 0 : scratch.values + at * 4
    run.sumRows(width, table, scratch.lists + at * 2, values, counts, rows, targetOf(block, m), width * 4, n, 0)
  }
  for (let m = 0; m < maps; m += together) {
    const n = Math.min(together, maps - m)
    // threads must not be several loops apart
    if (m > 0) team.meet()
    const some = pieces.filter((piece) => list(piece, m, n))
    team.each(blocks.length, (i) => {
      run.clear(targetOf(blocks[i], m), n * blocks[i].width * 4)
      for (const piece of some) add(blocks[i], piece, m, n)
    })
  }
  return team.me > 0 ? 0 : entries
}
