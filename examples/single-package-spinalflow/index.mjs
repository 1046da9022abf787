// @ts-check
import { parseNetwork } from '@h2learn/snn-core'
import { spinalFlowEngine, spinalFlowWhatIf } from '@h2learn/spinalflow'

const [, layer] = parseNetwork('64C3-128C3', { input: { C: 2, H: 16, W: 16 }, T: 10 }).layers
const engine = spinalFlowEngine()
for (const spikeDensity of [0, 0.01, 0.05, 0.2, 0.5, 1]) {
  const { latency } = engine.time(spinalFlowWhatIf({ layer, T: 10, B: 4, spikeDensity }))
  console.log(
    `${(100 * spikeDensity).toFixed(0).padStart(3)} % of the inputs spiking: ${String(latency).padStart(8)} cycles`,
  )
}
