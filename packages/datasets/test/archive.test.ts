import { spawnSync } from 'node:child_process'
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
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { unpackArchive } from '../src/archive'
import { safeEntryPath } from '../src/archive-entry'
import { openBenchmark } from '../src/benchmark'
import { DatasetError } from '../src/dataset-error'
import { readCifar10Archive } from '../src/read-cifar10-archive'
import { recogniseData } from '../src/recognise'
import { tarEntries } from '../src/tar-entries'
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

  it('ends with an error for every truncated archive, never with a hang', async () => {
    const text = Buffer.alloc(50_000, 'abcdefg')
    const archives = {
      'cut.tar.gz': await tar('good.tar.gz', [[{ name: 'a' }, text]]),
      'cut.tar': await tar('good.tar', [
        [{ name: 'a' }, text],
        [{ name: 'b' }, 'x'],
      ]),
      'cut.zip': zip('good.zip', { a: 'abcdefg'.repeat(7000), b: 'x' }),
    }
    for (const [name, good] of Object.entries(archives)) {
      const bytes = readFileSync(good)
      // a tar archive ends in two blocks of zeros, and one of them is enough
      const least = name === 'cut.tar' ? bytes.length - 1024 : bytes.length - 1
      for (let i = 0; i <= 20; i++) {
        writeFileSync(join(temp, name), bytes.subarray(0, Math.floor((least * i) / 20)))
        await expect(unpackArchive(join(temp, name), folder()), `${name} ${i}`).rejects.toBeInstanceOf(DatasetError)
      }
    }
    await expect(unpackArchive(join(temp, 'nowhere.zip'), folder())).rejects.toThrow(/nothing of that name/)
  })

  it('refuses a tar archive that lost whole entries at its end', async () => {
    const bytes = readFileSync(
      await tar('two.tar', [
        [{ name: 'a' }, 'x'],
        [{ name: 'b' }, 'y'],
      ]),
    )
    // header and block of a; without an end nobody can tell that b is missing
    writeFileSync(join(temp, 'one.tar'), bytes.subarray(0, 1024))
    await expect(unpackArchive(join(temp, 'one.tar'), folder())).rejects.toMatchObject({
      expected: 'the blocks of zeros that end a tar archive',
      got: 'the end of the file after 1 entries',
    })
  })

  it('checks sizes and CRC-32 of a ZIP archive, and asks for its directory', async () => {
    const path = join(temp, 'stored.zip')
    const bytes = zipSync({ 'a.txt': [strToU8('hello'), { level: 0 }] })
    const changed = (...changes: readonly (readonly [at: number, value: number])[]) => {
      const other = bytes.slice()
      for (const [at, value] of changes) other[at] = value
      writeFileSync(path, other)
      return unpackArchive(path, folder())
    }
    // the local header has 30 bytes and the name 5; the contents follow
    const text = 35
    expect(Buffer.from(bytes.subarray(text, text + 5)).toString()).toBe('hello')
    await expect(changed([text, 'j'.charCodeAt(0)])).rejects.toMatchObject({
      name: 'DatasetError',
      // CRC-32 of "hello", and of "jello", as zlib gives them
      expected: 'CRC-32 3610a686 of a.txt',
      got: '4cd0f5e6',
    })
    const directory = bytes.length - 22 - 51
    expect([...bytes.subarray(directory, directory + 4)]).toEqual([0x50, 0x4b, 1, 2])
    await expect(changed([directory + 24, 6])).rejects.toThrow(/size/)
    writeFileSync(path, bytes.subarray(0, directory))
    await expect(unpackArchive(path, folder())).rejects.toThrow(/[Ee]nd of central directory/)
    // bytes 8 and 10 of an entry of the directory: flags and method
    await expect(changed([directory + 8, 1], [directory + 10, 8])).rejects.toMatchObject({ got: 'a.txt, encrypted' })
    await expect(changed([directory + 10, 12])).rejects.toMatchObject({ got: 'a.txt by bzip2 (method 12)' })
    await expect(changed([directory + 10, 77])).rejects.toMatchObject({
      got: 'a.txt by an unknown compression (method 77)',
    })
  })

  it('names what is no archive that it reads, whatever the file is called', async () => {
    for (const [name, start, got] of [
      ['a.tar.bz2', 'BZh91AY', 'a file compressed by bzip2'],
      ['a.tar.xz', '\u00fd7zXZ\u0000', 'a file compressed by xz'],
      ['a.tar.zst', '\u0028\u00b5\u002f\u00fd', 'a file compressed by Zstandard'],
      ['a.7z', '7z\u00bc\u00af\u0027\u001c', 'a 7z archive'],
      ['a.zip', 'Rar!\u001a', 'a RAR archive'],
      ['a.tar.gz', '<!DOCTYPE html><html>', 'a web page'],
      ['b.zip', '', 'an empty file'],
    ] as const) {
      writeFileSync(join(temp, name), Buffer.from(start, 'latin1'))
      expect(recogniseData(join(temp, name))).toEqual({ kind: 'archive' })
      await expect(unpackArchive(join(temp, name), folder()), name).rejects.toMatchObject({ got })
    }
    const misnamed = join(temp, 'really-a.tar')
    writeFileSync(misnamed, zipSync({ a: strToU8('x') }))
    expect(await unpackArchive(misnamed, folder())).toEqual(['a'])
  })
})

describe('a disk that takes less than it is given', () => {
  const text = 'abcdefghij'.repeat(10_000)
  const archives = () => [
    zip('disk.zip', { 'a.txt': text }),
    ...['disk.tar', 'disk.tar.gz'].map((name) => {
      const bytes = tarSync(text)
      writeFileSync(join(temp, name), name.endsWith('gz') ? gzipSync(bytes) : bytes)
      return join(temp, name)
    }),
  ]
  /** A tar archive with one file, made by hand: header, contents, padding, end. */
  const tarSync = (contents: string) => {
    const header = Buffer.alloc(512)
    header.write('a.txt')
    header.write('0000644\0', 100)
    header.write(`${contents.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('ustar\x0000', 257)
    header.write('        ', 148)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    return Buffer.concat([
      header,
      Buffer.from(contents),
      Buffer.alloc(512 - (contents.length % 512)),
      Buffer.alloc(1024),
    ])
  }
  const fs = process.getBuiltinModule('fs')
  const real = fs.writeSync
  type Write = (descriptor: number, bytes: Uint8Array, at: number, length: number) => number
  /** Lets the system's write do something else than it should. */
  const writing = (write: Write) => vi.spyOn(fs, 'writeSync').mockImplementation(write as typeof fs.writeSync)
  afterEach(() => vi.restoreAllMocks())

  it('gets the rest again until all is written', async () => {
    for (const archive of archives()) {
      const out = folder()
      const short = writing((descriptor, bytes, at, length) => real(descriptor, bytes, at, Math.min(length, 1000)))
      await unpackArchive(archive, out)
      expect(short.mock.calls.length).toBeGreaterThanOrEqual(100)
      vi.restoreAllMocks()
      expect(readFileSync(join(out, 'a.txt'), 'utf8')).toBe(text)
    }
  })

  it('is an error with the path where it is full, and leaves no part of the file', async () => {
    for (const archive of archives()) {
      const out = folder()
      let room = 81_920
      writing((descriptor, bytes, at, length) => {
        if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        const written = real(descriptor, bytes, at, Math.min(length, room))
        room -= written
        return written
      })
      await expect(unpackArchive(archive, out)).rejects.toMatchObject({ code: 'ENOSPC', path: join(out, 'a.txt') })
      vi.restoreAllMocks()
      expect(readdirSync(out)).toEqual([])
    }
  })

  it('is an error where fewer bytes lie on it than it said that it took', async () => {
    const [archive] = archives()
    writing((descriptor, bytes, at, length) => {
      real(descriptor, bytes, at, length - 1)
      return length
    })
    await expect(unpackArchive(archive!, folder())).rejects.toMatchObject({ expected: '100000 bytes on the disk' })
  })

  it('of 96 KiB is an error too', async ({ skip }) => {
    const small = folder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', small]).status === 0
    skip(!mounted, 'no right to mount a file system here')
    try {
      for (const archive of archives()) {
        await expect(unpackArchive(archive, small)).rejects.toMatchObject({ code: 'ENOSPC' })
        expect(readdirSync(small)).toEqual([])
      }
    } finally {
      spawnSync('umount', [small])
    }
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
