import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openConsole } from '../../src/command/console'
import { simulateTrace } from '../../src/command/simulate'
import type { SimulateReport } from '../../src/command/simulate-report'
import { runPython } from './trace-helper'

const page = readFileSync(fileURLToPath(new URL('../../../../docs/traces.md', import.meta.url)), 'utf8')
const hasTorch = spawnSync('/usr/bin/python3', ['-c', 'import torch, numpy']).status === 0

it('shows ten lines that record a trace', () => {
  const [, recording] = [...page.matchAll(/```python\n([\s\S]*?)```/g)].map((block) => block[1]!)
  expect(recording!.trim().split('\n')).toHaveLength(10)
})

it.skipIf(!hasTorch)(
  'runs the Python of docs/traces.md and the command beside it (skipped without PyTorch)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'h2learn-traces-'))
    const code = [...page.matchAll(/```python\n([\s\S]*?)```/g)].map((block) => block[1]!).join('\n')
    runPython(code, folder)
    const [, network, input, T] = /h2learn simulate --network "([^"]+)" --input (\S+) --T (\d+) --trace step\.npz/.exec(
      page,
    )!
    const json = join(folder, 'report.json')
    const out = { ...openConsole({ quiet: true, color: false, jsonOnStdout: false }), say: () => {} }
    const options = { network: network!, input: input!, T: Number(T), trace: join(folder, 'step.npz'), json }
    expect(await simulateTrace(options, out)).toBe(0)
    const report = JSON.parse(readFileSync(json, 'utf8')) as SimulateReport
    expect(report.source).toMatchObject({ samples: 8, sub_batches: 2 })
    expect(report.tensors.filter(({ tensor }) => tensor !== 'potential').every(({ from }) => from === 'file')).toBe(
      true,
    )
    const [conv1, conv2] = report.layers
    for (const layer of [conv1!, conv2!]) {
      expect(layer.firing_rate).toBeGreaterThan(0.05)
      expect(layer.output_sparsity).toBeGreaterThan(0.3)
      // a gradient passes the window only: with the reset differentiated it also lives on through time
      expect(layer.input_sparsity).toBeGreaterThan(0.3)
      expect(layer.input_sparsity).toBeLessThan(1)
    }
  },
)
