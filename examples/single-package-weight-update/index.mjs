// @ts-check
import { parseNetwork } from '@h2learn/snn-core'
import { weightUpdateEngine, weightUpdateWhatIf } from '@h2learn/weight-update'

const engine = weightUpdateEngine()
const share = (/** @type {number} */ K, /** @type {number} */ T) => {
  const [, layer] = parseNetwork(`64C3-${K}C3`, { input: { C: 2, H: 16, W: 16 }, T }).layers
  const { latency, idealCycles } = engine.time(weightUpdateWhatIf({ layer, T, B: 4 }))
  return `${((100 * idealCycles) / latency).toFixed(0)} %`
}

console.log('share of the array at work, by channels of the gradient (128 columns) at T 10')
for (const K of [16, 64, 128, 129, 256]) console.log(`${String(K).padStart(5)} channels  ${share(K, 10)}`)
console.log('and by timesteps (10 rows) at 128 channels')
for (const T of [1, 5, 10, 11, 20]) console.log(`${String(T).padStart(5)} timesteps ${share(128, T)}`)
