// @ts-check
import { parseNetwork } from '@h2learn/snn-core'
import { backwardEngine, backwardWhatIf } from '@h2learn/sparse-backward'

const [, layer] = parseNetwork('128C3-128C3', { input: { C: 2, H: 16, W: 16 }, T: 10 }).layers
const engine = backwardEngine()
const cycles = (/** @type {number} */ outputSparsity, /** @type {number} */ inputSparsity) =>
  engine.time(backwardWhatIf({ layer, T: 10, B: 4, outputSparsity, inputSparsity, trials: 60 })).latency

const dense = cycles(0, 0)
const levels = [0, 0.5, 0.75, 0.9, 0.97]
console.log(`speed-up over ${dense} cycles; down: output sparsity, across: input sparsity`)
console.log(['', ...levels].map((level) => String(level).padStart(6)).join(''))
for (const output of levels)
  console.log(
    [String(output), ...levels.map((input) => (dense / cycles(output, input)).toFixed(1))]
      .map((cell) => cell.padStart(6))
      .join(''),
  )
