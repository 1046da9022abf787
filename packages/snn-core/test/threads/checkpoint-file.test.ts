import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/errors'
import { loadCheckpoint, saveCheckpoint } from '../../src/threads'
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
