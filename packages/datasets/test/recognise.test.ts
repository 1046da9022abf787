import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { binFormatOf } from '../src/bin-format'
import { bytesSource } from '../src/byte-source'
import { h5Contents, summariseSpikeTrains } from '../src/h5-contents'
import { readH5Spikes } from '../src/h5-spikes'
import { writePropheseeDat } from '../src/prophesee-dat'
import { parseRecording } from '../src/read-recording'
import { recogniseData } from '../src/recognise'
import { writeH5Spikes } from '../src/write-h5-spikes'
import { recordingOf } from './event-recording'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-recognise-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
const put = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(join(temp, path)), { recursive: true })
  writeFileSync(join(temp, path), bytes)
  return join(temp, path)
}

/** Rows with labels, and pixels that run through all values. */
const rows = (count: number, labels: readonly (readonly number[])[], pixel = (i: number) => (i * 37) % 256) =>
  Uint8Array.from(
    Array.from({ length: count }, (_, n) => [
      ...labels[n % labels.length]!,
      ...Array.from({ length: 3072 }, (_, i) => pixel(i + n)),
    ]).flat(),
  )
/** 10 events a millisecond. */
const events = (count: number) =>
  Uint8Array.from(
    Array.from({ length: count }, (_, i) => {
      const time = 100 * i
      return [(i * 7) % 34, (i * 11) % 34, ((i % 2) << 7) | (time >> 16), (time >> 8) & 255, time & 255]
    }).flat(),
  )

describe('a .bin file', () => {
  const format = (bytes: Uint8Array) => binFormatOf(bytesSource(bytes, 'x.bin'))
  const fine = [
    [19, 99],
    [0, 0],
    [11, 49],
  ]

  it('is CIFAR-100 by its rows, whose number makes the length divisible by 5', () => {
    // 5 rows of 3,074 bytes are 3,074 records of 5 bytes: what N-MNIST has too
    expect(format(rows(5, fine))).toBe('cifar100')
    expect(format(rows(3, fine))).toBe('cifar100')
    // dark and black pictures
    expect(format(rows(5, fine, (i) => (i % 40 === 0 ? 60 : 3)))).toBe('cifar100')
    expect(format(rows(5, fine, () => 0))).toBe('cifar100')
    expect(format(rows(5, [[20, 5]]))).toBeUndefined()
    expect(format(rows(5, [[5, 100]]))).toBeUndefined()
  })

  it('is CIFAR-10 by its rows', () => {
    expect(format(rows(5, [[9], [0]]))).toBe('cifar10')
    expect(format(rows(5, [[9], [0]], () => 0))).toBe('cifar10')
    expect(format(rows(4, [[10]]))).toBeUndefined()
  })

  it('is N-MNIST by coordinates and times, also of a length that rows have', () => {
    for (const count of [1, 2, 60, 3074, 3073]) expect(format(events(count).with(4, 1)), String(count)).toBe('n-mnist')
    // a marker of overflow first, then times from 0 again
    expect(format(Uint8Array.from([1, 2, 1, 0, 9, 0, 240, 0, 0, 0, 3, 4, 0, 0, 2]))).toBe('n-mnist')
    // one damaged record of many is for the reader to tell
    expect(format(events(60).with(5, 99))).toBe('n-mnist')
    // an archive's zeros are none
    expect(format(new Uint8Array(500))).toBeUndefined()
  })

  it('is neither of them with other bytes', async () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.from({ length: 500 }, (_, i) => 255 - i)])
      expect(format(bytes)).toBeUndefined()
    await expect(parseRecording(rows(5, fine), 'train.bin')).rejects.toThrow(/got another format/)
  })
})

describe('recogniseData', () => {
  const kindOf = (path: string) => recogniseData(path)

  it('tells CIFAR-100 and says that it is not read', () => {
    expect(kindOf(put('x/train.bin', rows(5, [[3, 4]])))).toMatchObject({
      kind: 'other',
      what: expect.stringContaining('CIFAR-100'),
    })
    put('cifar-100-binary/train.bin', rows(5, [[3, 4]]))
    put('cifar-100-binary/fine_label_names.txt', 'apple\n')
    expect(kindOf(join(temp, 'cifar-100-binary'))).toMatchObject({ what: expect.stringContaining('CIFAR-100') })
    put('py/data_batch_1', Uint8Array.of(0x80, 2))
    expect(kindOf(join(temp, 'py'))).toMatchObject({ what: expect.stringContaining('Python version') })
  })

  it('tells a half and a class of N-MNIST, and the way to the whole', () => {
    for (let label = 0; label < 10; label++) put(`n-mnist/Train/${label}/1.bin`, events(20))
    expect(kindOf(join(temp, 'n-mnist'))).toMatchObject({ kind: 'benchmark', name: 'n-mnist' })
    const half = kindOf(join(temp, 'n-mnist/Train'))
    expect(half).toMatchObject({
      kind: 'recordings',
      what: 'the half Train of N-MNIST',
      todo: expect.stringContaining(`run n-mnist --data ${join(temp, 'n-mnist')}`),
    })
    expect(half.kind === 'recordings' && half.files.length).toBe(10)
    expect(kindOf(join(temp, 'n-mnist/Train/3'))).toMatchObject({
      what: 'recordings of class 3 of N-MNIST',
      todo: expect.stringContaining(`--data ${join(temp, 'n-mnist')}`),
    })
  })

  it('tells a folder of recordings, also one with train and test', () => {
    const dat = writePropheseeDat(recordingOf(304, 240, [[1, 2, 1, 3]]))
    for (const half of ['train', 'test'])
      for (const name of ['cars', 'background']) put(`ncars/${half}/${name}/1.dat`, dat)
    expect(kindOf(join(temp, 'ncars'))).toMatchObject({ kind: 'recordings', what: 'a folder of event recordings' })
    put('dat/readme.dat', 'no recording')
    expect(() => kindOf(join(temp, 'dat'))).toThrow(/a folder of another kind/)
  })

  it.each([
    ['c.h2l', 'H2LCKPT\nxxxx', /a checkpoint of h2learn/, /h2learn run NAME --resume/],
    ['t.npz', 'PK\u0003\u0004', /NumPy archive/, /simulate --trace .*t\.npz/],
    ['t.npy', '\u0093NUMPY\u0001', /NumPy array/, /npz/],
    ['t.aedat', '#!AER-DAT1.0\r\n', /AEDAT recording of a version/, /AEDAT 2\.0/],
    ['t.bag', '#ROSBAG V2.0\n', /ROS bag/, /export/],
    ['t.mat', 'MATLAB 5.0 MAT-file, ', /MATLAB/, /export/],
    ['t.pkl', '\u0080\u0004abc', /Python pickle/, /binary version/],
    ['t.json', '{\n  "schema": "h2learn.run/1"', /result of h2learn/, /schema/],
    ['t.gz', '\u001f\u008b\u0008', /compressed by gzip/, /gunzip .*t\.gz/],
  ])('says what %s is, and what to do with it', (name, text, what, todo) => {
    const path = put(
      `other/${name}`,
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    )
    expect(kindOf(path)).toMatchObject({
      kind: 'other',
      what: expect.stringMatching(what),
      todo: expect.stringMatching(todo),
    })
  })

  it('tells HDF5 files and folders of them', () => {
    const h5 = writeH5Spikes({ times: [[0.1]], units: [[1]], labels: [2] })
    const file = put('shd/shd_train.h5', h5)
    expect(kindOf(file)).toEqual({ kind: 'hdf5' })
    expect(kindOf(dirname(file))).toEqual({ kind: 'hdf5-folder', files: [file] })
  })
})

describe('h5Contents', () => {
  const three = { times: [[0.125, 0.25], [1.3], []], units: [[1, 699], [350], []], labels: [4, 5, 19] }

  it('tells spikes by the names inside, and sums them up', async () => {
    const file = put('three.h5', writeH5Spikes(three))
    expect(await h5Contents(file)).toEqual({
      kind: 'spikes',
      names: ['labels', 'spikes/', 'spikes/times', 'spikes/units'],
    })
    const { overTime, overUnits, longest, meanDuration, labels, ...rest } = summariseSpikeTrains(
      await readH5Spikes(file),
      2,
    )
    expect(rest).toEqual({ samples: 3, spikes: 3, units: 700 })
    expect(longest).toBeCloseTo(1.3, 6)
    expect(meanDuration).toBeCloseTo((0.25 + 1.3) / 3, 6)
    expect(labels).toEqual(Array.from({ length: 20 }, (_, i) => ([4, 5, 19].includes(i) ? 1 : 0)))
    expect([overTime, overUnits]).toEqual([
      [2, 1],
      [1, 2],
    ])
    expect(summariseSpikeTrains([])).toMatchObject({ samples: 0, units: 0, longest: 0, meanDuration: 0, labels: [] })
  })

  it('says that another file holds other names, and refuses what is damaged', async () => {
    const bytes = writeH5Spikes(three)
    bytes[Buffer.from(bytes).indexOf('labels')] = 'L'.charCodeAt(0)
    expect(await h5Contents(put('other.h5', bytes))).toMatchObject({
      kind: 'other',
      names: expect.arrayContaining(['Labels']),
    })
    const noise = bytes.map((byte, i) => (i < 96 ? byte : (i * 37) & 255))
    await expect(h5Contents(put('noise.h5', noise))).rejects.toThrow(/undamaged HDF5 file/)
  })
})

describeShared('data/nir', 'the graphs of NIR', (dir) => {
  it.each([
    'lif_norse',
    'two_lif_neurons',
    'cnn_sinabs',
    'braille_noDelay_bias_zero',
    'braille_noDelay_bias_zero_subgraph',
  ])('are told by their names: %s', async (name) => {
    const { kind, names } = await h5Contents(dir(`${name}.nir`))
    expect(kind).toBe('nir')
    expect(names).toContain('node/edges')
  })
})

describeShared('data/n-mnist', 'the real N-MNIST recordings', (dir) => {
  it('are told from rows by their bytes, all 100 of the test half', () => {
    const files = Array.from({ length: 10 }, (_, label) =>
      readdirSync(dir('Test', String(label))).map((name) => dir('Test', String(label), name)),
    ).flat()
    expect(files.length).toBe(100)
    for (const file of files) expect(binFormatOf(bytesSource(readFileSync(file), file)), file).toBe('n-mnist')
  })
})

describeShared('data/cifar10', 'the real CIFAR-10 rows', (dir) => {
  it('are told from events by their bytes, every row alone and five by five', () => {
    const bytes = readFileSync(dir('test_batch.first1000.bin'))
    for (let n = 0; n + 5 <= 1000; n++)
      for (const count of [1, 5]) {
        const part = bytes.subarray(n * 3073, (n + count) * 3073)
        expect(binFormatOf(bytesSource(part, 'x')), `row ${n}`).toBe('cifar10')
      }
  })
})
