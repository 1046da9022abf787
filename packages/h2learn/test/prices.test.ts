import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPriceTable, priceTable } from '@h2learn/cost-model'
import { describe, expect, it } from 'vitest'
import { built, h2learn, temporaryFolder } from './command-helper'

describe.skipIf(!built)('h2learn prices (skipped without a build)', () => {
  it('prints every action and part with source and status', () => {
    const { code, stdout } = h2learn(['prices'])
    expect(code).toBe(0)
    const { actions, parts } = priceTable()
    for (const name of [...Object.keys(actions), ...Object.keys(parts)]) expect(stdout).toContain(name)
    expect(stdout).toMatch(/k_energy +1\.398|k_energy +1\.39/)
    expect(stdout).toContain('Horowitz')
    // and per what: a byte, a bit, an addition
    expect(stdout).toMatch(/glb\.read +\S+ +byte/)
    expect(stdout).toMatch(/acc\.add +\S+ +FP16 addition/)
    expect(stdout).toMatch(/psum\.bit +\S+ +\S+ +\S+ +bit /)
    expect(stdout).toMatch(/subLut\.read:8 +\S+ +16-bit entry/)
  })

  it('writes a file that loads again and, changed, moves prices by the factors it brings', () => {
    const folder = temporaryFolder()
    expect(h2learn(['prices', '--temperature', '330', '--json', 'prices.json'], folder).code).toBe(0)
    const written = JSON.parse(readFileSync(join(folder, 'prices.json'), 'utf8'))
    const { factors, ...table } = loadPriceTable(written)
    expect(table).toEqual(priceTable({ temperature: 330 }))
    expect(factors!.kEnergy).toBeGreaterThan(1)
    written.actions['acc.add'].energy_pJ = 7
    writeFileSync(join(folder, 'mine.json'), JSON.stringify(written))
    const { stdout } = h2learn(['prices', '--check', 'mine.json'], folder)
    expect(stdout).toMatch(/acc\.add +7 /)
    expect(stdout).toContain('from the file')
  })

  it('exits with 2 and names the action that has no price', () => {
    const folder = temporaryFolder()
    h2learn(['prices', '--json', 'prices.json'], folder)
    const written = JSON.parse(readFileSync(join(folder, 'prices.json'), 'utf8'))
    delete written.actions['mac.multiply']
    writeFileSync(join(folder, 'mine.json'), JSON.stringify(written))
    const { code, stderr } = h2learn(['prices', '--check', 'mine.json'], folder)
    expect(code).toBe(2)
    expect(stderr).toContain('actions.mac.multiply')
    expect(h2learn(['prices', '--temperature', '500']).code).toBe(2)
    expect(h2learn(['prices', '--check', 'none.json'], folder).code).toBe(2)
  })
})
