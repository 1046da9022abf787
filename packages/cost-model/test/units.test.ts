import { expect, test } from 'vitest'
import type { UnitCost } from '../src/index'
import { glbBank, offChipMemories, scaleEnergy45to28, sramBanks, unitCosts } from '../src/index'

const leaves = (tree: unknown, path = ''): (readonly [string, UnitCost])[] => {
  if (typeof tree !== 'object' || tree === null) return []
  if ('value' in tree && 'source' in tree) return [[path, tree as UnitCost]]
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, `${path}.${key}`))
}

test('every constant has a positive value, a unit, a node, a source and a status', () => {
  const all = leaves({ unitCosts, glbBank, sramBanks, offChipMemories })
  expect(all.length).toBeGreaterThan(100)
  for (const [path, { value, unit, node, source, status }] of all) {
    expect(value, path).toBeGreaterThan(0)
    expect(
      [unit, node, source].every((text) => text.length > 0),
      path,
    ).toBe(true)
    expect('PLMCA'.includes(status) && status.length === 1, path).toBe(true)
  }
})

test('no constant is calibrated or taken from the paper', () => {
  for (const [path, { status }] of leaves({ unitCosts, glbBank, sramBanks, offChipMemories }))
    expect('LMA', path).toContain(status)
})

test('buffers of 503, 2684 and 4840.5 KiB take 0.69, 3.70 and 6.68 mm2 and leak 0.24, 1.27 and 2.28 W at 360 K', () => {
  const sizes = [503, 2684, 4840.5]
  expect(sizes.map((KiB) => (KiB * glbBank.area.value).toFixed(2))).toEqual(['0.69', '3.70', '6.68'])
  expect(sizes.map((KiB) => (KiB * glbBank.leakage[360].value * 1e-3).toFixed(2))).toEqual(['0.24', '1.27', '2.28'])
  expect((8027.5 * glbBank.leakage[330].value * 1e-3).toFixed(2)).toBe('1.20')
})

test('the chosen bank is one of the banks, to the digits of the table', () => {
  const listed = sramBanks.find((bank) => bank.KiB === glbBank.KiB)!
  expect(glbBank.area.value).toBe(listed.area.value)
  expect(glbBank.read.value.toFixed(2)).toBe(listed.read.value.toFixed(2))
  expect(glbBank.write.value.toFixed(2)).toBe(listed.write.value.toFixed(2))
  expect(glbBank.leakage[330].value.toFixed(3)).toBe(listed.leakage330.value.toFixed(3))
})

test('HBM2 at 128 GB/s takes 4.0 W', () => {
  expect((offChipMemories.hbm2.value * 8 * 128e9 * 1e-12).toFixed(1)).toBe('4.0')
})

test('reads grow with the number of entries in both runs, and the measured leakage scales like energy', () => {
  for (const run of ['quiet', 'glitchy'] as const) {
    const energies = unitCosts.readPort[run].map((point) => point.energy.value)
    expect(energies).toEqual([...energies].sort((a, b) => a - b))
  }
  expect(scaleEnergy45to28(unitCosts.leakage.add16.value, { fromVolt: 1.1 }).toFixed(1)).toBe('7.1')
})
