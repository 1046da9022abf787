import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/errors'
import { loadCheckpoint, saveCheckpoint, sweepTemporaryFiles, temporaryFile } from '../../src/threads'
import { identifySamples } from '../../src/training-state'
import { toyRun } from '../toy'

const folder = mkdtempSync(join(tmpdir(), 'h2learn-'))
afterAll(() => rmSync(folder, { recursive: true }))
const { network, config, samples, state } = toyRun()
const meta = {
  network: { text: network.text, input: network.input, T: network.T },
  neuron: config.neuron,
  config,
  dataset: identifySamples(samples),
}

describe('saveCheckpoint', () => {
  it('writes a file that loadCheckpoint reads back, over an older one, and leaves nothing beside it', async () => {
    const path = join(folder, 'run.ckpt')
    writeFileSync(path, 'older')
    await saveCheckpoint(path, state, meta)
    expect(await loadCheckpoint(path)).toEqual({ state, meta })
    expect(readdirSync(folder)).toEqual(['run.ckpt'])
  })

  it('leaves what was there as it was when it cannot be replaced', async () => {
    const path = join(folder, 'run.ckpt')
    const before = readFileSync(path)
    await expect(saveCheckpoint(join(folder, 'missing', 'run.ckpt'), state, meta)).rejects.toThrow(/ENOENT/)
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    await expect(saveCheckpoint(path, state, { ...meta, extra: cyclic })).rejects.toThrow()
    // a folder cannot be replaced by a file: the rename fails after the new file was written
    await expect(saveCheckpoint(folder, state, meta)).rejects.toThrow()
    expect(readFileSync(path)).toEqual(before)
    expect(readdirSync(folder)).toEqual(['run.ckpt'])
  })
})

describe('loadCheckpoint', () => {
  it('names the file it cannot read, and the damage in one it can', async () => {
    await expect(loadCheckpoint(join(folder, 'none.ckpt'))).rejects.toThrow(
      /none\.ckpt: expected a checkpoint file, got nothing of that name/,
    )
    const path = join(folder, 'run.ckpt')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, 100))
    const error = await loadCheckpoint(path).catch((e) => e)
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toContain('the end at offset 100')
  })
})

describe('sweepTemporaryFiles', () => {
  it('removes what a process that ended has left half written, and nothing else', async () => {
    const place = join(folder, 'swept')
    mkdirSync(place)
    const mine = temporaryFile(place)
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const dead = mine.replace(`-${process.pid}-`, `-${pid}-`)
    const elsewhere = join(place, `.h2learn-another_machine-${pid}-0.tmp`)
    for (const path of [mine, dead, elsewhere, join(place, 'notes.tmp')]) writeFileSync(path, 'half')
    await sweepTemporaryFiles(place)
    expect(readdirSync(place).map((name) => join(place, name))).toEqual(
      [mine, elsewhere, join(place, 'notes.tmp')].sort(),
    )
  })

  it('says nothing about a folder that is not there', async () => {
    await expect(sweepTemporaryFiles(join(folder, 'nowhere'))).resolves.toBeUndefined()
  })
})

describe.runIf(process.env.H2LEARN_TEST === 'full')('a checkpoint of more than two gigabytes', () => {
  it('is written and read back bit for bit', async () => {
    const path = join(folder, 'large.ckpt')
    const values = new Float32Array(180_000_000).map((_, i) => i % 8191)
    const large = { ...state, weights: values, optimizer: { steps: 0, moments: [values, values] } }
    await saveCheckpoint(path, large, meta)
    const back = await loadCheckpoint(path)
    for (const array of [back.state.weights, ...back.state.optimizer.moments])
      expect(Buffer.compare(Buffer.from(array.buffer), Buffer.from(values.buffer))).toBe(0)
    rmSync(path)
  })
})
