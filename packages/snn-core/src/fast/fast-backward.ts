import type { NeuronConfig } from '../api'
import { paddedChannels } from './channel-blocks'
import { forcedWeightGradient } from './choices'
import { inputGradientCut, weightGradientByGradientsCut, weightGradientCut } from './cuts'
import { applyDraw, gradientDraw } from './drawn-gradients'
import type { KernelCalls } from './kernels'
import { turnGradients } from './pack-weights'
import { addEffectual, inPhase } from './phases'
import type { Plan, PlannedLayer } from './plan'

/** What the backward pass counted in one layer: non-zero ∇u, and those FP16 would flush. */
export interface BackwardCounts {
  readonly gradients: number
  readonly flushed: number
}

/**
 * ∂L/∂s of the output layer, the same at every timestep, as its spatial term; marks the samples that have any.
 * @param gradOutput B × classes
 */
export const loadOutputGradient = (plan: Plan, gradOutput: Float64Array): void => {
  const { network, samples, layers, views, activeSamples } = plan
  const { T, classes } = network
  const { blocks, places, layer } = layers[layers.length - 1]
  const base = plan.gradients[(layers.length - 1) & 1]
  const B = gradOutput.length / classes
  for (let b = 0; b < B; b++) {
    const own = gradOutput.subarray(b * classes, (b + 1) * classes)
    views.u32[activeSamples / 4 + b] = own.some((g) => g !== 0) ? 1 : 0
    for (const { first, width } of blocks) {
      let at = (base + samples * T * places * first * 4) / 4 + b * T * places * width
      for (let t = 0; t < T; t++)
        for (let p = 0; p < places; p++)
          for (let lane = 0; lane < width; lane++)
            views.f32[at++] = first + lane < layer.K ? own[(first + lane) * places + p] : 0
    }
  }
}

/** Eq. 2 for one layer: its spatial term becomes ∇u. */
const neuronGradients = (plan: Plan, planned: PlannedLayer, B: number, neuron: NeuronConfig, run: KernelCalls) => {
  const { network, samples, views, blockWords, nonZeros, activeSamples, activeMaps, tally } = plan
  const { layer, blocks, places, words, potentials } = planned
  const { K, index } = layer
  const { T } = network
  const maps = B * T
  const { surrogate, gradWindow } = neuron
  const height = surrogate.kind === 'rectangular' ? surrogate.height : Number.NaN
  views.u8.fill(0, nonZeros, nonZeros + maps * K * words * 4)
  views.u32.fill(0, activeMaps / 4, activeMaps / 4 + maps)
  views.u32.fill(0, tally / 4, tally / 4 + 2)
  for (const { first, width, valid } of blocks) {
    const base = samples * T * places * first * 4
    run.potentialGradients(
      potentials + base,
      plan.gradients[index & 1] + base,
      blockWords,
      activeSamples,
      activeMaps,
      B,
      T,
      places,
      width / 4,
      valid,
      neuron.leak,
      neuron.fireThreshold,
      gradWindow[0],
      gradWindow[1],
      height,
      neuron.reset === 'zero' ? 1 : 0,
      neuron.detachReset ? 1 : 0,
      tally,
    )
    run.transposeBits(blockWords, maps, places, nonZeros + first * words * 4, K * words * 4, words * 4)
  }
  return { gradients: views.u32[tally / 4], flushed: views.u32[tally / 4 + 1] }
}

/** `APk`: each ∇u stands for k² places of the convolution, a k²-th each. */
const averageGradients = (plan: Plan, { layer, blocks, places }: PlannedLayer, B: number, run: KernelCalls): void => {
  const { index, currentPool } = layer
  const capacity = plan.samples * plan.network.T
  if (currentPool === 1) return
  for (const { first, width } of blocks) {
    const at = plan.gradients[index & 1] + capacity * places * first * 4
    run.divideAll(at, B * plan.network.T * places * width * 4, currentPool ** 2)
  }
}

/** Eq. 3: ∇w rows of one layer, in the order of `layerGradWeights`. */
const weightGradients = (plan: Plan, planned: PlannedLayer, B: number, density: number, run: KernelCalls): void => {
  const { network, samples, views, lists, values, counts, still, gradRows, activeSamples, activeMaps } = plan
  const { layer, blocks, places, inputs, taps, input, outputs } = planned
  const { C, S, stride, convW, index } = layer
  const { T } = network
  const rows = C * taps
  const maps = input.still ? B : B * T
  const update = weightGradientCut(planned, maps, density)
  const cap = update.maps * outputs
  const capacity = input.still ? samples : samples * T
  const active = input.still ? activeSamples : activeMaps
  let gradients = plan.gradients[index & 1]
  if (input.still) {
    for (const { first, width } of blocks)
      run.sumOverTime(
        gradients + samples * T * places * first * 4,
        still + samples * places * first * 4,
        activeSamples,
        B,
        T,
        places * width * 4,
      )
    gradients = still
  }
  for (const { first, width } of blocks) {
    const at = gradRows + rows * first * 4
    views.u8.fill(0, at, at + rows * width * 4)
  }
  for (let m = 0; m < maps; m += update.maps) {
    const n = Math.min(update.maps, maps - m)
    if (!views.u32.subarray(active / 4 + m, active / 4 + m + n).some((word) => word !== 0)) continue
    for (let c = 0; c < C; c += update.channels) {
      const channels = Math.min(update.channels, C - c)
      const from = input.address + m * input.mapBytes + c * input.channelBytes
      const geometry = [
        planned.forwardPlaces,
        convW,
        taps,
        S,
        -stride,
        planned.pooledPlaces,
        places,
        active + m * 4,
        lists,
      ]
      const entries =
        input.kind === 'bits'
          ? run.listPlaces(from, input.mapBytes, n, channels, input.channelBytes / 4, ...geometry, counts, cap)
          : run.listLevelPlaces(
              from,
              input.mapBytes,
              input.channelBytes,
              n,
              channels,
              inputs,
              input.levels,
              ...geometry,
              values,
              counts,
              cap,
            )
      addEffectual('weightGradient', entries * layer.K)
      for (const { first, width } of blocks)
        run.sumRows(
          width,
          gradients + capacity * places * first * 4 + m * places * width * 4,
          lists,
          input.kind === 'bits' ? 0 : values,
          counts,
          cap,
          gradRows + rows * first * 4 + c * taps * width * 4,
          width * 4,
          channels * taps,
          0,
        )
    }
  }
}

/**
 * The same sums driven by ∇u: every non-zero ∇u times its whole window of inputs (of which a spike is 1), sums of
 * input channels side by side. Adding the product with a zero changes nothing, so the bits are the same.
 */
const weightGradientsByGradients = (
  plan: Plan,
  planned: PlannedLayer,
  B: number,
  density: number,
  run: KernelCalls,
): void => {
  const { network, views, lists, values, counts, nonZeros, activeMaps, window, expanded, turnedGradRows } = plan
  const { layer, inputBlocks, places, inputs, taps, words, input, outputs, channelTable } = planned
  const { K, W, S, index, convW, outW, currentPool } = layer
  const maps = B * network.T
  const update = weightGradientByGradientsCut(planned, maps, density)
  const cap = update.maps * outputs
  for (const { first, width } of inputBlocks) {
    const at = turnedGradRows + K * taps * first * 4
    views.u8.fill(0, at, at + K * taps * width * 4)
  }
  for (let m = 0; m < maps; m += update.maps) {
    const n = Math.min(update.maps, maps - m)
    if (!views.u32.subarray(activeMaps / 4 + m, activeMaps / 4 + m + n).some((word) => word !== 0)) continue
    for (let k = 0; k < K; k += update.channels) {
      const channels = Math.min(update.channels, K - k)
      const entries = run.listGradientPlaces(
        nonZeros + m * K * words * 4 + k * words * 4,
        K * words * 4,
        n,
        channels,
        words,
        plan.gradients[index & 1],
        channelTable + k * 8,
        m,
        places,
        outW,
        convW,
        currentPool,
        planned.backwardPlaces,
        W,
        taps,
        S,
        inputs,
        lists,
        values,
        counts,
        cap,
        window,
      )
      if (entries === 0) continue
      addEffectual('weightGradient', entries * layer.C)
      for (const { first, width } of inputBlocks) {
        const from = input.address + m * input.mapBytes + first * input.channelBytes
        const lanes = Math.min(width, layer.C - first)
        const shape = [input.mapBytes, input.channelBytes, n, lanes] as const
        if (input.kind === 'bits') run.expandBits(from, ...shape, input.channelBytes / 4, inputs, width, expanded)
        else run.expandLevels(from, ...shape, input.levels, inputs, width, expanded)
        const out = turnedGradRows + K * taps * first * 4 + k * taps * width * 4
        run.sumRows(width, expanded, lists, values, counts, cap, out, width * 4, channels * taps, 0)
      }
    }
  }
  turnGradients(planned, plan, run)
}

/** Vector operations and list entries of both ways, from what was counted: which one is cheaper. */
const cheaperByGradients = ({ layer, taps, input }: PlannedLayer, entries: number, nonZeros: number): boolean => {
  const { K, C, currentPool } = layer
  const spikeDriven = entries * (paddedChannels(K) + 8)
  const gradientDriven = nonZeros * currentPool ** 2 * taps * (1.4 * paddedChannels(C) + 8)
  const forced = forcedWeightGradient()
  return !input.still && (forced ? forced === 'gradients' : gradientDriven < spikeDriven)
}

/**
 * Spatial term of the layer below, in the order of `layerGradInput`. Outputs whose mask is closed in all channels of a
 * block are left 0: Eq. 2 multiplies them by fire' = 0.
 */
const inputGradients = (plan: Plan, planned: PlannedLayer, B: number, density: number, run: KernelCalls): void => {
  const { network, samples, views, layers, lists, values, counts, nonZeros, window } = plan
  const { layer, inputBlocks, places, inputs, taps, words, backwardRows, channelTable } = planned
  const { K, W, S, index, convW, outW, currentPool, kind } = layer
  const { T } = network
  const below = layers[index - 1]
  const spread = below.layer.spikePool > 1
  const own = plan.gradients[index & 1]
  const target = spread ? plan.pooledGradients : plan.gradients[(index - 1) & 1]
  const fc = kind === 'fc'
  const maps = B * T
  const capacity = samples * T
  const rowsOfLists = fc ? 1 : taps
  const outputsOfLists = fc ? 1 : inputs
  const backward = inputGradientCut(planned, maps, density)
  const cap = backward.channels * rowsOfLists
  for (let m = 0; m < maps; m += backward.maps) {
    const n = Math.min(backward.maps, maps - m)
    const out = (first: number, width: number) => target + capacity * inputs * first * 4 + m * inputs * width * 4
    for (const { first, width } of inputBlocks)
      views.u8.fill(0, out(first, width), out(first, width) + n * inputs * width * 4)
    for (let k = 0; k < K; k += backward.channels) {
      const channels = Math.min(backward.channels, K - k)
      const entries = run.listGradients(
        nonZeros + m * K * words * 4 + k * words * 4,
        K * words * 4,
        n,
        channels,
        words,
        own,
        channelTable + k * 8,
        m,
        places,
        outW,
        convW,
        currentPool,
        fc ? plan.single : planned.backwardPlaces,
        W,
        rowsOfLists,
        S,
        outputsOfLists,
        lists,
        values,
        counts,
        cap,
        window,
      )
      if (entries === 0) continue
      addEffectual('inputGradient', entries * layer.C * (fc ? inputs : 1))
      for (const { index: block, first, width } of inputBlocks) {
        const masks = below.masks + capacity * inputs * block * 4 + m * inputs * 4
        if (!fc)
          run.sumRows(
            width,
            backwardRows + K * taps * first * 4 + k * taps * width * 4,
            lists,
            values,
            counts,
            cap,
            out(first, width),
            width * 4,
            n * inputs,
            spread ? 0 : masks,
          )
        else
          for (let place = 0; place < inputs; place++)
            run.sumRows(
              width,
              backwardRows + K * taps * first * 4 + (place * K + k) * width * 4,
              lists,
              values,
              counts,
              cap,
              out(first, width) + place * width * 4,
              inputs * width * 4,
              n,
              spread || inputs > 1 ? 0 : masks,
            )
      }
    }
  }
  if (!spread) return
  const { outH, outW: width, spikePool } = below.layer
  for (const block of inputBlocks)
    run.spreadGradients(
      target + capacity * inputs * block.first * 4,
      plan.gradients[(index - 1) & 1] + capacity * below.places * block.first * 4,
      maps,
      block.width / 4,
      outH,
      width,
      spikePool,
    )
}

/**
 * Backward pass of one layer: ∇u, ∇w rows, and the spatial term of the layer below.
 * @param entries what the layer's forward pass counted
 */
export const backwardLayer = (
  plan: Plan,
  planned: PlannedLayer,
  B: number,
  entries: number,
  neuron: NeuronConfig,
  run: KernelCalls,
): BackwardCounts => {
  const counted = inPhase('neurons', () => neuronGradients(plan, planned, B, neuron, run))
  const drawn = gradientDraw() ? inPhase('drawn', () => applyDraw(plan, planned, B)) : undefined
  inPhase('neurons', () => averageGradients(plan, planned, B, run))
  const gradients = drawn ?? counted.gradients
  const maps = B * plan.network.T
  const gradientDensity = gradients / (maps * planned.layer.K * planned.places)
  const { C, index } = planned.layer
  // entries reach one output of every tap, less at the edges: near enough for a cut
  const spikeDensity = entries / ((planned.input.still ? B : maps) * C * planned.outputs * planned.taps)
  const byGradients = cheaperByGradients(planned, entries, gradients)
  inPhase('weightGradient', () =>
    byGradients
      ? weightGradientsByGradients(plan, planned, B, gradientDensity, run)
      : weightGradients(plan, planned, B, spikeDensity, run),
  )
  if (index > 0) inPhase('inputGradient', () => inputGradients(plan, planned, B, gradientDensity, run))
  return drawn === undefined ? counted : { ...counted, gradients: drawn }
}
