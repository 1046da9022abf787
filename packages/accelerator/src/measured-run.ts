import type { Network } from '@h2learn/snn-core'
import type { Chip, ChipRun } from './api'
import { chipRun } from './chip-run'
import type { MeasuredSubBatch } from './design-point'
import { streamedStage } from './engine-stage'

/**
 * Runs work that is measured already: what `simulate` does after measuring, so that the tensors of one sub-batch can be let
 * go before the next are read.
 * @param batch samples of the batch group; a group with more sub-batches than measured repeats them in turn
 * @throws CapacityError when the chip requires that all buffers fit, and one does not
 */
export const measuredRun = (
  chip: Chip,
  network: Network,
  batch: number,
  subBatches: readonly MeasuredSubBatch[],
): ChipRun =>
  chipRun(
    chip,
    network,
    batch,
    subBatches.map(({ stages, B }) => ({ stages: stages.map((stage) => streamedStage(chip, stage)), B })),
  )
