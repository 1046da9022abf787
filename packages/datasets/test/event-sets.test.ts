import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { itShared } from '../../../test/shared-data'
import { writeAedat2 } from '../src/aedat2'
import { writeAedat3 } from '../src/aedat3'
import { cifar10Classes } from '../src/cifar10'
import { parseGestureLabels } from '../src/gesture-labels'
import { readCifar10Dvs } from '../src/read-cifar10-dvs'
import { readGestures } from '../src/read-gestures'
import { recordingOf } from './event-recording'
import { datasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-event-sets-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

describe('readCifar10Dvs', () => {
  const dir = join(temp, 'cifar10-dvs')
  cifar10Classes.forEach((name, label) => {
    mkdirSync(join(dir, name), { recursive: true })
    for (let i = 0; i < 10; i++) {
      // one event at the time bin i, on reduced pixel (label, 5): sensor pixel 1 + 3·(…)
      const at = recordingOf(128, 128, [
        [1, 1, 1, 0],
        [1 + 3 * label, 1 + 15, 0, i * 100],
        [127, 127, 1, 999],
      ])
      writeFileSync(join(dir, name, `cifar10_${name}_${i}.aedat`), writeAedat2(at))
    }
  })

  it('keeps every tenth recording of a class for the test, reduces to 42×42 and bins each whole recording', () => {
    const test = readCifar10Dvs(dir, { split: 'test' })
    expect(test).toMatchObject({ name: 'cifar10-dvs', count: 10, classes: 10, T: 10, shape: { C: 2, H: 42, W: 42 } })
    expect([...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const size = 10 * 2 * 42 * 42
    for (let n = 0; n < 10; n++) {
      const frames = test.data.subarray(n * size, (n + 1) * size)
      // test recordings are number 9: OFF event in bin 9
      expect(frames[9 * 2 * 42 * 42 + 5 * 42 + n]).toBe(1)
      expect(frames[42 * 42]).toBe(1)
      // the pixel (127, 127) is cut off: 128 = 1 + 42·3 + 1
      expect(frames.reduce((sum, v) => sum + v, 0)).toBe(2)
    }
    const train = readCifar10Dvs(dir, { split: 'train', limit: 25, T: 2, size: 32, polarities: 'merged' })
    expect(train).toMatchObject({ count: 25, T: 2, shape: { C: 1, H: 32, W: 32 } })
    expect([...train.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
  })

  it('says which class is missing', () => {
    mkdirSync(join(temp, 'half', 'airplane'), { recursive: true })
    expect(datasetError(() => readCifar10Dvs(join(temp, 'half'), { split: 'train' })).expected).toBe(
      'a folder automobile',
    )
  })
})

describe('readGestures', () => {
  const dir = join(temp, 'gestures')
  mkdirSync(dir)
  const start = 5_000_000
  // events on pixel (3·k + 1, 4) at k ms
  const events = Array.from({ length: 30 }, (_, k) => [3 * k + 1, 4, k % 2, k * 1000] as const)
  writeFileSync(join(dir, 'user01_lab.aedat'), writeAedat3(recordingOf(128, 128, events), { start, perPacket: 7 }))
  writeFileSync(
    join(dir, 'user01_lab_labels.csv'),
    `class,startTime_usec,endTime_usec\n11,${start + 2000},${start + 5000}\n3,${start + 10_000},${start + 30_000}\n`,
  )
  writeFileSync(join(dir, 'trials_to_train.txt'), 'user01_lab.aedat\n\n')

  it('cuts gestures by the label file, on the clock of the recording', () => {
    const samples = readGestures(dir, { split: 'train' })
    expect(samples).toMatchObject({ count: 2, classes: 11, T: 10, shape: { C: 2, H: 42, W: 42 } })
    expect([...samples.labels]).toEqual([10, 2])
    const size = 10 * 2 * 42 * 42
    const frames = [0, 1].map((n) => samples.data.subarray(n * size, (n + 1) * size))
    // events 2, 3, 4 and 10..29: event k sits on reduced pixel (k, 1) in channel k mod 2
    expect(frames[0]!.reduce((sum, v) => sum + v, 0)).toBe(3)
    expect(frames[1]!.reduce((sum, v) => sum + v, 0)).toBe(20)
    expect(frames[0]![42 + 2]).toBe(1)
  })

  it('keeps names from the list inside the folder', () => {
    writeFileSync(join(dir, 'trials_to_test.txt'), '../user01_lab.aedat\n')
    expect(datasetError(() => readGestures(dir, { split: 'test' })).got).toBe('../user01_lab.aedat')
    writeFileSync(join(dir, 'trials_to_test.txt'), 'user02.aedat\n')
    expect(datasetError(() => readGestures(dir, { split: 'test' })).expected).toBe('user02.aedat')
  })
})

describe('parseGestureLabels', () => {
  it('refuses other columns, classes out of range and intervals that end before they start', () => {
    const head = 'class,startTime_usec,endTime_usec\n'
    expect(parseGestureLabels(`${head}1,5,6\r\n`, 'l')).toEqual([{ label: 0, start: 5, end: 6 }])
    for (const row of ['12,5,6', '0,5,6', '1,6,6', '1,5', '1,5,6,7', '1,-5,6', 'x,5,6', '1,,6'])
      expect(datasetError(() => parseGestureLabels(`${head}${row}\n`, 'l'))).toMatchObject({ offset: 34, got: row })
    expect(() => parseGestureLabels(head, 'l')).toThrow(/at least one gesture/)
    expect(() => parseGestureLabels('a,b,c\n', 'l')).toThrow(/class,startTime_usec/)
  })
  itShared('data/dvs-gesture', 'reads the real label file', (gesture) => {
    const path = gesture('user01_natural_labels.csv')
    const labels = parseGestureLabels(readFileSync(path, 'utf8'), path)
    expect(labels.length).toBe(12)
    expect(labels.filter(({ label }) => label === 7).length).toBe(2)
    expect(new Set(labels.map(({ label }) => label)).size).toBe(11)
  })
})
