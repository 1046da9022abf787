import { bytes, type Counts, cycles, type Engine, type EngineTiming } from '@h2learn/hw'
import type {
  SpinalFlowAction,
  SpinalFlowConfig,
  SpinalFlowInput,
  SpinalFlowOutput,
  SpinalFlowPart,
  SpinalFlowWork,
} from './api'
import { checkedSpikes } from './check'
import { spinalFlowConfig } from './config'
import { measureSpinalFlow } from './measure'
import { spinalFlowFunction } from './spinalflow-function'

const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)

/** One input spike of a receptive field takes one cycle over `pes` output channels; an empty field takes none. */
const timing = ({ pes }: SpinalFlowConfig, work: SpinalFlowWork): EngineTiming => {
  const { blocks, fieldSpikes, K } = work
  const samples = fieldSpikes.length
  const perIteration = Float64Array.from({ length: blocks * samples }, (_, i) => fieldSpikes[i % samples]!)
  const latency = cycles(blocks * total(fieldSpikes))
  return {
    latency,
    interval: latency,
    iterations: { cycles: perIteration, bytes: work.bytes },
    firstFillBytes: bytes(work.firstFillBytes),
    gradientBytes: bytes(0),
    idealCycles: cycles((total(fieldSpikes) * K) / pes),
  }
}

/** A spike in the time-sorted list of a receptive field: 16 bits of address. */
const spikeBytes = 2

/**
 * SpinalFlow (Narayanan et al., ISCA 2020), the inference accelerator of Fig. 15(a). The spikes of a receptive field form
 * a time-sorted list; every spike reads its weights of 128 output channels from the filter buffer and adds them, one cycle:
 *
 *     cycles = Σ over output pixels and timesteps of spikes in the receptive field × ⌈K / 128⌉
 *
 * Rule and sizes come from a third-party configuration and a public reading note, not from its paper; unverified.
 * Sorting costs neither cycles nor energy here. It infers only: no masks, no stored potentials, no gradients.
 * @param given differences from that configuration
 * @throws ConfigError for an impossible configuration; when used, also for an encoding layer, pooled or analog input;
 *   ShapeError for tensors that do not fit the layer
 */
export const spinalFlowEngine = (
  given: Partial<SpinalFlowConfig> = {},
): Engine<SpinalFlowInput, SpinalFlowOutput, SpinalFlowWork, SpinalFlowAction, SpinalFlowPart> & {
  readonly config: SpinalFlowConfig
} => {
  const config = spinalFlowConfig(given)
  return {
    name: 'spinalflow',
    config,
    glbKiB: config.glbKiB,
    run: (input) => spinalFlowFunction(config, input, checkedSpikes(input)),
    measure: (input) => measureSpinalFlow(config, input.layer, input.T, input.B, checkedSpikes(input)),
    time: (work) => timing(config, work),
    count: (work): Counts<SpinalFlowAction> => {
      const field = total(work.fieldSpikes)
      const weightBytes = config.weightBits / 8
      const loads = work.weights * weightBytes * (work.resident ? 1 : work.fieldSpikes.length)
      return {
        'spinalflow.accumulate': field * work.K,
        'pool.add': work.poolAdds,
        'pool.scale': work.poolScales,
        'soma.update': work.somaUpdates,
        // every spike of a field: its address once a block, its weight of every output channel
        'glb.read': Math.ceil(field * (work.K * weightBytes + spikeBytes * work.blocks)),
        'glb.write': Math.ceil(loads + spikeBytes * work.inputSpikes),
      }
    },
    parts: { 'spinalflow.pe': config.pes, 'glb.KiB': config.glbKiB },
  }
}
