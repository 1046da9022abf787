import { ConfigError } from '@h2learn/hw'
import type { ForwardInput } from '@h2learn/lut-pe'
import {
  type CompressedPotentials,
  compressPotentials,
  type LayerRecord,
  type Maps,
  type Mask,
  requireNumbers,
  type StepRecord,
  sizeOf,
  tensor,
  toF16,
  type Weights,
} from '@h2learn/snn-core'
import type { BackwardInput, BackwardTarget } from '@h2learn/sparse-backward'
import type { WeightUpdateInput } from '@h2learn/weight-update'

/** The inputs of the three engines for one recorded sub-batch, layer by layer. */
export interface SubBatchJobs {
  readonly forward: readonly ForwardInput[]
  /** The output layer first (Grad alone), then down to the neurons of the first layer. */
  readonly backward: readonly BackwardInput[]
  readonly weightUpdate: readonly WeightUpdateInput[]
}

const half = <L extends 'TBCHW' | 'KCRS'>(t: { layout: L; dtype: string }) => toF16(t as never)

const scaled = (maps: Maps, scale: number): Maps => {
  if (scale === 1) return maps
  return tensor(
    'TBCHW',
    'f64',
    maps.shape,
    Float64Array.from(maps.data, (x) => x * scale),
  )
}

/** A mask with every bit set: fully connected layers keep their potentials dense (section IV-B1). */
const allOpen = (mask: Mask): Mask => {
  const n = sizeOf('TBCHW', mask.shape)
  const open = tensor('TBCHW', 'bit', mask.shape)
  open.data.fill(0xffffffff)
  if (n & 31) open.data[open.data.length - 1] = 2 ** (n & 31) - 1
  return open
}

/** u of a layer as the Soma stores it: compressed for convolutions, dense for fully connected layers. */
export const storedPotentials = ({ layer, potentials, spikeGradMask }: LayerRecord): CompressedPotentials =>
  compressPotentials(half(potentials) as Maps<'f16'>, layer.kind === 'conv' ? spikeGradMask : allOpen(spikeGradMask))

const target = (record: LayerRecord): BackwardTarget => ({
  layer: record.layer,
  spikes: record.spikes,
  spikeGradMask: record.spikeGradMask,
  potentials: storedPotentials(record),
})

/** @throws InputError naming tensor, layer and element when a recorded real is NaN or infinite */
const checkReals = ({ layers, gradOutput }: StepRecord): void => {
  for (const { layer, input, weights, potentials, gradU } of layers) {
    const reals = { weights, potentials, gradU, ...(input.kind === 'analog' && { input: input.data }) }
    for (const [name, values] of Object.entries(reals)) requireNumbers(values, `record: ${name} of ${layer.name}`)
  }
  requireNumbers(gradOutput, 'record: gradOutput')
}

/**
 * Turns one recorded sub-batch into the inputs of the engines: exactly its spikes and masks, and its weights,
 * potentials and gradients rounded to FP16.
 * @param lossScale factor on every gradient before rounding (1 = none), so that small ones do not flush to zero
 * @throws ConfigError when lossScale is not a positive number; InputError for a recorded NaN or infinity
 */
export const jobsOf = (record: StepRecord, lossScale = 1): SubBatchJobs => {
  if (!(lossScale > 0 && lossScale < Infinity))
    throw new ConfigError({ where: 'jobsOf', expected: 'a loss scale > 0', got: String(lossScale) })
  checkReals(record)
  const { network, neuron, B, layers } = record
  const { T } = network
  const weights = layers.map((layer) => half(layer.weights) as Weights<'f16'>)
  const gradU = layers.map((layer) => half(scaled(layer.gradU, lossScale)) as Maps<'f16'>)
  const targets = layers.map(target)
  const top = layers.length - 1
  return {
    forward: layers.map(({ layer, input, spikeGradMask }, l) => ({
      layer,
      T,
      B,
      input,
      weights: weights[l]!,
      neuron,
      spikeGradMask,
    })),
    backward: [
      {
        kind: 'output',
        T,
        B,
        target: targets[top]!,
        gradS: half(scaled(record.gradOutput, lossScale)) as Maps<'f16'>,
        neuron,
      },
      ...layers
        .slice(1)
        .map(({ layer }, i): BackwardInput => {
          const l = i + 1
          return { kind: 'layer', T, B, layer, weights: weights[l]!, gradU: gradU[l]!, target: targets[l - 1]!, neuron }
        })
        .reverse(),
    ],
    weightUpdate: layers.map(({ layer, input }, l) => ({ layer, T, B, input, gradU: gradU[l]! })),
  }
}
