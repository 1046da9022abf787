import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  datasetSources,
  generateDigits,
  gestureEvents,
  writeAedat2,
  writeAedat4,
  writeH5Spikes,
  writePropheseeDat,
} from '@h2learn/datasets'
import { defaultNeuron, encodeCheckpoint, identifySamples, type TrainingConfig } from '@h2learn/snn-core'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import type { Console } from '../src/command/console'
import { dataList, getData } from '../src/command/data-get'
import { dataInfo, sparkline } from '../src/command/data-info'
import { dataShow } from '../src/command/data-show'
import { sizeOption } from '../src/command/numbers'
import { writeNpz } from '../src/trace'
import { smallMnist } from './command-helper'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-data-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const recorder = () => {
  const lines: string[] = []
  const say = (text: string) => void lines.push(text)
  const out: Console = {
    columns: 80,
    color: false,
    say,
    note: say,
    detail: say,
    warn: say,
    progress: () => ({ update: () => {}, stop: () => {} }),
  }
  return { out, text: () => lines.join('\n') }
}

describe('h2learn data info', () => {
  it('counts what a folder of MNIST files holds', async () => {
    const dir = smallMnist(40, 20)
    const { out, text } = recorder()
    const json = join(temp, 'info.json')
    expect(await dataInfo(dir, { json }, out)).toBe(0)
    expect(text()).toMatch(/: mnist/)
    expect(text()).toMatch(/mnist train\n\s+samples\s+40\n\s+shape\s+1x28x28/)
    expect(text()).toMatch(/labels\s+4 4 4 4 4 4 4 4 4 4/)
    const { kind, parts } = JSON.parse(readFileSync(json, 'utf8'))
    expect(kind).toBe('mnist')
    expect(parts.map((part: { facts: { samples: number } }) => part.facts.samples)).toEqual([40, 20])
  })

  it('recognises recordings by their first bytes and prints duration and rate', async () => {
    const [recording] = gestureEvents({ count: 1, seed: 3 })
    const { time } = recording!
    for (const [name, bytes] of [
      ['aedat2', writeAedat2(recording!)],
      ['aedat4', await writeAedat4(recording!)],
      ['prophesee-dat', writePropheseeDat(recording!)],
    ] as const) {
      const path = join(temp, `recording.${name}`)
      writeFileSync(path, bytes)
      const { out, text } = recorder()
      const json = join(temp, 'recording.json')
      await dataInfo(path, { json }, out)
      expect(text()).toContain(`${path}: ${name}, `)
      const { facts, histograms } = JSON.parse(readFileSync(json, 'utf8')).parts[0]
      const duration = time.at(-1)! - time[0]!
      expect(facts).toMatchObject({ events: time.length, sensor: '128x128', duration_us: duration })
      expect(facts.rate_events_per_s).toBe(Math.round((time.length * 1e6) / duration))
      const total = histograms['events over time'].reduce((a: number, b: number) => a + b, 0)
      expect(total).toBe(time.length)
    }
  })

  it('says what is missing or of another kind', async () => {
    const { out } = recorder()
    await expect(dataInfo(join(temp, 'nowhere'), {}, out)).rejects.toThrow(/nothing of that name/)
    writeFileSync(join(temp, 'x.txt'), 'hello')
    await expect(dataInfo(join(temp, 'x.txt'), {}, out)).rejects.toThrow(/a file of another kind/)
    mkdirSync(join(temp, 'folder'))
    writeFileSync(join(temp, 'folder', 'y.txt'), 'x')
    await expect(dataInfo(join(temp, 'folder'), {}, out)).rejects.toThrow(/a folder of another kind/)
  })

  it('draws histograms as heights', () => {
    expect(sparkline([0, 1, 4, 8])).toBe('·▂▅█')
  })
})

describe('h2learn data info on what is no whole data set', () => {
  const infoOf = async (path: string, options: Parameters<typeof dataInfo>[1] = {}) => {
    const { out, text } = recorder()
    expect(await dataInfo(path, options, out)).toBe(0)
    return text()
  }
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(temp, name), bytes)
    return join(temp, name)
  }

  it('prints counts, units, duration and labels of an SHD file, and of a folder of them', async () => {
    mkdirSync(join(temp, 'shd'))
    const trains = { times: [[0.125, 0.25], [1.25], []], units: [[1, 699], [350], []], labels: [1, 0, 1] }
    const file = put('shd/shd_train.h5', writeH5Spikes(trains))
    const text = await infoOf(file)
    for (const line of [
      /: shd, /,
      /samples +3/,
      /spikes +3/,
      /units +700/,
      /longest_s +1.25/,
      /mean_duration_s +0.5\n/,
      /labels +1 2/,
    ])
      expect(text).toMatch(line)
    put('shd/shd_test.h5', writeH5Spikes({ times: [[0.5]], units: [[3]], labels: [0] }))
    const both = await infoOf(join(temp, 'shd'))
    expect(both).toMatch(
      /: shd\n\nshd_test.h5: spike trains[\s\S]*samples +1[\s\S]*\nshd_train.h5: spike trains[\s\S]*samples +3/,
    )
    const { out, text: shown } = recorder()
    await dataShow(file, { sample: 1 }, out)
    expect(shown()).toMatch(/sample 1 of 3, label 0\nraster: /)
    await expect(dataShow(file, { sample: 3 }, out)).rejects.toThrow(/--sample from 0 to 2, got 3/)
  })

  it('says what checkpoints and archives of arrays are, and what to do with them', async () => {
    const npz = put('trace.npz', writeNpz({ 'spikes/conv1': { descr: '|u1', shape: [1], data: Uint8Array.of(1) } }))
    expect(await infoOf(npz)).toMatch(
      /NumPy archive[\s\S]*arrays +1\n +names +spikes\/conv1\n +todo +.*simulate --trace .*trace.npz/,
    )
    const state = {
      step: 7,
      weights: Float32Array.of(1, 2),
      optimizer: { steps: 7, moments: [] },
      history: { loss: [], accuracy: [], tieShare: [], zeroLossShare: [] },
    }
    const samples = generateDigits({ count: 2, seed: 1 })
    const meta = {
      network: { text: '2FC', input: { C: 1, H: 1, W: 1 }, T: 3 },
      neuron: defaultNeuron,
      config: {} as TrainingConfig,
      dataset: identifySamples(samples),
    }
    const checkpoint = put('c.h2l', encodeCheckpoint(state, meta))
    expect(await infoOf(checkpoint)).toMatch(
      /a checkpoint of h2learn[\s\S]*step +7\n +weights +2\n +network +2FC\n +T +3\n +trained_on +\S+\n +todo +h2learn run NAME --resume/,
    )
    const { out } = recorder()
    await expect(dataShow(npz, {}, out)).rejects.toThrow(/pictures or events, got a NumPy archive/)
  })

  it('looks into a half of N-MNIST and names the whole', async () => {
    for (let label = 0; label < 10; label++) {
      mkdirSync(join(temp, `n/Test/${label}`), { recursive: true })
      put(`n/Test/${label}/1.bin`, Uint8Array.of(1, 2, 0x80, 0, 1, 3, 4, 0, 0, 9))
    }
    const text = await infoOf(join(temp, 'n/Test'))
    expect(text).toMatch(
      /the half Test of N-MNIST\n +recordings +10\n +todo .*run n-mnist --data .*\/n\n[\s\S]*mean_events +2/,
    )
  })

  it('looks at recordings of every class of a large set, not at the first ones alone', async () => {
    // 150 recordings of class 0 with one event each, 150 of class 1 with three: 2 events on average
    for (const [label, events] of [
      [0, 1],
      [1, 3],
    ] as const) {
      mkdirSync(join(temp, `large/${label}`), { recursive: true })
      const bytes = Uint8Array.from(Array.from({ length: events }, (_, i) => [1, 2, 0x80, 0, i + 1]).flat())
      for (let i = 0; i < 150; i++) put(`large/${label}/${i}.bin`, bytes)
    }
    expect(await infoOf(join(temp, 'large'))).toMatch(
      /recordings +300\n[\s\S]*100 recordings looked at\n[\s\S]*mean_events +2\n/,
    )
  })

  it('says that the size of a sensor is assumed, takes --sensor, and counts what lies outside', async () => {
    const wide = writePropheseeDat({
      width: 640,
      height: 480,
      x: Uint16Array.of(10, 500),
      y: Uint16Array.of(20, 400),
      polarity: Uint8Array.of(1, 0),
      time: Uint32Array.of(5, 9),
    })
    // the header without its lines of width and height
    const bare = put('bare.dat', Buffer.concat([Buffer.from('% Version 2\n'), wide.subarray(wide.length - 18)]))
    const assumed = await infoOf(bare)
    expect(assumed).toMatch(
      /sensor +304x240 \(assumed: the file does not say; --sensor WxH\)\n +outside_sensor +1 events, left out/,
    )
    const given = await infoOf(bare, { sensor: { width: 640, height: 480 } })
    expect(given).toMatch(/sensor +640x480\n +duration_us/)
    expect(given).not.toMatch(/outside/)
  })
})

describe('--sensor', () => {
  it('is width and height', () => {
    expect(sizeOption('--sensor')('640x480')).toEqual({ width: 640, height: 480 })
    expect(sizeOption('--sensor')(' 1X16384 ')).toEqual({ width: 1, height: 16_384 })
    for (const text of ['', '640', '640x', '0x5', '5x16385', '-1x5', '1.5x2', '640x480x2', 'axb'])
      expect(() => sizeOption('--sensor')(text), text).toThrow(/^--sensor: expected width and height such as 640x480/)
  })
})

describe('h2learn data show of events', () => {
  const recording = {
    width: 304,
    height: 240,
    x: Uint16Array.from({ length: 40 }, (_, i) => 100 + (i % 8)),
    y: Uint16Array.from({ length: 40 }, (_, i) => 50 + Math.floor(i / 8)),
    polarity: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
    time: Uint32Array.from({ length: 40 }, (_, i) => 1_000_000_000 + 1000 * i),
  }
  const file = join(temp, 'events.dat')
  writeFileSync(file, writePropheseeDat(recording))
  const shown = async (options: Parameters<typeof dataShow>[1]) => {
    const { out, text } = recorder()
    const png = join(temp, 'events.png')
    expect(await dataShow(file, { zoom: 1, png, ...options }, out)).toBe(0)
    const bytes = readFileSync(png)
    return { text: text(), size: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] }
  }

  it('draws where the events are and says so, or the whole sensor', async () => {
    const { text, size } = await shown({})
    expect(text).toMatch(/40 events of 304x240\ndrawn where its events lie: x 100 to 107, y 50 to 54 of 304x240/)
    expect(text).toContain('all events of 1,000,000,000 to 1,000,039,000 µs in one picture')
    expect(size).toEqual([8, 5])
    expect((await shown({ whole: true })).size).toEqual([304, 240])
  })

  it('draws parts of time, a raster and a time surface', async () => {
    const bins = await shown({ bins: 5, from: 1_000_000_000, to: 1_000_020_000 })
    // three in a row of 8 pixels and a line between, two rows of 5
    expect([bins.size, bins.text]).toEqual([
      [26, 11],
      expect.stringContaining('5 bins of 4,000 µs, 1,000,000,000 to 1,000,019,999 µs, 3 in a row'),
    ])
    const raster = await shown({ view: 'raster', bins: 20 })
    expect([raster.size, raster.text]).toEqual([[20, 5], expect.stringMatching(/raster: .* in 20 columns/)])
    const surface = await shown({ view: 'surface' })
    expect([surface.size, surface.text]).toEqual([
      [8, 5],
      expect.stringMatching(/time surface at the end of .* faded to 1\/e after 7,800.2 µs/),
    ])
  })

  it('refuses a window beside the recording, and options that mean nothing', async () => {
    await expect(shown({ from: 0, to: 500 })).rejects.toThrow(/lasts from 1000000000 to 1000039000, got from 0 to 500/)
    await expect(shown({ from: 1_000_000_009, to: 1_000_000_009 })).rejects.toThrow(/part of the recording/)
    await expect(shown({ view: 'surface', bins: 2 })).rejects.toThrow(/without --bins/)
    await expect(shown({ bins: 101 })).rejects.toThrow(/at most 100/)
    const { out } = recorder()
    await expect(dataShow(smallMnist(20, 20), { bins: 2 }, out)).rejects.toThrow(/pixels, which have no --bins/)
  })
})

describe('h2learn data show', () => {
  it('draws a sample in characters, as PNG and as SVG', async () => {
    const dir = smallMnist(20, 20)
    const { out, text } = recorder()
    const [png, svg] = [join(temp, 'a.png'), join(temp, 'a.svg')]
    expect(await dataShow(dir, { sample: 3, png, svg, zoom: 2 }, out)).toBe(0)
    expect(text()).toMatch(/mnist train, sample 3, label \d/)
    expect(
      text()
        .split('\n')
        .filter((line) => /[@%#]/.test(line)).length,
    ).toBeGreaterThan(8)
    const bytes = readFileSync(png)
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([56, 56])
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*viewBox="0 0 28 28"/)
    await expect(dataShow(dir, { sample: 999 }, out)).rejects.toThrow(/n to be an integer from 0 to 19/)
  })
})

describe('h2learn data get', () => {
  it('names the sets it knows, and the way to those that need a person', async () => {
    const { out } = recorder()
    await expect(getData('imagenet', {}, out)).rejects.toThrow(/registration is needed/)
    await expect(getData('cifar100', {}, out)).rejects.toThrow(/a data set: mnist, cifar10/)
    for (const { name, licence, page } of datasetSources) {
      expect(dataList()).toContain(name)
      expect(licence.length).toBeGreaterThan(3)
      expect(page).toMatch(/^https?:/)
    }
  })
})

describeShared('data', 'h2learn data on the real files', (data) => {
  it.each([
    ['n-mnist/Test/7/00001.bin', /n-mnist.*\n[\s\S]*events\s+3,330/],
    ['events/aedat4/sample.aedat4', /aedat4[\s\S]*sensor\s+320x240/],
    ['events/prophesee-dat/sample_ncars.dat', /events\s+2,009/],
    ['dvs-gesture/user01_natural_labels.csv', /gestures\s+12\n\s+classes\s+11/],
    ['cifar10/test_batch.first1000.bin', /rows\s+1,000\n\s+labels\s+103 89 100 103 90 86 112 102 106 109/],
    ['imagenet-samples', /pictures\s+20\n\s+classes\s+20[\s\S]*shape\s+3x224x224/],
    ['mnist/t10k-labels-idx1-ubyte.gz', /count\s+10,000/],
  ])('%s', async (path, expected) => {
    const { out, text } = recorder()
    await dataInfo(data(path), {}, out)
    expect(text()).toMatch(expected)
  })
})
