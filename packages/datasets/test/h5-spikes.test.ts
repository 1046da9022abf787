import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { f16Round } from '@h2learn/snn-core'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { DatasetError } from '../src/dataset-error'
import { readH5Spikes, readShd } from '../src/h5-spikes'
import { writeH5Spikes } from '../src/write-h5-spikes'
import { damaged } from './mutate'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-h5-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
const onDisk = (bytes: Uint8Array, name = 'x.h5') => {
  writeFileSync(join(temp, name), bytes)
  return join(temp, name)
}
const three = { times: [[0.125, 0.25], [1.3], []], units: [[1, 699], [350], []], labels: [4, 5, 19] }

describe('SHD-style files', () => {
  it('give back what our writer wrote, times as float32 or float16', async () => {
    const row = fc.array(fc.tuple(fc.double({ min: 0, max: 1.4, noNaN: true }), fc.nat({ max: 699 })), { maxLength: 9 })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), fc.boolean(), async (rows, half) => {
        const bytes = writeH5Spikes({
          times: rows.map((r) => r.map(([t]) => t)),
          units: rows.map((r) => r.map(([, u]) => u)),
          labels: rows.map((_, i) => i),
          half,
        })
        const trains = await readH5Spikes(onDisk(bytes))
        expect(trains.map(({ label }) => label)).toEqual(rows.map((_, i) => i))
        expect(trains.map(({ units }) => [...units])).toEqual(rows.map((r) => r.map(([, u]) => u)))
        const rounded = (t: number) => (half ? f16Round(Math.fround(t)) : Math.fround(t))
        expect(trains.map(({ times }) => [...times])).toEqual(rows.map((r) => r.map(([t]) => rounded(t))))
      }),
      { numRuns: 25 },
    )
  })

  it('become frames: bins of time, a channel a unit or a group of units', async () => {
    onDisk(writeH5Spikes({ ...three, half: true }), 'shd_test.h5')
    const samples = await readShd(temp, { split: 'test' })
    expect(samples).toMatchObject({ name: 'shd', count: 3, T: 10, classes: 20, shape: { C: 700, H: 1, W: 1 } })
    // bins of 0.14 s: 0.125 → 0, 0.25 → 1, 1.3 → 9
    expect(samples.data.reduce((n, v) => n + v, 0)).toBe(3)
    expect([samples.data[1], samples.data[700 + 699], samples.data[7000 + 9 * 700 + 350]]).toEqual([1, 1, 1])
    const few = await readShd(temp, { split: 'test', limit: 1, T: 2, channels: 7, duration: 0.2 })
    // 0.25 s lies past 0.2 s; unit 1 of 700 is in group 0 of 7
    expect([...few.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  })

  it('say what is missing or does not belong together', async () => {
    await expect(readShd(temp, { split: 'train' })).rejects.toMatchObject({ expected: 'shd_train.h5' })
    await expect(readShd(temp, { split: 'test', channels: 300 })).rejects.toThrow(/channels that divide 700/)
    await expect(readH5Spikes(join(temp, 'nowhere.h5'))).rejects.toThrow(/nothing of that name/)
    await expect(readH5Spikes(onDisk(new Uint8Array(3000)))).rejects.toThrow(/an undamaged HDF5 file/)
    const uneven = { ...three, units: [[1], [350], []] }
    await expect(readH5Spikes(onDisk(writeH5Spikes(uneven)))).rejects.toThrow(/as many times as units, got 2 and 1/)
    const fewLabels = { ...three, labels: [1, 2] }
    await expect(readH5Spikes(onDisk(writeH5Spikes(fewLabels)))).rejects.toThrow(/got 3, 3, 2/)
  })

  it('give data or a DatasetError for 1,000 damaged files', async () => {
    const valid = writeH5Spikes(three)
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(damaged(valid, valid.length), async (bytes) => {
        try {
          for (const { times, units } of await readH5Spikes(onDisk(bytes))) expect(times.length).toBe(units.length)
          accepted++
        } catch (error) {
          if (!(error instanceof DatasetError)) throw error
        }
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })
})
