import type { Network, NeuronConfig, RealArray, Samples } from './api'
import { crc32 } from './crc32'
import { InputError } from './errors'
import type { OptimizerState } from './optimizer'
import type { TrainingConfig } from './training-config'

/** What each optimiser step reported, one entry per step from step 0. */
export interface TrainingHistory {
  /** Mean loss of the batch before the update. */
  readonly loss: readonly number[]
  /** Share of the batch's samples classified right. */
  readonly accuracy: readonly number[]
  /** Share of samples where several classes fired equally often and most. */
  readonly tieShare: readonly number[]
  /** Share of samples whose ∂L/∂s is exactly zero (nothing left to learn from them). */
  readonly zeroLossShare: readonly number[]
}

/**
 * Everything that training needs to go on, as plain data, at a step boundary. Epoch and place in it follow from
 * `step` (the order of samples is a function of seed and epoch), so resuming is exact bit for bit.
 */
export interface TrainingState {
  /** Optimiser steps made. */
  readonly step: number
  /** Weights of all layers in one array, in the order of `weightsOf`; float64 for precision f64, else float32. */
  readonly weights: RealArray
  readonly optimizer: OptimizerState
  readonly history: TrainingHistory
}

/** A copy that later steps do not touch. */
export const copyTrainingState = (state: TrainingState): TrainingState => structuredClone(state)

/** Which samples a run was trained on; the hash tells a changed file under the same name. */
export interface DatasetIdentity {
  readonly name: string
  readonly origin: string
  readonly synthetic: boolean
  readonly kind: Samples['kind']
  readonly count: number
  readonly classes: number
  readonly T: number
  readonly shape: Samples['shape']
  /** CRC-32 of data and labels, eight hexadecimal digits. */
  readonly hash: string
}

/** Name, size and checksum of samples. */
export const identifySamples = (samples: Samples): DatasetIdentity => {
  const { name, origin, synthetic, kind, count, classes, T, shape } = samples
  const { buffer, byteOffset, byteLength } = samples.labels
  const labelBytes = new Uint8Array(buffer, byteOffset, byteLength)
  const hash = crc32(labelBytes, crc32(samples.data)).toString(16).padStart(8, '0')
  return { name, origin, synthetic, kind, count, classes, T, shape: { ...shape }, hash }
}

/** What a checkpoint tells about the run besides its state; enough to rebuild network, neuron and configuration. */
export interface CheckpointMeta {
  readonly network: {
    readonly text: string
    readonly input: { readonly C: number; readonly H: number; readonly W: number }
    readonly T: number
  }
  readonly neuron: NeuronConfig
  readonly config: TrainingConfig
  readonly dataset: DatasetIdentity
  /** Anything more the writer wants to keep; plain JSON values. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/**
 * Checks that a checkpoint can be carried on with this network and these samples.
 * @param where what the checkpoint is, for messages: its path
 * @throws InputError that names everything that differs
 */
export const checkResume = (meta: CheckpointMeta, network: Network, samples: Samples, where = 'checkpoint'): void => {
  const now = identifySamples(samples)
  const { dataset } = meta
  const sizes = ({ text, input, T }: CheckpointMeta['network']) =>
    `${text} on ${input.H}x${input.W}x${input.C}, T = ${T}`
  const about = (d: DatasetIdentity) => `${d.count} samples of ${d.name} (${d.origin}, checksum ${d.hash})`
  const pairs = [
    [sizes(meta.network), sizes(network)],
    [about(dataset), about({ ...now, origin: dataset.origin })],
  ]
  const different = pairs.filter(([then, here]) => then !== here)
  if (different.length > 0)
    throw new InputError({
      where,
      expected: different.map(([then]) => then).join(' and '),
      got: different.map(([, here]) => here).join(' and '),
      hint: 'resume with what the run was started with, or start a new run',
    })
}
