import { paddedChannels } from './channel-blocks'
import { forcedWeightGradient } from './choices'
import { gradientRows, weightGradientByGradientsCut, weightGradientCut } from './cuts'
import { fullyConnectedWeightGradient } from './fully-connected'
import { blockMask } from './joined-lists'
import { gradientHome, unfoldGradients } from './pack-weights'
import { addEffectual, inPhase } from './phases'
import { type Place, sumOfTeam } from './place'
import type { PlannedLayer } from './plan'
import { ownOf, piecesOf, type Team } from './team'

/** What is known of a layer when its weight gradient is computed. */
interface UpdateWork {
  readonly B: number
  /** Active inputs times the outputs of one channel each reaches; non-zero ∇u. */
  readonly entries: number
  readonly gradients: number
  /** No ∇u is ±∞ or NaN. */
  readonly finite: boolean
  readonly spikeDensity: number
  readonly gradientDensity: number
  /** Adds ∇w to what is there. */
  readonly add: boolean
}

/** Vector operations and list entries of both ways, from what was counted: which one is cheaper. */
const cheaperByGradients = ({ layer, taps, input }: PlannedLayer, { entries, gradients }: UpdateWork): boolean => {
  const { K, C, currentPool } = layer
  const spikeDriven = entries * (paddedChannels(K) + 8)
  const gradientDriven = gradients * currentPool * currentPool * taps * (1.4 * paddedChannels(C) + 8)
  const forced = forcedWeightGradient()
  return !input.still && (forced ? forced === 'gradients' : gradientDriven < spikeDriven)
}

/** Eq. 3: ∇w of one layer, sums in the order of `layerGradWeights`; nobody has met after it but for folded pooling. */
export const weightGradients = (place: Place, planned: PlannedLayer, work: UpdateWork): void => {
  const folded = planned.wide !== undefined
  const toTensor = { ...work, add: work.add && !folded }
  // ±∞ times an input that is 0 would be NaN: the sums by spikes leave it out, as the reference does
  if (!work.finite || !cheaperByGradients(planned, work)) drivenBySpikes(place, planned, toTensor)
  else if (planned.layer.kind === 'fc')
    inPhase('weightGradient', () =>
      fullyConnectedWeightGradient(place, planned, work.B * place.plan.network.T, work.add),
    )
  else drivenByGradients(place, planned, toTensor)
  if (!folded) return
  place.team.meet()
  inPhase('unpack', () => unfoldGradients(place, planned, work.add))
}

/** Channels of a team's smallest piece: every piece goes through all inputs or gradients once more. */
const fewest = (channels: number, { size }: Team): number => Math.ceil(channels / (8 * size))

/**
 * Lists of the neurons whose ∇u each row of some input channels adds, for maps m to m + n: those its active inputs reach.
 * @returns entries
 */
const listUses = (
  { plan, kernels: { run }, scratch }: Place,
  planned: PlannedLayer,
  m: number,
  n: number,
  c: number,
  channels: number,
  cap: number,
): number => {
  const { lists, values, counts, expanded } = scratch
  const { layer, input, inputs, places, taps, forwardPlaces, pooledPlaces } = planned
  const { kind, mapBytes, channelBytes, levels } = input
  const from = input.address + m * mapBytes + c * channelBytes
  const active = (input.still ? plan.activeSamples : plan.activeMaps) + m * 4
  if (layer.kind === 'fc' && kind === 'bits') {
    // one output: the maps of each input, which are its bits map by map
    const pitch = Math.ceil(n / 32) * 4
    run.transposeMaps(from, mapBytes, channelBytes, n, channels, taps, active, expanded, pitch)
    return run.listBits(expanded, pitch, 0, channels * taps, 1, n, plan.positions, lists, counts, cap)
  }
  const { convW, S, stride } = layer
  const geometry = [forwardPlaces, convW, taps, S, -stride, pooledPlaces, places, active, lists]
  return kind === 'bits'
    ? run.listPlaces(from, mapBytes, n, channels, channelBytes / 4, ...geometry, counts, cap)
    : run.listLevelPlaces(from, mapBytes, channelBytes, n, channels, inputs, levels, ...geometry, values, counts, cap)
}

/** Every row adds the gradients that its spikes select. A team shares the input channels, or where few the outputs'. */
const drivenBySpikes = (place: Place, planned: PlannedLayer, { B, spikeDensity, add }: UpdateWork): void => {
  const { plan, kernels, team, scratch } = place
  const { run, views } = kernels
  const { network, samples, still, activeSamples, activeMaps } = plan
  const { lists, values, counts, gradRows } = scratch
  const { layer, places, taps, input, outputs } = planned
  const { C, K, index } = layer
  const { T } = network
  const byOutputs = team.size > 1 && C < 4 * team.size
  const blocks = byOutputs ? ownOf(team, planned.blocks) : planned.blocks
  const maps = input.still ? B : B * T
  const update = weightGradientCut(planned, maps, spikeDensity)
  const cap = update.maps * outputs
  const capacity = input.still ? samples : samples * T
  const active = input.still ? activeSamples : activeMaps
  let gradients = plan.gradients[index & 1]
  inPhase('weightGradient', () => {
    if (!input.still) return
    for (const { first, width } of ownOf(team, planned.blocks))
      run.sumOverTime(
        gradients + samples * T * places * first * 4,
        still + samples * places * first * 4,
        activeSamples,
        B,
        T,
        places * width * 4,
      )
    gradients = still
    team.meet()
  })
  const home = gradientHome(plan, planned)
  let total = 0
  const piece = (c0: number, many: number) => {
    inPhase('weightGradient', () => {
      for (const { first, width } of blocks) run.clear(gradRows + many * taps * first * 4, many * taps * width * 4)
      for (let m = 0; m < maps; m += update.maps) {
        const n = Math.min(update.maps, maps - m)
        if (!views.u32.subarray(active / 4 + m, active / 4 + m + n).some((word) => word !== 0)) continue
        for (let c = 0; c < many; c += update.channels) {
          const channels = Math.min(update.channels, many - c)
          total += listUses(place, planned, m, n, c0 + c, channels, cap)
          for (const { first, width } of blocks)
            run.sumRows(
              width,
              gradients + capacity * places * first * 4 + m * places * width * 4,
              lists,
              input.kind === 'bits' ? 0 : values,
              counts,
              cap,
              gradRows + many * taps * first * 4 + c * taps * width * 4,
              width * 4,
              channels * taps,
              0,
            )
        }
      }
    })
    inPhase('unpack', () => {
      for (const { first, width } of blocks)
        run.unpackRows(
          gradRows + many * taps * first * 4,
          width,
          many * taps,
          Math.min(width, K - first),
          home + (first * C + c0) * taps * 4,
          C * taps * 4,
          add ? 1 : 0,
        )
    })
  }
  const rows = gradientRows(C, taps, K)
  if (byOutputs) for (let c = 0; c < C; c += rows) piece(c, Math.min(rows, C - c))
  else {
    const pieces = piecesOf(team, C, rows, fewest(C, team))
    team.each(pieces.length, (i) => piece(pieces[i].at, pieces[i].n))
  }
  const [effectual] = sumOfTeam(place, [byOutputs && team.me > 0 ? 0 : total])
  addEffectual('weightGradient', effectual * K)
}

/**
 * Lists of the ∇u of channels k to k + channels of maps m to m + n, and of the windows of inputs under them.
 * @returns inputs in these windows
 */
const listWindows = (
  { plan, kernels: { run, views }, scratch: { lists, values, counts } }: Place,
  planned: PlannedLayer,
  k: number,
  channels: number,
  m: number,
  n: number,
  cap: number,
): number => {
  const { layer, blocks, places, padded, backwardPlaces, windowPlaces } = planned
  const { index, outH, outW, convW, currentPool } = layer
  const capacity = plan.samples * plan.network.T
  views.u32.fill(0, counts / 4, counts / 4 + channels)
  let entries = 0
  for (const block of blocks) {
    const mask = blockMask(block, k, channels)
    if (mask === 0) continue
    const { first, width } = block
    entries += run.listWindows(
      plan.gradientWords + (capacity * block.index + m) * places * 4,
      mask,
      n,
      outH,
      outW,
      convW,
      currentPool,
      plan.gradients[index & 1] + (capacity * first + m * width) * places * 4,
      width,
      backwardPlaces,
      windowPlaces,
      padded.places,
      first - k,
      lists,
      values,
      counts,
      cap,
    )
  }
  return entries
}

/**
 * The same sums driven by ∇u: every non-zero ∇u times its whole window of inputs (of which a spike is 1), sums of
 * input channels side by side. Adding the product with a zero changes nothing, so the bits are the same. A team shares
 * the output channels.
 */
const drivenByGradients = (place: Place, planned: PlannedLayer, { B, gradientDensity, add }: UpdateWork): void => {
  const { plan, kernels, team, scratch } = place
  const { run, views } = kernels
  const { network, activeMaps } = plan
  const { lists, values, counts, expanded, gradRows } = scratch
  const { layer, inputBlocks, inputs, padded, taps, input, outputs } = planned
  const { C, K, S } = layer
  const maps = B * network.T
  const update = weightGradientByGradientsCut(planned, maps, gradientDensity)
  const cap = update.maps * outputs
  const home = gradientHome(plan, planned)
  const pieces = piecesOf(team, K, gradientRows(K, taps, C), fewest(K, team))
  let total = 0
  team.each(pieces.length, (i) => {
    const { at: k0, n: many } = pieces[i]
    inPhase('weightGradient', () => {
      for (const { first, width } of inputBlocks) run.clear(gradRows + many * taps * first * 4, many * taps * width * 4)
      for (let m = 0; m < maps; m += update.maps) {
        const n = Math.min(update.maps, maps - m)
        if (!views.u32.subarray(activeMaps / 4 + m, activeMaps / 4 + m + n).some((word) => word !== 0)) continue
        for (let k = 0; k < many; k += update.channels) {
          const channels = Math.min(update.channels, many - k)
          const entries = listWindows(place, planned, k0 + k, channels, m, n, cap)
          if (entries === 0) continue
          total += entries
          for (const { first, width } of inputBlocks) {
            const from = input.address + m * input.mapBytes + first * input.channelBytes
            const lanes = Math.min(width, C - first)
            const shape = [input.mapBytes, input.channelBytes, n, lanes] as const
            const target = [planned.insidePlaces, padded.places, width, expanded] as const
            if (input.kind === 'bits') run.expandBits(from, ...shape, input.channelBytes / 4, ...target)
            else run.expandLevels(from, ...shape, input.levels, inputs, ...target)
            const out = gradRows + many * taps * first * 4 + k * taps * width * 4
            for (let tap = 0; tap < taps; tap++) {
              // the same places, shifted
              const rows = expanded + (Math.floor(tap / S) * padded.width + (tap % S)) * width * 4
              run.sumRows(width, rows, lists, values, counts, cap, out + tap * width * 4, taps * width * 4, channels, 0)
            }
          }
        }
      }
    })
    inPhase('unpack', () => {
      for (const { first, width } of inputBlocks)
        for (let k = 0; k < many; k++)
          run.unpackRows(
            gradRows + many * taps * first * 4 + k * taps * width * 4,
            width,
            taps,
            Math.min(width, C - first),
            home + ((k0 + k) * C + first) * taps * 4,
            taps * 4,
            add ? 1 : 0,
          )
    })
  })
  const [effectual] = sumOfTeam(place, [total])
  addEffectual('weightGradient', effectual * C)
}
