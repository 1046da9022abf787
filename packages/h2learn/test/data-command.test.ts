import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasetSources, gestureEvents, writeAedat2, writeAedat4, writePropheseeDat } from '@h2learn/datasets'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import type { Console } from '../src/command/console'
import { dataList, getData } from '../src/command/data-get'
import { dataInfo, sparkline } from '../src/command/data-info'
import { dataShow } from '../src/command/data-show'
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
