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

  it('are refused by their superblock before the library sees them', async () => {
    const valid = writeH5Spikes(three)
    const changed = (at: number, value: number) => {
      const bytes = valid.slice()
      bytes[at] = value
      return readH5Spikes(onDisk(bytes))
    }
    await expect(changed(8, 9)).rejects.toMatchObject({
      offset: 8,
      expected: 'a superblock of version 0 to 3',
      got: '9',
    })
    await expect(changed(13, 3)).rejects.toMatchObject({ offset: 13, got: '3' })
    const size = valid.length
    const short = readH5Spikes(onDisk(valid.subarray(0, size - 1)))
    await expect(short).rejects.toMatchObject({ offset: 40, got: `${size - 1} bytes` })
    await expect(readH5Spikes(onDisk(valid.subarray(0, 40)))).rejects.toMatchObject({ offset: 40, got: '40' })
    await expect(readH5Spikes(onDisk(new Uint8Array(0)))).rejects.toMatchObject({ got: 'an empty file' })
  })

  it('are read after a damaged one, side by side, and after one that took too long', async () => {
    const valid = writeH5Spikes(three)
    // the superblock is left as it is, the rest is noise
    const noise = valid.map((byte, i) => (i < 96 ? byte : (i * 37) & 255))
    await expect(readH5Spikes(onDisk(noise, 'noise.h5'))).rejects.toThrow(/an undamaged HDF5 file/)
    const good = onDisk(valid, 'good.h5')
    const all = await Promise.all(
      ['good', 'noise', 'good'].map((name) => readH5Spikes(join(temp, `${name}.h5`)).catch(String)),
    )
    expect(all.map((trains) => (typeof trains === 'string' ? trains.slice(0, 12) : trains.length))).toEqual([
      3,
      'DatasetError',
      3,
    ])
    // 20,000 rows are not read in a millisecond: the thread is ended as for a file that makes the library loop
    const none = Array.from({ length: 20_000 }, () => [])
    const large = onDisk(writeH5Spikes({ times: none, units: none, labels: none.map(() => 1) }), 'large.h5')
    expect(await readH5Spikes(large)).toHaveLength(20_000)
    await expect(readH5Spikes(large, undefined, -10)).rejects.toThrow(/had not read after 0.0 s/)
    expect(await readH5Spikes(good)).toHaveLength(3)
  })

  it('say which dataset is missing', async () => {
    const bytes = writeH5Spikes(three)
    const at = Buffer.from(bytes).indexOf('labels')
    bytes[at] = 'L'.charCodeAt(0)
    await expect(readH5Spikes(onDisk(bytes))).rejects.toMatchObject({ expected: 'a dataset labels', got: 'none' })
  })

  it('give data or a DatasetError for 1,000 damaged files', async () => {
    const valid = writeH5Spikes(three)
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(damaged(valid, valid.length), async (bytes) => {
        try {
          for (const { times, units } of await readH5Spikes(onDisk(bytes), undefined, 1))
            expect(times.length).toBe(units.length)
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
