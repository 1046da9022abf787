import { describe, expect, it } from 'vitest'
import { batchInput, epochOrder } from '../src/batches'
import { firstWeights, GAIN_SAMPLES, gainSamples } from '../src/first-weights'
import { initialWeights } from '../src/init'
import { parseNetwork } from '../src/network'
import { trainingConfig } from '../src/training-config'
import { halves, toyNetwork } from './toy'

describe('firstWeights', () => {
  const network = toyNetwork()
  const samples = halves(200, 1)

  it('are those of the first samples of the first batch, of 32 however large the batch is', async () => {
    const of = async (batch: number) => {
      const made = await firstWeights({ network, samples, config: trainingConfig({ batch, seed: 5 }) })
      return made!
    }
    const by = (count: number) =>
      initialWeights(
        network,
        batchInput(samples, epochOrder(200, 5, 0).slice(0, count), network, { seed: 5, epoch: 0 }),
        {
          seed: 5,
        },
      )
    expect(await of(16)).toEqual(by(16))
    expect(await of(32)).toEqual(by(GAIN_SAMPLES))
    expect(await of(200)).toEqual(by(GAIN_SAMPLES))
  })

  it('looks at fewer samples where one has many potentials, at one at least', () => {
    const of = (text: string, side: number, T: number, batch = 4096) =>
      gainSamples(parseNetwork(text, { input: { C: 1, H: side, W: side }, T }), batch)
    // 16 · 28² · 300 = 3,763,200 potentials a sample: 8 of them stay below 2^25
    expect(of('16C3(Encoding)-10FC', 28, 300)).toBe(8)
    // before pooling the maps are 28 x 28 as well
    expect(of('16C3(Encoding)-AP4-10FC', 28, 300)).toBe(8)
    expect(of('16C3(Encoding)-10FC', 28, 5)).toBe(32)
    expect(of('16C3(Encoding)-10FC', 28, 5, 7)).toBe(7)
    expect(of('64C3(Encoding)-10FC', 224, 1000)).toBe(1)
  })

  it('stops when the signal fires, between two steps', async () => {
    const stop = new AbortController()
    const config = trainingConfig({ seed: 5 })
    stop.abort()
    expect(await firstWeights({ network, samples, config, signal: stop.signal })).toBeUndefined()
  })
})
