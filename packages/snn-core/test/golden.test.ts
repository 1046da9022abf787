import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyGolden } from '../src/golden'

const folder = new URL('./golden/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

describe('verifyGolden', () => {
  it.each(files)('agrees with automatic differentiation in every value of %s', (name) => {
    const report = verifyGolden(load(name), name)
    console.log(JSON.stringify(report.worst), report.spikeFlips, report.maskFlips, report.loss)
    expect(report.pass).toBe(true)
  })
})
