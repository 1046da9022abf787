import { type BufferFill, requireCapacity } from '@h2learn/pipeline'
import type { BufferUse, Chip, EngineRole, StageRun } from './api'

const engineOf = { forward: 'forward', backward: 'backward', 'weight-update': 'weightUpdate' } as const

/**
 * How full the engines' global buffers are, each with the layer that needs most of it. With `schedule.buffers: 'require'`
 * a layer that does not fit is an error; else it is reported: the model then moves the bytes as if it fitted.
 * @throws CapacityError naming engine, layer, need and capacity, when the chip requires that everything fits
 */
export const bufferUse = (
  { engines, schedule }: Pick<Chip, 'engines' | 'schedule'>,
  stages: readonly StageRun[],
): readonly BufferUse[] => {
  const fullest = new Map<EngineRole, BufferUse>()
  for (const { role, layer, bufferBytes } of stages) {
    const { glbKiB, name } = engines[engineOf[role]]
    const need = [{ name: `${layer}, double-buffered`, bytes: bufferBytes }]
    const capacityBytes = glbKiB * 1024
    const fill: BufferFill =
      schedule.buffers === 'require'
        ? requireCapacity(`${name}: ${layer}`, need, glbKiB)
        : { usedBytes: bufferBytes, capacityBytes, share: bufferBytes / capacityBytes }
    if (fill.share > (fullest.get(role)?.share ?? -1)) fullest.set(role, { role, layer, ...fill })
  }
  return [...fullest.values()]
}
