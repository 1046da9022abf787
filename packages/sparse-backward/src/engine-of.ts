import { bytes, cycles, type Engine, type EngineTiming } from '@h2learn/hw'
import { expandPotentials, f16Decode, f16Encode, f16Round, getBit, packBits, tensor } from '@h2learn/snn-core'
import type { BackwardInput, BackwardOutput } from './api'
import {
  type BackwardAction,
  type BackwardPart,
  type BackwardUnits,
  backwardCounts,
  backwardParts,
  backwardUnits,
} from './array'
import { type BackwardConfig, type BackwardMode, backwardConfig, checkBuffer } from './config'
import { backwardKernels } from './fast/backward-kernels'
import { fastDenseGradient, fastSpatialGradient } from './fast/fast-gradient'
import { checkBackwardInput, convGeometry } from './geometry'
import { gradRule } from './grad'
import { outputMap } from './masks'
import { measureConv } from './measure-conv'
import { fcJob, measureDense, potentialsBetween } from './measure-dense'
import { denseGradient, openEverywhere, spatialGradient } from './spatial-gradient'
import type { BackwardWork } from './work'

/** A Backward Engine: from ∇u of a layer, or ∂L/∂s from the host, to ∇u of the neurons below. */
export interface BackwardEngineUnit
  extends Engine<BackwardInput, BackwardOutput, BackwardWork, BackwardAction, BackwardPart> {
  readonly config: BackwardConfig
}

/** Spatial term ps at the size of what the layer read, T·B maps. */
const spatialTerm = (config: BackwardConfig, mode: BackwardMode, input: BackwardInput): Float32Array => {
  const { T, B, target } = input
  if (input.kind === 'output') return f16Decode(input.gradS.data)
  const { layer, weights, gradU } = input
  // the baselines keep to the plain code: they are what the kernels are compared with
  const kernels = mode === 'both' ? backwardKernels() : undefined
  if (layer.kind === 'fc')
    return (
      (kernels && fastDenseGradient(kernels, config, layer, weights, gradU.data, T * B)) ??
      denseGradient(config, layer, weights, gradU.data, T * B)
    )
  const geometry = convGeometry(layer, target.layer)
  const open = new Uint8Array(layer.C * layer.H * layer.W)
  const openOf = (map: number) => {
    outputMap(geometry, target.spikeGradMask, map, open)
    return openEverywhere(mode, open)
  }
  return (
    (kernels && fastSpatialGradient(kernels, config, geometry, weights, gradU.data, T * B, openOf)) ??
    spatialGradient(config, mode, geometry, weights, gradU.data, T * B, openOf)
  )
}

/** ps for every neuron: as it is, or ÷k² to each of the k×k neurons whose spikes were pooled (0 for dropped ones). */
const spreadOverNeurons = (input: BackwardInput, spatial: Float32Array): Float32Array => {
  const { spikePool: k, K, outH, outW } = input.target.layer
  if (input.kind === 'output' || k === 1) return spatial
  const { T, B, layer } = input
  const [H, W] = [layer.H, layer.W]
  const spread = new Float32Array(T * B * K * outH * outW)
  for (let map = 0; map < T * B * K; map++)
    for (let y = 0; y < H * k; y++)
      for (let x = 0; x < W * k; x++)
        spread[(map * outH + y) * outW + x] = f16Round(
          spatial[(map * H + Math.floor(y / k)) * W + Math.floor(x / k)] / (k * k),
        )
  return spread
}

const runBackward = (config: BackwardConfig, mode: BackwardMode, input: BackwardInput): BackwardOutput => {
  checkBackwardInput(input)
  const { T, B, target, neuron } = input
  const { K, outH, outW } = target.layer
  const spatial = spreadOverNeurons(input, spatialTerm(config, mode, input))
  const potentials = f16Decode(expandPotentials(target.potentials).data)
  const step = B * K * outH * outW
  const repeats = input.kind === 'output' && input.gradS.shape.T === 1
  const grad = gradRule(neuron)
  const gradU = new Float32Array(T * step)
  for (let t = T - 1; t >= 0; t--)
    for (let i = 0; i < step; i++) {
      const at = t * step + i
      gradU[at] = grad(
        spatial[repeats ? i : at],
        potentials[at],
        getBit(target.spikes.data, at),
        getBit(target.spikeGradMask.data, at),
        t === T - 1 ? 0 : gradU[at + step],
      )
    }
  const shape = { T, B, C: K, H: outH, W: outW }
  return {
    gradU: tensor('TBCHW', 'f16', shape, f16Encode(gradU)),
    potentialGradMask: tensor('TBCHW', 'bit', shape, packBits(gradU)),
  }
}

const measureBackward = (config: BackwardConfig, mode: BackwardMode, input: BackwardInput): BackwardWork => {
  checkBackwardInput(input)
  const { T, B, target } = input
  const { K, outH, outW, kind } = target.layer
  const potentials = potentialsBetween(target.potentials.mask)
  if (input.kind === 'output')
    return measureDense(config, {
      kind: 'output',
      T,
      B,
      K: 0,
      C: K * outH * outW,
      neurons: K * outH * outW,
      spikePool: 1,
      potentials,
      storesMask: kind === 'conv',
      hostBits: 16 * input.gradS.data.length,
    })
  if (input.layer.kind === 'fc') return measureDense(config, fcJob(input.layer, target.layer, T, B, potentials))
  return measureConv(config, mode, input)
}

/** Time of a pass: cycles and bytes of its grid iterations; ideal is effectual MACs or Grad updates on all units. */
export const backwardTiming = ({ cols }: BackwardConfig, work: BackwardWork): EngineTiming => {
  const latency = cycles(work.iterations.cycles.reduce((total, n) => total + n, 0))
  const ideal = Math.max(
    Math.ceil(work.macs.effectual / work.pes),
    work.kind === 'output' ? Math.ceil(work.gradUpdates / cols) : 0,
  )
  return {
    latency,
    interval: latency,
    iterations: work.iterations,
    firstFillBytes: bytes(work.firstFillBytes),
    gradientBytes: bytes(0),
    idealCycles: cycles(Math.min(ideal, latency)),
  }
}

/**
 * The helper all four engines are made with: what they skip is all they differ in.
 * @param replaced units of the user's own in place of the engine's: its silicon and its counts follow from them. `run` and
 *   `measure` stay those of the paper's units, so a unit that computes or times something else needs `backwardArray`
 */
export const engineOf = (
  name: string,
  mode: BackwardMode,
  changes: Partial<BackwardConfig>,
  replaced: Partial<BackwardUnits> = {},
): BackwardEngineUnit => {
  const config = backwardConfig(changes)
  const units = (kernel?: number) => ({ ...backwardUnits(config, mode, { kernel }), ...replaced })
  return {
    name,
    config,
    run: (input) => runBackward(config, mode, input),
    measure: (input) => {
      const work = measureBackward(config, mode, input)
      checkBuffer(config, input.kind === 'output' ? 'output' : input.layer.name, work)
      return work
    },
    time: (work) => backwardTiming(config, work),
    count: (work) => backwardCounts(config, units(work.kernel), work),
    parts: backwardParts(config, units()),
    glbKiB: config.glbKiB,
  }
}
