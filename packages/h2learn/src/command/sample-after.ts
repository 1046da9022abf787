import type { Accelerator } from '@h2learn/accelerator'
import { batchOf, epochOrder, passWeights, samplesSeenAt, stepsPerEpoch, type TrainingState } from '@h2learn/snn-core'
import { recordedSparsities, runRecorded, type SampledStep } from './recording'
import type { RunPlan } from './run-plan'

/**
 * The tensors of a run whose checkpoint was written after its last step: the batch of that step again, with the final
 * weights (loss and accuracy are those of the step, before its update).
 */
export const sampleAfter = (plan: RunPlan, state: TrainingState, chip: Accelerator): SampledStep => {
  const { config, train } = plan
  const perEpoch = stepsPerEpoch(train.count, config.batch)
  const step = Math.max(0, state.step - 1)
  const epoch = Math.floor(step / perEpoch)
  const { history } = state
  const report = {
    step,
    epoch,
    samplesSeen: samplesSeenAt(step, train.count, config.batch),
    loss: history.loss[step] ?? 0,
    accuracy: history.accuracy[step] ?? 0,
    zeroLossShare: history.zeroLossShare[step] ?? 0,
  }
  const view = {
    report,
    weights: passWeights(config, state.weights),
    indices: batchOf(epochOrder(train.count, config.seed, epoch), config.batch, step % perEpoch),
  }
  return runRecorded(plan, view, chip, (records) =>
    recordedSparsities(records).map(({ name, firingRate, outputSparsity, inputSparsity }) => ({
      name,
      firing_rate: firingRate,
      output_sparsity: outputSparsity,
      input_sparsity: inputSparsity,
    })),
  )
}
