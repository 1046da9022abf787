import { parseNetwork, trainingConfig } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { type ResumedRun, resumedOptions, resumedSetup } from '../src/command/resumed-run'
import type { KeptOptions } from '../src/command/run-plan'
import { knownTime, trainingLegs } from '../src/command/training-legs'

const input = { C: 1, H: 4, W: 4 }
const network = parseNetwork('10FC', { input, T: 3 })
const config = trainingConfig({ seed: 5, batch: 8, schedule: 'constant' })
const resumed = (options: KeptOptions): ResumedRun => ({
  path: 'a.h2l',
  options,
  state: {} as ResumedRun['state'],
  meta: {
    network: { text: network.text, input, T: 3 },
    neuron: config.neuron,
    config,
    dataset: {} as ResumedRun['meta']['dataset'],
  },
})
/** What a later version makes of the options: its default schedule is another one. */
const settle = async ({ batch = 8, T = 3, lr }: KeptOptions) => ({
  network: parseNetwork('10FC', { input, T }),
  config: trainingConfig({
    seed: 5,
    batch,
    schedule: 'cosine',
    ...(lr !== undefined && { optimizer: { kind: 'adam', learningRate: lr } }),
  }),
})

describe('resumedSetup', () => {
  it('goes on with the stored configuration, whatever the defaults are by now', async () => {
    const setup = await resumedSetup(resumed({}), {}, settle)
    expect(setup.config).toEqual(config)
    expect(setup.network.text).toBe('10FC')
  })

  it('takes an option that says what was the default', async () => {
    expect((await resumedSetup(resumed({}), { T: 3, batch: 8 }, settle)).config).toEqual(config)
  })

  it('refuses what contradicts, naming the settings', async () => {
    await expect(resumedSetup(resumed({}), { T: 4, lr: 0.5 }, settle)).rejects.toThrow(
      /--resume a\.h2l: expected the settings of the interrupted run \(T 3, optimizer\.learningRate 0\.001\), got T 4, optimizer\.learningRate 0\.5/,
    )
  })
})

describe('resumedOptions', () => {
  it('adds what is given again and refuses another report', () => {
    expect(resumedOptions({ data: 'there' }, resumed({ data: 'here', steps: 3 }))).toEqual({ data: 'there', steps: 3 })
    expect(() => resumedOptions({ evalSamples: 5 }, resumed({}))).toThrow(/evalSamples not given\), got evalSamples 5/)
  })
})

describe('trainingLegs', () => {
  const leg = { from_step: 10, to_step: 25, seconds: 3, threads: 2 }
  const told = (legs: unknown) => ({ extra: { legs } }) as unknown as ResumedRun['meta']

  it('puts a leg behind those of the checkpoint, unless it made no step', () => {
    const before = { from_step: 0, to_step: 10, seconds: 2, threads: 1 }
    expect(trainingLegs(told([before]), 10, leg)).toEqual([before, leg])
    expect(trainingLegs(told([before]), 10, { ...leg, to_step: 10 })).toEqual([before])
    expect(knownTime([before, leg])).toEqual({ seconds: 5, steps: 25 })
  })

  it('does not make up the time of a checkpoint that tells none', () => {
    const legs = trainingLegs(told(undefined), 10, leg)
    expect(legs[0]).toEqual({ from_step: 0, to_step: 10, seconds: null, threads: null })
    expect(knownTime(legs)).toEqual({ seconds: 3, steps: 15 })
  })
})
