import type { Backend, Loss, Network, NeuronConfig, Precision, RealArray, Samples } from './api'
import type { DrawSeed } from './batches'
import { breather } from './breather'
import { reusableBuffers } from './buffers'
import { type EvaluationTally, evaluationShard } from './evaluation-shard'
import { releaseEngines } from './fast/engine'
import { fastBatch, fastLargest, fastRoom, fastUpdate } from './fast/fast-batch'
import { loadFusedKernels } from './fast/kernels'
import type { OptimizedWeights, Optimizer } from './optimizer'
import { weightsOf } from './parameters'
import type { RateSegment } from './rate-segments'
import { gradientShard, type ShardTally } from './shard'
import { shardsOf } from './shards'

/** What every pass over a batch needs to know besides the weights. */
export interface PassWork {
  readonly network: Network
  readonly neuron: NeuronConfig
  readonly loss: Loss['kind']
  readonly precision: Precision
  readonly samples: Samples
  /** Sample indices of the batch. */
  readonly indices: Uint32Array
  /** Seed and epoch of rate coding. */
  readonly draw: DrawSeed
  /** Default 'reference'. What the fast backend does not support is computed by the reference. */
  readonly backend?: Backend
  /** Tells equal weights of one call from those of another, so that they are prepared once; set by the source. */
  readonly weightsStamp?: number
}

export interface GradientWork extends PassWork {
  /** Factor on ∂L/∂s before the backward pass; ∇w comes back with the factor still in it. */
  readonly lossScale: number
}

/** What a source must know to make room for weights. */
export type WeightRoom = Pick<GradientWork, 'network' | 'neuron' | 'precision' | 'backend'>

/** ∇w of one batch and what was counted on the way. */
export interface BatchGradients extends ShardTally {
  /** ∇w of all layers in the order of `weightsOf`, times `lossScale`; valid until the next call. */
  readonly gradW: RealArray
}

/** One step of the optimiser: what `updateWeights` computes. */
export interface UpdateStep {
  readonly config: Optimizer['config']
  readonly from: OptimizedWeights
  /** The last gradients of this source, and the largest magnitude in them. */
  readonly gradW: RealArray
  readonly largest: number
  readonly learningRate: number
  /** Layers with a rate of their own. */
  readonly segments?: readonly RateSegment[] | undefined
  /** `gradW` is divided by it first, in place. */
  readonly lossScale: number
}

/**
 * Computes gradients and evaluations of batches: in this thread or in workers, with the same bits either way. One call
 * at a time: results and buffers are reused by the next.
 */
export interface GradientSource {
  readonly mode: 'in-process' | 'worker-threads'
  readonly threads: number
  /**
   * @param weights what the passes compute with (already rounded for f16), in the order of `weightsOf`
   */
  readonly gradients: (work: GradientWork, weights: RealArray) => Promise<BatchGradients>
  /** Stops between shards when the signal fires; `samples` of the tally tells how far it came. */
  readonly evaluation: (work: PassWork, weights: RealArray, signal?: AbortSignal) => Promise<EvaluationTally>
  /**
   * Memory of this source for all weights of a network: its passes read them there without a copy, and its updates
   * overwrite them. A large network is in memory once less when its first weights are made there.
   * @returns undefined where it keeps none
   */
  readonly room?: (work: WeightRoom) => Promise<Float32Array | undefined>
  /**
   * The largest magnitude in gradients of this source, NaN when one is NaN.
   * @returns undefined when they lie elsewhere
   */
  readonly largest?: (gradW: RealArray) => Promise<number | undefined>
  /**
   * `updateWeights` by the kernels, the same bits, in memory of this source: `from` is overwritten if it came from here,
   * and what is returned is valid until the next update.
   * @returns undefined when it cannot; then nothing has changed
   */
  readonly update?: (step: UpdateStep) => Promise<OptimizedWeights | undefined>
  /** Ends the worker threads; the source cannot be used afterwards. */
  readonly close: () => Promise<void>
}

/** Adds b to a element by element; storing into a Float32Array rounds each sum. */
export const addInto = (a: RealArray, b: RealArray): void => {
  if (a instanceof Float32Array && b instanceof Float32Array) for (let i = 0; i < a.length; i++) a[i] += b[i]
  else for (let i = 0; i < a.length; i++) a[i] += b[i]
}

/** Adds one shard's counts to those of the shards before. */
export const addTallies = (a: ShardTally | undefined, b: ShardTally): ShardTally =>
  a === undefined
    ? b
    : {
        loss: a.loss + b.loss,
        correct: a.correct + b.correct,
        ties: a.ties + b.ties,
        zeroLoss: a.zeroLoss + b.zeroLoss,
        layers: a.layers.map((x, i) => x + b.layers[i]),
      }

/** Adds one shard's evaluation to that of the shards before. */
export const addEvaluations = (a: EvaluationTally | undefined, b: EvaluationTally): EvaluationTally =>
  a === undefined
    ? b
    : {
        samples: a.samples + b.samples,
        loss: a.loss + b.loss,
        ties: a.ties + b.ties,
        confusion: a.confusion.map((x, i) => x + b.confusion[i]),
        layers: a.layers.map((x, i) => x + b.layers[i]),
      }

let stamps = 0
/** A number for the weights of one call: never the same twice in one thread. */
export const nextWeightsStamp = (): number => ++stamps

/** Loads what a backend needs before it can compute at once. */
export const prepareKernels = async ({ backend }: Pick<PassWork, 'backend'>): Promise<void> => {
  if (backend === 'fused') await loadFusedKernels()
}

/** Gradients computed in this thread; buffers are reused from shard to shard. */
export const localGradients = (): GradientSource => {
  const buffers = reusableBuffers()
  const pause = breather()
  let total: RealArray = new Float32Array(0)
  let part: RealArray = total
  const owner = {}
  return {
    mode: 'in-process',
    threads: 1,
    gradients: async (work, weights) => {
      await prepareKernels(work)
      const layers = weightsOf(work.network, weights)
      const fast = fastBatch(work, layers, owner)
      if (fast) {
        let tally: ShardTally | undefined
        for (const indices of shardsOf(work)) {
          tally = addTallies(tally, fast.shard(indices))
          await pause()
        }
        return { ...tally!, gradW: fast.gradW }
      }
      if (total.length !== weights.length || total.constructor !== weights.constructor) {
        total = weights.slice()
        part = weights.slice()
      }
      const weightsStamp = nextWeightsStamp()
      let tally: ShardTally | undefined
      for (const [s, indices] of shardsOf(work).entries()) {
        const shard = { ...work, indices, batch: work.indices.length, underflow: s === 0, weightsStamp }
        // the first shard's ∇w is the start of the sum
        tally = addTallies(tally, gradientShard(shard, layers, s === 0 ? total : part, buffers))
        if (s > 0) addInto(total, part)
        await pause()
      }
      return { ...tally!, gradW: total }
    },
    evaluation: async (work, weights, signal) => {
      const layers = weightsOf(work.network, weights)
      const weightsStamp = nextWeightsStamp()
      let tally: EvaluationTally | undefined
      for (const indices of shardsOf(work)) {
        if (signal?.aborted && tally) break
        tally = addEvaluations(tally, evaluationShard({ ...work, indices, weightsStamp }, layers, buffers))
        await pause()
      }
      return tally!
    },
    room: async (work) => {
      await prepareKernels(work)
      return fastRoom(work, owner)
    },
    largest: async (gradW) => fastLargest(gradW, owner),
    update: async (step) => fastUpdate(step, owner),
    close: async () => releaseEngines(owner),
  }
}
