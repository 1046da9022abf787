import { type Bytes, bytes, ConfigError, type Counts, cycles, requireInteger, type Unit } from '@h2learn/hw'
import { f16Decode, f16Encode, ShapeError, tensor, type Weights } from '@h2learn/snn-core'

/** Master weights and their gradient after the last sub-batch of a batch group. */
export interface UpdateInput {
  /** FP32 weights, kept in Mem 2. */
  readonly master: Weights<'f32'>
  /** Gradient of the whole batch group. */
  readonly gradW: Weights<'f16'>
  /** η, >= 0. */
  readonly learningRate: number
  /** What the loss was multiplied with; the gradient is divided by it. Default 1. */
  readonly lossScale?: number
}

/** The weights after the step, in both formats. */
export interface UpdateOutput {
  readonly master: Weights<'f32'>
  /** The FP16 copy that Mem 0 and Mem 1 get. */
  readonly weights: Weights<'f16'>
}

/** Bytes of one weight update on each memory of Fig. 9. */
export interface UpdateTraffic {
  readonly mem0: Bytes
  readonly mem1: Bytes
  readonly mem2: Bytes
  readonly total: Bytes
}

/**
 * Bytes of one weight update: parameters × (2 + 4 + 4 + 2 + 2), which is the FP16 gradient and the FP32 master weight
 * read and the master written on Mem 2, and an FP16 copy written to Mem 0 and to Mem 1 (h2learn.md section 3).
 */
export const updateTraffic = (parameters: number): UpdateTraffic => ({
  mem0: bytes(2 * parameters),
  mem1: bytes(2 * parameters),
  mem2: bytes(10 * parameters),
  total: bytes(14 * parameters),
})

/**
 * Update unit: SGD on chip once per batch group, FP32 master weights and FP16 copies (modelling choice: updates in FP16
 * would vanish beside the weights).
 *
 *     w ← w − η·(∇w / lossScale)           product and difference rounded to FP32; copy = w rounded to FP16
 *
 * @param config lanes parameters per cycle; the default 16 is what one 128 GB/s memory feeds at 800 MHz with 10 bytes
 *   per parameter, so that the memory is the bound (modelling choice)
 * @throws ConfigError for lanes that are no integer >= 1, a learning rate below 0 or a loss scale not above 0;
 *   ShapeError when the gradient is not the weights'
 */
export const updateUnit = ({ lanes = 16 }: { readonly lanes?: number } = {}) => {
  requireInteger('update-unit/lanes', lanes)
  return {
    name: 'update-unit',
    run: ({ master, gradW, learningRate, lossScale = 1 }) => {
      if (!(learningRate >= 0 && learningRate < Infinity))
        throw new ConfigError({ where: 'update-unit/learningRate', expected: 'a rate >= 0', got: String(learningRate) })
      if (!(lossScale > 0 && lossScale < Infinity))
        throw new ConfigError({ where: 'update-unit/lossScale', expected: 'a factor above 0', got: String(lossScale) })
      const n = master.data.length
      if (gradW.data.length !== n)
        throw new ShapeError({
          where: 'update-unit/gradW',
          expected: `${n} values, one per weight`,
          got: String(gradW.data.length),
        })
      const gradients = f16Decode(gradW.data)
      const rate = Math.fround(learningRate / lossScale)
      const updated = new Float32Array(n)
      for (let i = 0; i < n; i++) updated[i] = master.data[i]! - Math.fround(rate * gradients[i]!)
      return {
        master: tensor('KCRS', 'f32', master.shape, updated),
        weights: tensor('KCRS', 'f16', master.shape, f16Encode(updated)),
      }
    },
    measure: ({ master }) => ({ parameters: master.data.length }),
    time: ({ parameters }) => {
      const busy = cycles(Math.ceil(parameters / lanes))
      return { latency: busy, interval: busy }
    },
    count: ({ parameters }): Counts<'update.parameter'> => ({ 'update.parameter': parameters }),
    parts: {},
  } satisfies Unit<UpdateInput, UpdateOutput, { readonly parameters: number }, 'update.parameter', never>
}
