import { expect, it } from 'vitest'
import { priceArea } from '../src/area'
import { priceEnergy } from '../src/energy'
import { priceTable } from '../src/price-table'
import { spinalFlowReference, withSpinalFlowPrices } from '../src/spinalflow-prices'

const table = withSpinalFlowPrices(priceTable())

it('prices an accumulation as a 16-bit addition and a register write', () => {
  // 0.05 pJ at 45 nm and 0.9 V × 0.532 = 0.0266 pJ
  const write = table.actions['psum.write'].energy
  expect(priceEnergy({ 'spinalflow.accumulate': 1 }, table, 1).total).toBeCloseTo(0.0266 + write, 3)
})

it('prices a PE as two integer adders and 48 bits', () => {
  // (67 + 137) um2 × 0.3767 = 76.8 um2; 48 bits at 1.785 um2 = 85.7: 162.5 um2
  expect(priceArea({ 'spinalflow.pe': 1 }, table, 1).total * 1e6).toBeCloseTo(162.5, 0)
})

it('leaves the prices of the chip as they are', () => {
  expect(table.actions['acc.add']).toEqual(priceTable().actions['acc.add'])
})

it('marks the quoted figures unverified', () => {
  expect(spinalFlowReference.status).toBe('unverified')
  expect(spinalFlowReference.source).toMatch(/not verified/)
})
