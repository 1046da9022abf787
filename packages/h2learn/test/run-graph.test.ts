import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildNetwork } from '@h2learn/snn-core/graph'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Console } from '../src/command/console'
import { isGraphNetwork } from '../src/command/graph-network'
import { runBenchmark } from '../src/command/run'
import type { RunOptions } from '../src/command/run-plan'
import { smallMnist } from './command-helper'

let folder: string
let data: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'h2learn run graph '))
  data = smallMnist(64, 20)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(join(data, '..'), { recursive: true })
})

const run = async (options: RunOptions) => {
  const said: string[] = []
  const silent = () => {}
  const out: Console = {
    columns: 80,
    color: false,
    say: (text) => void said.push(text),
    note: silent,
    detail: silent,
    warn: (text) => void said.push(text),
    progress: () => ({ update: silent, stop: silent }),
  }
  const code = await runBenchmark('mnist', { data, steps: 4, T: 2, ...options }, out)
  return { code, text: said.join('\n') }
}

const yaml = `
T: 2
inputs: [{ name: input, shape: [1, 28, 28], values: analog }]
populations:
  - name: hidden
    neuron: { model: synaptic, leak: 0.7, learn: [leak] }
    connections:
      - { from: input, operator: { kind: fc, out: 6 } }
      - { from: hidden, delay: 1, operator: { kind: one-to-one } }
  - { name: read, neuron: { model: li }, connections: [{ from: hidden, operator: { kind: fc, out: 10 } }] }
`

describe('h2learn run with a network of populations', () => {
  it('is told by what no chain has', () => {
    const chains = ['64C3(Encoding)-AP2(spikes)-10FC', '8C3S2P1-10FC', '10FC', '64C3(encoding)-10FC']
    const graphs = ['[8C3]+-10FC', '8FC(rec)-10FC', '10FC(LI)', '8C3G2-10FC', '{if} 10FC', 'a/net.json', 'NET.YAML']
    expect(chains.filter(isGraphNetwork)).toEqual([])
    expect(graphs.filter(isGraphNetwork)).toEqual(graphs)
  })

  it('trains, evaluates, and keeps the plain form and the arrays by population and connection', async () => {
    const out = join(folder, 'out')
    const { code, text } = await run({ network: '4C3S4(Encoding)(BN)-[4C3]+-8FC(rec)-10FC(LI)', out })
    expect(code).toBe(0)
    expect(text).toContain('test accuracy')
    expect(text).toContain('no cycles and no energy')
    expect(text).not.toContain('fc2 0.00 %')
    expect(readdirSync(out).sort()).toEqual(['network.json', 'parameters.npz', 'report.json'])
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ steps: 4, loss: 'max-cross-entropy', chip: null, T: 2 })
    expect(report.network).toBe('{lif gradWindow=-0.5:2.5} 4C3S4(Encoding)(BN)-[4C3]+-8FC(rec)-10FC(LI)')
    const plain = JSON.parse(readFileSync(join(out, 'network.json'), 'utf8'))
    expect(buildNetwork(plain).populations.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2'])
    const names = readFileSync(join(out, 'parameters.npz')).toString('latin1')
    for (const name of ['conv1/0.npy', 'conv1/gain.npy', 'fc1/1.npy']) expect(names).toContain(name)
  })

  it('takes a network from a file, and says where one is wrong', async () => {
    const file = join(folder, 'net.yaml')
    writeFileSync(file, yaml)
    expect((await run({ network: file })).code).toBe(0)
    await expect(run({ network: file, T: 3 })).rejects.toThrow('--T: expected 2')
    writeFileSync(file, yaml.replace('leak: 0.7', 'laek: 0.7'))
    await expect(run({ network: file })).rejects.toThrow(
      `${file}: populations[0].neuron.laek: expected one of the fields`,
    )
    writeFileSync(file, '- 1')
    await expect(run({ network: file })).rejects.toThrow('expected a network: T, inputs, populations')
  })

  it('refuses what only chains have', async () => {
    const network = '8FC(Encoding)(rec)-10FC(LI)'
    await expect(run({ network, backend: 'fast' })).rejects.toThrow('--backend: expected reference')
    await expect(run({ network, subBatches: 2 })).rejects.toThrow(
      '--sub-batches: expected a network that the chip runs',
    )
    await expect(run({ network, loss: 'rate-mse' })).rejects.toThrow('expected a read-out that fires')
    await expect(run({ network: '8FC(Encoding)-10FC', loss: 'last-cross-entropy' })).rejects.toThrow(
      '--loss: expected rate-mse or count-cross-entropy',
    )
  })
})
