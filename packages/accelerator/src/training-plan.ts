import { type Bytes, cycles } from '@h2learn/hw'
import type { PassPlan, SharedMemory, StageWork, SubBatchWork, TrainingPlan } from '@h2learn/pipeline'
import { updateTraffic, updateUnit } from '@h2learn/weight-update'
import type { Chip, EngineRole, StageRun } from './api'

/** The passes of a training chip, each on the engine of its name: Backward and Weight Update after Forward (Fig. 10). */
const passes: readonly (PassPlan & { readonly name: EngineRole })[] = [
  { name: 'forward', engine: 'forward' },
  { name: 'backward', engine: 'backward', after: 'forward' },
  { name: 'weight-update', engine: 'weight-update', after: 'forward' },
]

/** The memories of a chip as the schedule sees them. */
export const chipMemories = ({ memory, memoryNames, bytesPerCycle }: Chip): readonly SharedMemory[] => {
  const { pair, gradients } = memoryNames
  return (memory.layout === 'shared' ? [gradients] : [...pair, gradients]).map((name) => ({ name, bytesPerCycle }))
}

/** Bytes of one weight update by memory. */
const updateBytes = ({ memory, memoryNames }: Chip, parameters: number): Record<string, Bytes> => {
  const { gradients, pair } = memoryNames
  const { mem0, mem1, mem2, total } = updateTraffic(parameters)
  return memory.layout === 'shared' ? { [gradients]: total } : { [gradients]: mem2, [pair[0]]: mem0, [pair[1]]: mem1 }
}

/** How the passes of a batch group lie over the chip's engines and memories (Fig. 9, 10), with the weight update. */
export const chipPlan = (chip: Chip, parameters: number): TrainingPlan => {
  const bytes = updateBytes(chip, parameters)
  const update = updateUnit()
  return {
    passes,
    engines: chip.schedule.engines,
    layers: chip.schedule.layers,
    memories:
      chip.memory.layout === 'shared'
        ? { kind: 'shared', name: chip.memoryNames.gradients }
        : { kind: 'swapping', ...chip.memoryNames },
    step: {
      resource: 'weight-update',
      cycles: cycles(
        Math.max(update.time({ parameters }).latency, ...Object.values(bytes).map((b) => b / chip.bytesPerCycle)),
      ),
      bytes,
    },
  }
}

const stageWork = ({ layer, cycles: alone, bytes, gradientBytes, bound }: StageRun): StageWork => ({
  layer,
  cycles: alone,
  bytes,
  gradientBytes,
  bound,
})

/**
 * The stages of one sub-batch as the schedule takes them. ∇w of a layer needs ∇u of its own neurons, which the Backward
 * pass through the layer above makes (of the output layer: Grad alone, stage `output`).
 * @param layers names of the weighted layers, input to output
 */
export const subBatchWork = (stages: readonly StageRun[], layers: readonly string[]): SubBatchWork => {
  const of = (role: EngineRole) => stages.filter((stage) => stage.role === role)
  return {
    forward: of('forward').map(stageWork),
    backward: of('backward').map(stageWork),
    'weight-update': of('weight-update').map((stage) => ({
      ...stageWork(stage),
      needs: [{ pass: 'backward', layer: layers[layers.indexOf(stage.layer) + 1] ?? 'output' }],
    })),
  }
}
