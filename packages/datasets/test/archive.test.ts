import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { type Header, pack } from 'tar-stream'
import { afterAll, describe, expect, it } from 'vitest'
import { safeEntryPath, tarEntries, unpackArchive } from '../src/archive'
import { openBenchmark } from '../src/benchmark'
import { DatasetError } from '../src/dataset-error'
import { readCifar10Archive } from '../src/read-cifar10-archive'
import { concatBytes } from '../src/text-header'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-archive-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
let folders = 0
const folder = () => {
  const path = join(temp, `out-${folders++}`)
  mkdirSync(path)
  return path
}

/** A .tar.gz (or .tar) with files of the given contents. */
const tar = async (
  name: string,
  entries: readonly (readonly [Partial<Header> & { name: string }, Uint8Array | string])[],
): Promise<string> => {
  const archive = pack()
  for (const [header, contents] of entries) archive.entry(header as Header, Buffer.from(contents))
  archive.finalize()
  const pieces: Uint8Array[] = []
  for await (const piece of archive) pieces.push(piece as Uint8Array)
  const bytes = concatBytes(...pieces)
  const path = join(temp, name)
  writeFileSync(path, name.endsWith('gz') ? gzipSync(bytes) : bytes)
  return path
}
const zip = (name: string, files: Readonly<Record<string, string>>): string => {
  const path = join(temp, name)
  writeFileSync(path, zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)]))))
  return path
}

describe('safeEntryPath', () => {
  it('keeps relative paths and refuses every way out', () => {
    expect(safeEntryPath('a/b.bin')).toBe('a/b.bin')
    expect(safeEntryPath('./a//./b')).toBe('a/b')
    for (const name of ['/a', '../a', 'a/../../b', 'a\\..\\b', '\\a', 'C:/a', 'c:a', 'a/b:c', '', '.', 'a\u0000b'])
      expect(safeEntryPath(name), name).toBeUndefined()
  })
})

describe('unpackArchive', () => {
  it('writes the files of a tar.gz and of a zip, deflated or stored', async () => {
    const long = 'x'.repeat(300_000)
    const archives = [
      await tar('a.tar.gz', [
        [{ name: 'd/one.txt' }, 'one'],
        [{ name: 'd', type: 'directory' }, ''],
        [{ name: 'two.txt' }, long],
      ]),
      await tar('a.tar', [
        [{ name: 'd/one.txt' }, 'one'],
        [{ name: 'two.txt' }, long],
      ]),
      zip('a.zip', { 'd/one.txt': 'one', 'two.txt': long, 'd/empty/': '' }),
    ]
    for (const archive of archives) {
      const out = folder()
      expect(await unpackArchive(archive, out)).toEqual(['d/one.txt', 'two.txt'])
      expect(readFileSync(join(out, 'd/one.txt'), 'utf8')).toBe('one')
      expect(readFileSync(join(out, 'two.txt'), 'utf8')).toBe(long)
      const some = folder()
      expect(await unpackArchive(archive, some, { wanted: (path) => path === 'two.txt' })).toEqual(['two.txt'])
      expect(readdirSync(some)).toEqual(['two.txt'])
      await expect(unpackArchive(archive, folder(), { maxBytes: 1000 })).rejects.toThrow(/at most 1000 bytes/)
    }
  })

  it('writes nothing outside its folder: steps upwards, absolute names, links', async () => {
    const outside = join(temp, 'outside.txt')
    const evil = [
      await tar('up.tar', [[{ name: '../outside.txt' }, 'x']]),
      await tar('absolute.tar', [[{ name: outside }, 'x']]),
      zip('up.zip', { '../outside.txt': 'x' }),
      zip('absolute.zip', { [outside]: 'x' }),
    ]
    for (const archive of evil)
      await expect(unpackArchive(archive, folder())).rejects.toMatchObject({ name: 'DatasetError' })
    const links = await tar('links.tar', [
      [{ name: 'link', type: 'symlink', linkname: '..' }, ''],
      [{ name: 'hard', type: 'link', linkname: '/etc/hostname' }, ''],
      [{ name: 'good.txt' }, 'x'],
    ])
    const out = folder()
    expect(await unpackArchive(links, out)).toEqual(['good.txt'])
    expect(readdirSync(out)).toEqual(['good.txt'])
    // a link that was there before
    const trap = folder()
    symlinkSync(temp, join(trap, 'd'))
    await expect(unpackArchive(await tar('trap.tar', [[{ name: 'd/outside.txt' }, 'x']]), trap)).rejects.toThrow(
      /stay inside/,
    )
    expect(existsSync(outside)).toBe(false)
  })

  it('ends with an error for truncated and damaged archives, never with a hang', async () => {
    const good = readFileSync(await tar('good.tar.gz', [[{ name: 'a' }, Buffer.alloc(50_000, 'abcdefg')]]))
    const goodZip = readFileSync(zip('good.zip', { a: 'abcdefg'.repeat(7000), b: 'x' }))
    for (const [bytes, name] of [
      [good, 'cut.tar.gz'],
      [goodZip, 'cut.zip'],
    ] as const)
      for (let i = 0; i < 40; i++) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 40))
        writeFileSync(join(temp, name), cut)
        const outcome = await unpackArchive(join(temp, name), folder()).catch((error: unknown) => error)
        if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DatasetError)
        // whatever is cut of a gzip file, all of it is missed; a zip is readable up to the cut
        if (name === 'cut.tar.gz') expect(outcome).toBeInstanceOf(DatasetError)
      }
    await expect(unpackArchive(join(temp, 'nowhere.zip'), folder())).rejects.toThrow(/nothing of that name/)
  })
})

describe('readCifar10Archive', () => {
  const row = (label: number) => Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : 10 * label))

  it('reads the batches in the order of their names, from whatever folder inside', async () => {
    const file = await tar('cifar.tar.gz', [
      [{ name: 'cifar-10-batches-bin/data_batch_2.bin' }, concatBytes(row(3), row(4))],
      [{ name: 'cifar-10-batches-bin/readme.html' }, 'x'],
      [{ name: 'cifar-10-batches-bin/data_batch_1.bin' }, concatBytes(row(1), row(2))],
      [{ name: 'cifar-10-batches-bin/test_batch.bin' }, row(9)],
    ])
    const train = await readCifar10Archive(file, { split: 'train', limit: 3 })
    expect(train).toMatchObject({ name: 'cifar10', count: 3, shape: { C: 3, H: 32, W: 32 }, origin: `${file} (train)` })
    expect([...train.labels]).toEqual([1, 2, 3])
    expect([...new Set(train.data)]).toEqual([10, 20, 30])
    expect([...(await openBenchmark('cifar10', { dir: file, split: 'test' })).labels]).toEqual([9])
    const paths: string[] = []
    for await (const { path } of tarEntries(file)) paths.push(path)
    expect(paths.length).toBe(4)
  })

  it('says when the half is not in it', async () => {
    const file = await tar('none.tar.gz', [[{ name: 'x/readme.html' }, 'x']])
    await expect(readCifar10Archive(file, { split: 'train' })).rejects.toMatchObject({ got: 'none' })
  })
})
