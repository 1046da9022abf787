import { readFileSync } from 'node:fs'
import { chipFields } from '@h2learn/accelerator'
import { defaultsOf, fieldRows } from '@h2learn/config'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readChipConfig } from '../src/chip/chip-config'
import { chipSchema } from '../src/chip/chip-schema'
import { chipSettings, chipTemplate } from '../src/chip/chip-template'
import { requireSchema } from '../src/chip/structured-file'

describe('every field of a chip stands in one table', () => {
  it('from which init writes a file that is the paper’s chip', async () => {
    const content = parse(chipTemplate())
    expect(content).toEqual(defaultsOf(chipFields))
    await requireSchema('template', content, chipSchema)
    for (const line of chipTemplate().split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('from which --set is completed with settings that it takes', async () => {
    const settings = chipSettings().map(([setting]) => setting)
    expect(settings).toEqual(
      expect.arrayContaining(['clock.MHz=800', 'schedule.layers=barrier', 'backward.requireFit=true']),
    )
    for (const setting of settings) expect(await readChipConfig(undefined, [setting])).toBeDefined()
  })

  it('from which the page of the documentation lists them', () => {
    const page = readFileSync(new URL('../../../docs/chip.md', import.meta.url), 'utf8')
    for (const { path, default: preset, range, unit, doc } of fieldRows(chipFields))
      expect(page).toContain(`| \`${path}\` | \`${JSON.stringify(preset)}\` | ${`${range} ${unit}`.trim()} | ${doc} |`)
    expect(page.match(/^\| `/gm)).toHaveLength(fieldRows(chipFields).length)
  })

  it.each([
    ['clockMHz=400', 'did you mean "clock.MHz"?'],
    ['clock.MHz=1e9', 'clock.MHz: expected a value that must be <= 10000, got 1000000000'],
    ['forward.subLuts=4', 'did you mean "subLutInputs"?'],
    ['prices.temperatur=330', 'did you mean "temperature"?'],
  ])('and refuses --set %s', async (setting, message) => {
    await expect(readChipConfig(undefined, [setting])).rejects.toThrow(message)
  })

  it('and takes what the code takes: a temperature between those that were run, and requireFit', async () => {
    const settings = ['prices.temperature=345.5', 'forward.requireFit=true', 'weightUpdate.requireFit=true']
    expect(await readChipConfig(undefined, settings)).toMatchObject({ prices: { temperature: 345.5 } })
  })
})
