import { paper } from '@h2learn/paper'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backwardGroupSizes, backwardTileSizes, backwardVariants } from '../src/design-space/backward'
import { engineChoices, engineHeadlines } from '../src/design-space/choices'
import { lutDesignChoices } from '../src/design-space/flips'
import { bestLutDesign, inputSplits, lutDesignPoint, lutDesignSpace, nearEqualSplit } from '../src/design-space/lut'
import { backwardDesignRows, lutChoiceRows, lutDesignRows } from '../src/design-space/rows'
import { lutEngineSplit } from '../src/design-space/split'
import { headlineComparisons } from '../src/headlines'

const modelled = (id: string) => headlineComparisons().find((row) => row.id === id)!.model

describe('the space of LUT designs (Fig. 11)', () => {
  it('splits inputs evenly and in every other way', () => {
    expect(nearEqualSplit(9, 2)).toEqual([5, 4])
    expect(nearEqualSplit(8, 3)).toEqual([3, 3, 2])
    expect(inputSplits(3)).toEqual([[3], [2, 1], [1, 1, 1]])
    // partitions of 9 and of 8
    expect(inputSplits(9)).toHaveLength(30)
    expect(inputSplits(8)).toHaveLength(22)
  })

  it('has the paper’s choices as its best points by energy: 3 sub-LUTs for Forward, 2 for Weight Update', () => {
    expect(bestLutDesign(lutDesignSpace({ engine: 'forward' }), 'energy').subLuts).toBe(paper.lut.forwardSubLuts.value)
    expect(bestLutDesign(lutDesignSpace({ engine: 'weightUpdate' }), 'energy').subLuts).toBe(
      paper.lut.weightUpdateSubLuts.value,
    )
    // among all 30 splits of 9 too
    const all = lutDesignSpace({ engine: 'forward', subLutInputs: inputSplits(9) })
    expect(bestLutDesign(all, 'energy').subLutInputs).toEqual([3, 3, 3])
  })

  it('has the headline ratios at Table VII’s point', () => {
    const forward = lutDesignPoint({ engine: 'forward' })
    expect(forward.areaSaving).toBeCloseTo(modelled('Fig. 11 Forward area') as number, 9)
    expect(forward.energySaving).toBeCloseTo(modelled('Fig. 11 Forward energy') as number, 9)
    expect(forward.engineArea_mm2).toBeCloseTo(modelled('Table VII Forward area') as number, 9)
    // 64 × 16 PEs × 4 lanes × 9 inputs
    expect(forward.foldedPerCycle).toBe(36864)
  })

  it('pays for a hidden fill with area, not with energy of a busy cycle', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('forward' as const, 'weightUpdate' as const),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(1, 2, 4, 8),
        (engine, subLuts, lanes) => {
          const subLutInputs = nearEqualSplit(engine === 'forward' ? 9 : 8, subLuts)
          const [one, two] = [false, true].map((shadowLut) =>
            lutDesignPoint({ engine, subLutInputs, lanes, shadowLut }),
          )
          expect(two!.area_mm2).toBeGreaterThan(one!.area_mm2)
          expect(two!.energyPerCycle_pJ).toBeCloseTo(one!.energyPerCycle_pJ, 6)
          expect(two!.layerCycles).toBeLessThanOrEqual(one!.layerCycles)
        },
      ),
      { numRuns: 10 },
    )
  })

  it('reports where the choice flips: gate-level glitches make two sub-LUTs of 5 + 4 better for Forward', () => {
    const forward = lutDesignChoices('forward')
    expect(forward[0]).toMatchObject({ choice: 'default', asDefault: true, best: { energy: [3, 3, 3] } })
    const flipped = forward.filter(({ asDefault }) => !asDefault)
    expect(flipped.length).toBeGreaterThan(0)
    for (const { choice, best } of flipped) {
      expect(choice).toContain('with glitches')
      expect(best.energy).toEqual([5, 4])
    }
    // by area two sub-LUTs win at parallelism 4, three at 1
    expect(forward[0]!.best.area).toEqual([5, 4])
    expect(forward.find(({ lanes }) => lanes === 1)!.best.area).toEqual([3, 3, 3])
    expect(lutDesignChoices('weightUpdate').every(({ asDefault }) => asDefault)).toBe(true)
    expect(lutChoiceRows(forward)[0]).toMatchObject({ bestEnergy: '3+3+3', asDefault: 'true' })
    expect(lutDesignRows(lutDesignSpace({ engine: 'forward' }))[1]).toMatchObject({ subLutInputs: '5+4' })
  })
})

describe('the split by component (Fig. 12)', () => {
  it('adds up to the engine’s area, and a table needs fewer adders for the same sums', () => {
    const lut = lutEngineSplit('forward', 'LUT')
    const adder = lutEngineSplit('forward', 'non-LUT')
    const total = (shares: typeof lut) => shares.reduce((sum, { area_mm2 }) => sum + area_mm2, 0)
    expect(total(lut)).toBeCloseTo(lutDesignPoint({ engine: 'forward' }).engineArea_mm2, 9)
    const adders = (shares: typeof lut) => shares.find(({ component }) => component === 'adders')!
    // 12 288 and 36 864 adders at 800 MHz
    expect(adders(lut).throughput_TOPS).toBeCloseTo(9.8304, 9)
    expect(adders(adder).throughput_TOPS).toBeCloseTo(29.4912, 9)
    expect(adders(lut).effective_TOPS).toBe(adders(adder).effective_TOPS)
    expect(adders(adder).area_mm2).toBeCloseTo(3 * adders(lut).area_mm2, 9)
  })
})

describe('the Backward Engine’s variants (Fig. 13)', () => {
  const work = { outputSparsity: 0.75, inputSparsity: 0.75, trials: 100 }

  it('compares the four engines: both sparsities save most, each alone about as much as the other', () => {
    const [dense, input, output, both] = backwardVariants(work)
    expect(dense).toMatchObject({ mode: 'dense', speedup: 1, energySaving: 1, speedupWithRates: 1 })
    expect(dense!.tileEnergy_pJ.finders).toBe(0)
    for (const one of [input!, output!]) {
      expect(one.speedup).toBeGreaterThan(1.5)
      expect(both!.speedup).toBeGreaterThan(one.speedup)
      expect(both!.energySaving).toBeGreaterThan(one.energySaving)
    }
    expect(input!.speedup / output!.speedup).toBeCloseTo(1, 0)
    // Section V-B2: the array spends more with input sparsity alone, for more partial sums are added
    expect(input!.tileEnergy_pJ.acc).toBeGreaterThan(output!.tileEnergy_pJ.acc)
    for (const { area_mm2, tileEnergy_pJ } of [dense!, input!, output!, both!]) {
      const { total, ...parts } = area_mm2
      expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBeCloseTo(total, 9)
      expect(tileEnergy_pJ.glbLeakage).toBeGreaterThan(tileEnergy_pJ.logicLeakage)
    }
  })

  it('grows in area with the PEs of a group while its buffer stays (Fig. 13a)', () => {
    const sizes = backwardGroupSizes({ ...work, trials: 20 }, [1, 2, 4, 8])
    for (let i = 1; i < sizes.length; i++) {
      expect(sizes[i]!.area_mm2.total).toBeGreaterThan(sizes[i - 1]!.area_mm2.total)
      expect(sizes[i]!.area_mm2.glb).toBe(sizes[0]!.area_mm2.glb)
      expect(sizes[i]!.layerCycles).toBeLessThan(sizes[i - 1]!.layerCycles)
    }
  })

  it('needs larger registers and fewer cycles for larger tiles', () => {
    const tiles = backwardTileSizes({ ...work, trials: 20 })
    expect(tiles.map(({ tile }) => tile)).toEqual([4, 8, 16])
    for (let i = 1; i < tiles.length; i++) {
      expect(tiles[i]!.area_mm2.peBuffers).toBeGreaterThan(tiles[i - 1]!.area_mm2.peBuffers)
      expect(tiles[i]!.layerCycles).toBeLessThan(tiles[i - 1]!.layerCycles)
    }
    const row = backwardDesignRows(tiles)[1]!
    expect(row).toMatchObject({ mode: 'both', tile: 8, groupSize: 4 })
    const shares = Object.entries(row).filter(([name]) => name.startsWith('peCycles_'))
    expect(shares.reduce((sum, [, share]) => sum + (share as number), 0)).toBeCloseTo(100, 9)
  })
})

describe('the headline figures under other modelling choices', () => {
  const of = (text: string) =>
    engineHeadlines(engineChoices.find(({ choice }) => choice.includes(text))!, ['MNIST'], 20)

  it('are today’s under the default choices, and move the way each choice says', () => {
    const usual = of('default')
    expect(usual.backwardSpeedup / (modelled('Fig. 13 speed') as number)).toBeCloseTo(1, 1)
    expect(usual.chipArea_mm2).toBeCloseTo(modelled('Table VIII area') as number, 9)
    expect(usual.speedups.MNIST).toBeCloseTo(modelled('Fig. 16 MNIST') as number, 9)
    const shadow = of('second copy')
    expect(shadow.chipArea_mm2).toBeGreaterThan(usual.chipArea_mm2)
    expect(shadow.forwardAreaSaving).toBeLessThan(usual.forwardAreaSaving)
    const dense = of('dense')
    expect(dense).toMatchObject({ backwardSpeedup: 1, backwardEnergySaving: 1 })
    expect(dense.speedups.MNIST!).toBeLessThan(usual.speedups.MNIST!)
    expect(of('no pipeline fill').backwardSpeedup).toBeGreaterThan(usual.backwardSpeedup)
    expect(of('eight PEs').chipArea_mm2).toBeGreaterThan(usual.chipArea_mm2)
  })
})
