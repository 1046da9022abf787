import { spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { rng } from '@h2learn/snn-core'
import { afterEach, describe, expect, it } from 'vitest'
import { openConsole } from '../src/command/console'
import { mergeSweeps } from '../src/command/merge'
import { runSweep } from '../src/command/sweep'
import { openSweepFolder } from '../src/sweep/sweep-folder'
import type { SweepHeader } from '../src/sweep/sweep-results'
import { bin, built } from './command-helper'

const full = process.env.H2LEARN_TEST === 'full'

const folders: string[] = []
const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), 'h2learn-folder-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A console that keeps what it is told. */
const listening = () => {
  const said: string[] = []
  const keep = (text: string) => void said.push(text)
  const bare = openConsole({ quiet: true, color: false, jsonOnStdout: false })
  return { said, console: { ...bare, say: keep, note: keep, warn: keep, columns: 100 } }
}

const density = '{ output_sparsity: [0.5], input_sparsity: [0.9] }'
const study = (points: number, vary = '') => `networks:
  - { name: mine, network: "4C3(Encoding)-6C3-5FC", input: 8x8, T: 3, density: ${density} }
trials: 1
batch: 8
sample: ${points}
vary:
  memory.bandwidthGBps: { from: 8, to: 512, log: true }
  backward.tile: [4, 8]
${vary}`
const studyFile = (points: number, vary = '') => {
  const path = join(temporary(), 'study.yaml')
  writeFileSync(path, study(points, vary))
  return path
}

const pointsIn = (path: string): readonly number[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line).point)
const upTo = (points: number) => Array.from({ length: points }, (_, point) => point)

describe('a folder of results', () => {
  it('keeps every point of four shards that run into it at once, each once', async () => {
    const file = studyFile(34)
    const out = temporary()
    const { console } = listening()
    const codes = await Promise.all(
      [1, 2, 3, 4].map((part) => runSweep(file, { out, threads: 1, shard: `${part}/4` }, console)),
    )
    expect(codes).toEqual([0, 0, 0, 0])
    expect(pointsIn(join(out, 'results.jsonl'))).toEqual(upTo(34))
    expect(readdirSync(join(out, 'journal'))).toHaveLength(4)
    // nothing is left beside the results
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([])
    // one run gives the same bytes
    const alone = temporary()
    await runSweep(file, { out: alone, threads: 1 }, console)
    for (const name of ['results.jsonl', 'results.csv', 'pareto-mine.svg', 'report.html'])
      expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(alone, name), 'utf8'))
  })

  it('counts points once that two processes ran', async () => {
    const file = studyFile(12)
    const out = temporary()
    const { console } = listening()
    await runSweep(file, { out, threads: 1 }, console)
    const [journal] = readdirSync(join(out, 'journal'))
    const copy = (name: string) => cpSync(join(out, 'journal', journal!), join(out, 'journal', name))
    copy('0.jsonl')
    copy('3.jsonl')
    expect(await runSweep(file, { out, threads: 1 }, console)).toBe(0)
    expect(pointsIn(join(out, 'results.jsonl'))).toEqual(upTo(12))
    expect(await mergeSweeps([out, join(out, 'journal', '0.jsonl')], { out: join(out, 'merged') }, console)).toBe(0)
    expect(pointsIn(join(out, 'merged', 'results.jsonl'))).toEqual(upTo(12))
  })

  it('belongs to the sweep that came first, also when two come at once', async () => {
    const header = (fingerprint: string): SweepHeader => ({
      schema: 'h2learn.sweep/1',
      name: 'study',
      fingerprint,
      points: 1,
      fields: [],
      targets: ['mine'],
    })
    const out = temporary()
    const opened = await Promise.allSettled(upTo(8).map((i) => openSweepFolder(out, header(`${i % 2}`))))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    for (const one of opened)
      if (one.status === 'rejected') expect(one.reason.message).toContain('choose another folder with --out')
    expect(readdirSync(out)).toEqual(['sweep.json'])
  })

  it('passes over what was cut off, wherever a process was killed, and says so', async () => {
    const file = studyFile(9)
    const whole = temporary()
    const first = listening()
    await runSweep(file, { out: whole, threads: 1 }, first.console)
    const [name] = readdirSync(join(whole, 'journal'))
    const journal = readFileSync(join(whole, 'journal', name!), 'utf8')
    const headerEnd = journal.indexOf('\n')
    const cuts = [0, 10, headerEnd, headerEnd + 100, journal.length - 1]
    for (const cut of cuts) {
      const out = temporary()
      mkdirSync(join(out, 'journal'))
      writeFileSync(join(out, 'journal', name!), journal.slice(0, cut))
      const { console, said } = listening()
      expect(await runSweep(file, { out, threads: 1 }, console)).toBe(0)
      expect(readFileSync(join(out, 'results.jsonl'))).toEqual(readFileSync(join(whole, 'results.jsonl')))
      expect(said.some((text) => text.includes('1 line was cut off'))).toBe(cut === headerEnd + 100)
      // the torn journal is as it was: only its own process may write to it
      expect(readFileSync(join(out, 'journal', name!), 'utf8')).toBe(journal.slice(0, cut))
    }
  })

  it('refuses a line that is whole and no result of the sweep, naming file and line', async () => {
    const file = studyFile(3)
    const out = temporary()
    const { console } = listening()
    await runSweep(file, { out, threads: 1 }, console)
    const journal = join(out, 'journal', readdirSync(join(out, 'journal'))[0]!)
    const good = readFileSync(journal, 'utf8')
    const row = JSON.parse(good.trim().split('\n')[1]!)
    for (const wrong of [
      { ...row, point: 3 },
      { ...row, benchmark: 'other' },
      { ...row, values: {} },
      { ...row, samples_per_s: null },
      { ...row, samples_per_s: -1 },
      { ...row, values: { ...row.values, more: 1 } },
      { ...row, status: 'error' },
    ]) {
      writeFileSync(journal, good)
      appendFileSync(journal, `${JSON.stringify(wrong)}\n`)
      await expect(runSweep(file, { out, threads: 1 }, console)).rejects.toThrow(`${journal}, line 5: expected a point`)
    }
    writeFileSync(journal, good + JSON.stringify({ ...row, samples_per_s: 1 }))
    await expect(runSweep(file, { out, threads: 1 }, console)).rejects.toThrow('other figures')
  })
})

describe('the end of a sweep', () => {
  it('is 1 with a count of each cause when points failed', async () => {
    const { console, said } = listening()
    const out = temporary()
    expect(await runSweep(studyFile(20, '  backward.groupSize: [4, 0]'), { out, threads: 1 }, console)).toBe(1)
    const [text] = said.filter((one) => one.includes('points failed'))
    const [, failed] = /^(\d+) of 20 points failed, 0 are missing\./.exec(text!)!
    expect(Number(failed)).toBeGreaterThan(0)
    expect(text).toMatch(new RegExp(`\\n {2}${failed} failed \\(first: point \\d+\\): .*groupSize: .* >= 1, got 0`))
  })

  it('is 1 for a merge that lacks points, 0 for a shard whose own points all ran', async () => {
    const file = studyFile(7)
    const { console, said } = listening()
    const [one, two, merged] = [temporary(), temporary(), temporary()]
    expect(await runSweep(file, { out: one, threads: 1, shard: '1/2' }, console)).toBe(0)
    expect(await mergeSweeps([one], { out: merged }, console)).toBe(1)
    expect(said.find((text) => text.includes('points failed'))).toMatch(/^0 of 7 points failed, 3 are missing\./)
    expect(await runSweep(file, { out: two, threads: 1, shard: '2/2' }, console)).toBe(0)
    // the folder knows the first part already
    expect(await mergeSweeps([two], { out: merged }, console)).toBe(0)
    expect(pointsIn(join(merged, 'results.jsonl'))).toEqual(upTo(7))
    // and what is merged can be gone on with
    expect(await runSweep(file, { out: merged, threads: 1 }, console)).toBe(0)
    await expect(mergeSweeps([temporary()], { out: merged }, console)).rejects.toThrow('results.jsonl or a journal')
  })
})

/** A process of the command, which is killed a while after the folder's first journal is there, unless it ended before. */
const killed = async (args: readonly string[], cwd: string, journals: string, after: number): Promise<boolean> => {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: 'ignore' })
  let ended = false
  const end = new Promise<void>((done) =>
    child.on('close', () => {
      ended = true
      done()
    }),
  )
  while (!ended && !existsSync(journals)) await wait(10)
  await Promise.race([end, wait(after)])
  const inTime = !ended
  child.kill('SIGKILL')
  await end
  return inTime
}

describe.skipIf(!built)('sweeps that are killed (skipped without a build)', () => {
  it(
    'lose no point and count none twice: shards at once, one started twice, kill -9 at random moments',
    async () => {
      const points = full ? 6000 : 600
      const cwd = temporary()
      const file = join(cwd, 'study.yaml')
      writeFileSync(file, study(points))
      const { console } = listening()
      const [out, whole] = [join(cwd, 'out'), join(cwd, 'whole')]
      const draw = rng(full ? Date.now() % 1e6 : 7)
      const shards = full ? ['1/4', '2/4', '3/4', '4/4', '1/4'] : ['1/2', '2/2', '1/2']
      let kills = 0
      // on a busy machine a process may come to its end before it is killed
      for (let round = 0; round < (full ? 20 : 4) && (full || kills === 0); round++) {
        const ends = shards.map((shard) => {
          const args = ['sweep', file, '--out', out, '--threads', '1', '-q', '--shard', shard]
          return killed(args, cwd, join(out, 'journal'), (full ? 4000 : 300) * draw.next())
        })
        kills += (await Promise.all(ends)).filter((inTime) => inTime).length
      }
      expect(kills).toBeGreaterThan(0)
      const journals = readdirSync(join(out, 'journal')).map((name) => join(out, 'journal', name))
      expect(journals.length).toBeGreaterThan(0)
      expect(await runSweep(file, { out, threads: 1 }, console)).toBe(0)
      expect(await runSweep(file, { out: whole, threads: 1 }, console)).toBe(0)
      for (const name of ['results.jsonl', 'results.csv'])
        expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'))
    },
    full ? 900_000 : 120_000,
  )
})
