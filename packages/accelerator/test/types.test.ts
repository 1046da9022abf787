import { extendPriceTable, priceTable } from '@h2learn/cost-model'
import { picoJoules, squareMillimetres } from '@h2learn/hw'
import { adderForwardEngine, forwardEngine } from '@h2learn/lut-pe'
import { denseBackwardEngine } from '@h2learn/sparse-backward'
import { adderWeightUpdateEngine } from '@h2learn/weight-update'
import { describe, expect, it } from 'vitest'
import { accelerator, type ForwardEngine } from '../src'

const own = forwardEngine()

/** An engine that counts something nobody priced. */
const counting = { ...own, count: () => ({ 'acc.add': 3, 'window.skip': 2 }) }

/** An engine made of something nobody priced. */
const madeOf = { ...own, parts: { ...own.parts, 'window.detector': 64 } }

const extended = extendPriceTable(priceTable(), {
  name: 'with windows',
  actions: { 'window.skip': { energy: picoJoules(0.01), source: 'made up for this test', status: 'A' } },
  parts: {
    'window.detector': {
      area: squareMillimetres(1e-6),
      leakage: priceTable().parts['soma.lane'].leakage,
      clock: picoJoules(0),
      source: 'made up for this test',
      status: 'A',
    },
  },
})

describe('types of a chip', () => {
  it('takes every engine of the packages, and one known by its interface only', () => {
    const byShape: ForwardEngine = own
    accelerator({ forward: byShape })
    accelerator({ forward: { ...own, name: 'spread' } })
    accelerator({
      forward: adderForwardEngine(),
      weightUpdate: adderWeightUpdateEngine(),
      backward: denseBackwardEngine(),
    })
    expect(accelerator({ forward: byShape }).engines.forward).toBe(own)
  })

  it('refuses an engine with an action without a price when compiled', () => {
    // @ts-expect-error 'window.skip' has no price
    const chip = accelerator({ forward: counting })
    expect(chip.engines.forward).toBe(counting)
  })

  it('refuses an engine with a part without a price when compiled, and when run', () => {
    expect(() => {
      // @ts-expect-error 'window.detector' has no price
      accelerator({ forward: madeOf })
    }).toThrow(/a price for the part window.detector/)
  })

  it('refuses an engine whose counts are known as any text only', () => {
    const count = (): Record<string, number> => ({})
    // @ts-expect-error what it counts cannot be checked
    accelerator({ forward: { ...own, count } })
    expect(count()).toEqual({})
  })

  it('takes them once the price table has the prices', () => {
    const chip = accelerator({ forward: { ...counting, parts: madeOf.parts }, prices: extended })
    const plain = accelerator()
    expect(chip.area.forward.total - plain.area.forward.total).toBeCloseTo(64e-6 * chip.calibration.kArea, 9)
  })

  it('refuses an engine of another role', () => {
    expect(() => {
      // @ts-expect-error a Weight Update Engine reads other tensors
      accelerator({ forward: adderWeightUpdateEngine() })
    }).not.toThrow()
  })
})
