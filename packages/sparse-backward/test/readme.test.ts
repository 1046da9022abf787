import { readFileSync } from 'node:fs'
import { parseNetwork, rng } from '@h2learn/snn-core'
import { expect, it } from 'vitest'
import { type BackwardWork, backwardEngine, backwardWhatIf, formatTileTrace, traceTile } from '../src/index'

it('prints what the README says it prints', () => {
  const [, layer] = parseNetwork('128C3-128C3', { input: { C: 2, H: 16, W: 16 }, T: 10 }).layers
  const masks = { layer, T: 10, B: 4, outputSparsity: 0.75, inputSparsity: 0.75, trials: 200 }
  const latency = (work: BackwardWork) => Math.round(backwardEngine().time(work).latency)
  const lines = (['dense', 'input', 'output', 'both'] as const).map((mode) =>
    [mode, latency(backwardWhatIf(masks, { idealRates: true }, mode)), latency(backwardWhatIf(masks, {}, mode))].join(
      ' ',
    ),
  )
  const { peCycles } = backwardWhatIf(masks)
  const all = Object.values(peCycles).reduce((a: number, b: number) => a + b, 0)
  for (const [cause, n] of Object.entries(peCycles)) lines.push(`${cause} ${((100 * n) / all).toFixed(1)} %`)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(['```', ...lines, '```'].join('\n'))
})

it('traces the tile that the README traces', () => {
  const { next } = rng(2)
  const bits = (n: number, density: number) => Uint8Array.from({ length: n }, () => (next() < density ? 1 : 0))
  const inputs = [bits(36, 0.3), bits(36, 0.3)]
  const tile = { h: 4, w: 4, kernel: 3, inputs, outputs: [bits(16, 0.5)], nextRows: 4 }
  const text = formatTileTrace(traceTile(tile, { groupSize: 4, minCycles: 1, fill: 4 }))
  if (process.env.SHOW) console.log(text)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(['```', text, '```'].join('\n'))
})
