import { InputError } from '../../errors'
import { poolSpikes, poolSpikesGradient, poolStillInput } from '../../pooling'
import { tensor } from '../../tensor'
import { asLayerInput, signalExtent, signalShape } from '../signals'
import type { SpikePoolRules } from './spike-pool'

/** Average over size × size places: of spikes a level 0..size², of real values their mean, rounded once. */
export const average: SpikePoolRules = {
  most: 15,
  apply: (signal, size, precision) => {
    if (signal.kind === 'spikes') return poolSpikes(signal.data, size)
    if (signal.kind === 'levels')
      throw new InputError({ where: 'pooling', expected: 'spikes or real values', got: 'pooled spikes' })
    const input = asLayerInput(signal)
    const pooled = poolStillInput(input as Parameters<typeof poolStillInput>[0], size, precision)
    if (signal.kind !== 'real' || pooled.kind !== 'analog') return pooled
    const { C, H, W } = signalShape(pooled)
    const { dtype, data } = pooled.data
    return { kind: 'real', data: tensor('TBCHW', dtype, { ...signalExtent(signal), C, H, W }, data) }
  },
  gradient: (signal, size, grad, precision) => poolSpikesGradient(grad, size, signalShape(signal), precision),
}
