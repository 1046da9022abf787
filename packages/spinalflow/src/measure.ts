import type { Layer, Spikes } from '@h2learn/snn-core'
import type { SpinalFlowConfig, SpinalFlowWork } from './api'
import { fieldsPerPosition } from './receptive-field'
import { spinalFlowWork } from './work'

/** The work of a recorded pass: every spike counted as often as receptive fields contain it. */
export const measureSpinalFlow = (
  config: SpinalFlowConfig,
  layer: Layer,
  T: number,
  B: number,
  spikes: Spikes,
): SpinalFlowWork => {
  const fields = fieldsPerPosition(layer)
  const positions = layer.H * layer.W
  const sample = layer.C * positions
  const fieldSpikes = new Float64Array(B)
  let inputSpikes = 0
  const { data } = spikes
  const bits = T * B * sample
  for (let word = 0; word < data.length; word++) {
    // bit after bit of each word, lowest first
    for (let rest = data[word]!; rest !== 0; rest &= rest - 1) {
      const i = word * 32 + (31 - Math.clz32(rest & -rest))
      if (i >= bits) break
      inputSpikes++
      fieldSpikes[Math.floor(i / sample) % B]! += fields[i % positions]!
    }
  }
  return spinalFlowWork(config, { layer, T, B, fieldSpikes, inputSpikes })
}
