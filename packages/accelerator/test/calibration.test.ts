import { loadPriceTable, priceTable, priceTableJson } from '@h2learn/cost-model'
import { adderForwardEngine, forwardEngine } from '@h2learn/lut-pe'
import { paper } from '@h2learn/paper'
import { backwardEngine } from '@h2learn/sparse-backward'
import { adderWeightUpdateEngine, weightUpdateEngine } from '@h2learn/weight-update'
import { describe, expect, it } from 'vitest'
import { accelerator, calibrate, peakThroughput } from '../src'

const chip = accelerator()
const { area, power, kArea, kEnergy } = chip.calibration

describe('published counts come out of the default engines', () => {
  it('has 12288 adders against 36864 without LUTs in Forward', () => {
    expect(forwardEngine().parts['acc.adder']).toBe(12288) // 64 · 16 PEs · 3 sub-LUTs · 4 lanes
    expect(adderForwardEngine().parts['acc.adder']).toBe(36864) // 64 · 16 · 9 taps · 4
    expect(forwardEngine().parts['acc.adder']).toBe(
      paper.engines.forward.adders.value * paper.engines.forward.parallelism.value,
    )
    expect(adderForwardEngine().parts['acc.adder']).toBe(paper.engines.forward.baselineAdders.value)
  })

  it('has 10240 adders against 40960 without LUTs in Weight Update', () => {
    expect(weightUpdateEngine().parts['acc.adder']).toBe(10240) // 10 · 128 PEs · 2 sub-LUTs · 4 lanes
    expect(adderWeightUpdateEngine().parts['acc.adder']).toBe(40960) // 10 · 128 · 8 positions · 4
    expect(adderWeightUpdateEngine().parts['acc.adder']).toBe(paper.engines.weightUpdate.baselineAdders.value)
  })

  it('has 4096 MACs, 4096 adders, 4096 input finders and 64 output finders and Grad units in Backward', () => {
    const { parts } = backwardEngine()
    expect(parts['mac.multiplier']).toBe(paper.engines.backward.macs.value)
    expect(parts['mac.adder']).toBe(4096)
    expect(parts['acc.adder']).toBe(paper.engines.backward.adders.value)
    expect(parts.inputFinder).toBe(paper.engines.backward.inputFinders.value)
    expect(parts.outputFinder).toBe(paper.engines.backward.outputFinders.value)
    expect(parts['grad.unit']).toBe(paper.engines.backward.grads.value)
  })

  it('has the buffers of Table VII', () => {
    const { forward, weightUpdate, backward } = chip.engines
    expect([forward, weightUpdate, backward].map(({ glbKiB }) => glbKiB)).toEqual([503, 2684, 4840.5])
    for (const engine of [forward, weightUpdate, backward]) expect(engine.parts['glb.KiB']).toBe(engine.glbKiB)
  })

  it('reaches 27.85 TFLOPS: (12288 + 10240 adders + 2 · 4096 MACs + 4096 adders) · 0.8 GHz', () => {
    expect(peakThroughput(chip)).toBe((12288 + 10240 + 2 * 4096 + 4096) * 800e6)
    expect(peakThroughput(chip) / 1e12).toBeCloseTo(paper.chip.throughput.value, 2)
  })

  it('scales the peak with clock and lanes', () => {
    expect(peakThroughput(accelerator({ clock: { MHz: 400 } }))).toBe(peakThroughput(chip) / 2)
    const wide = accelerator({ forward: forwardEngine({ lanes: 8 }) })
    expect(peakThroughput(wide) - peakThroughput(chip)).toBe(12288 * 800e6)
  })
})

describe('calibrate', () => {
  it('fits k_area 2.60 to three areas and leaves +0.2 / +10.0 / -12.2 percent', () => {
    expect(kArea).toBeCloseTo(2.6, 2)
    const [forward, weightUpdate, backward] = area.engines
    // cost-model.md section 4: 21.66 / 24.94 / 58.04, sum 104.64. Our Backward Engine has the second set of ID buffers
    // that edge rule 11 asks for (64 · 4 · 16 · 6 bits more), so its area and the sum are 0.07 mm2 larger
    expect(forward!.model).toBeCloseTo(21.66, 1)
    expect(weightUpdate!.model).toBeCloseTo(24.94, 1)
    expect(backward!.model).toBeCloseTo(58.1, 1)
    expect(area.total.model).toBeCloseTo(104.71, 2)
    expect(area.engines.map(({ printed }) => printed)).toEqual([21.61, 22.68, 66.17])
    expect(forward!.error_pct).toBeCloseTo(0.2, 0)
    expect(weightUpdate!.error_pct).toBeCloseTo(9.9, 0)
    expect(backward!.error_pct).toBeCloseTo(-12.3, 0)
  })

  it('gives the study’s 104.64 with the single ID buffers of the study', () => {
    const single = accelerator({ backward: backwardEngine({ idealRates: true }) })
    const extra = 64 * 4 * 16 * 6 * priceTable().parts['idBuffer.bit'].area * kArea
    expect(chip.area.total_mm2 - single.area.total_mm2).toBeCloseTo(extra, 9)
    expect(single.area.total_mm2).toBeCloseTo(104.6, 1)
  })

  it('is what the chip’s area is made with', () => {
    const { forward, backward, 'weight-update': update, total_mm2 } = chip.area
    const totals = [forward.total, update.total, backward.total]
    for (const [i, { model }] of area.engines.entries()) expect(model).toBeCloseTo(totals[i]!, 9)
    expect(total_mm2).toBeCloseTo(area.total.model, 9)
  })

  it('fits k_energy 1.40 to 20.57 W, split 3.3 / 3.5 / 6.9 / 3.8 / 2.4 / 0.6 W', () => {
    expect(kEnergy).toBeCloseTo(1.4, 2)
    const [forward, weightUpdate, backward] = power.engines.map(({ logic }) => logic)
    expect(forward).toBeCloseTo(3.3, 1)
    expect(weightUpdate).toBeCloseTo(3.5, 1)
    expect(backward).toBeCloseTo(6.9, 1)
    const { total } = power
    expect(total.bufferLeakage).toBeCloseTo(3.8, 1)
    expect(total.bufferAccesses).toBeCloseTo(2.4, 1)
    expect(total.logicLeakage).toBeCloseTo(0.6, 1)
    expect(total.logic + total.bufferLeakage + total.bufferAccesses + total.logicLeakage).toBeCloseTo(20.57, 9)
  })

  it('runs once per price table', () => {
    const table = priceTable()
    expect(calibrate(table)).toBe(calibrate(table))
    expect(calibrate(priceTable({ temperature: 330 })).kEnergy).not.toBe(kEnergy)
  })
})

describe('a price table of another technology', () => {
  /** All of the default's logic prices times a factor, as JSON, with or without the default's factors. */
  const twice = (keepFactors: boolean) => {
    const json = JSON.parse(priceTableJson(priceTable(), keepFactors ? { kArea, kEnergy } : undefined))
    for (const [name, price] of Object.entries<{ energy_pJ: number }>(json.actions))
      if (!/^(glb|mem)\./.test(name)) price.energy_pJ *= 2
    for (const read of Object.values<{ energy_pJ: Record<string, number> }>(json.reads))
      for (const n of Object.keys(read.energy_pJ)) read.energy_pJ[n]! *= 2
    return calibrate(loadPriceTable(json))
  }

  it('moves energies when it brings its factors', () => {
    const { kEnergy: own, power: twicePower } = twice(true)
    expect(own).toBe(kEnergy)
    expect(twicePower.total.logic).toBeCloseTo(2 * power.total.logic, 9)
  })

  it('is fitted to the 28 nm chip when it brings none, so that a change of all prices alike falls out', () => {
    const { kEnergy: own, power: same } = twice(false)
    expect(own).toBeCloseTo(kEnergy / 2, 12)
    expect(same.total.logic).toBeCloseTo(power.total.logic, 9)
  })

  it('may have buffers that no fit could live with', () => {
    const json = JSON.parse(priceTableJson(priceTable(), { kArea: 1, kEnergy: 1 }))
    json.parts['glb.KiB'].area_mm2 = 1
    const heavy = loadPriceTable(json)
    expect(accelerator({ prices: heavy }).area.total_mm2).toBeGreaterThan(8000)
    expect(() => calibrate({ ...heavy, factors: undefined } as never)).toThrow('k_area')
  })
})
