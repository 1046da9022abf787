import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { openBenchmark } from '../src/benchmark'
import { decodeImage } from '../src/image-file'
import { listImages, readImageFolder, streamImages } from '../src/image-folder'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-images-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

/** A picture of one colour, or of two halves, left and right. */
const picture = (width: number, height: number, left: string, right = left, format: 'png' | 'jpeg' = 'png') =>
  sharp({ create: { width, height, channels: 3, background: left } })
    .composite([
      {
        input: { create: { width: Math.ceil(width / 2), height, channels: 3, background: right } },
        left: Math.floor(width / 2),
        top: 0,
      },
    ])
    [format]()
    .toBuffer()

const planes = (pixels: Uint8Array, side: number) =>
  [0, 1, 2].map((c) => [...new Set(pixels.subarray(c * side * side, (c + 1) * side * side))])

describe('decodeImage', () => {
  it('gives three planes of 224×224 of the colour it was', async () => {
    const pixels = await decodeImage(await picture(300, 400, '#ff8001'), 'p')
    expect(planes(pixels, 224)).toEqual([[255], [128], [1]])
  })

  it('resizes the shorter side and cuts the middle', async () => {
    // 8×4, left half red: resized to 4 rows nothing changes, the middle 4×4 is 2 columns of each colour
    const pixels = await decodeImage(await picture(8, 4, '#f00', '#00f'), 'p', { resize: 4, size: 4 })
    expect([...pixels.subarray(0, 4)]).toEqual([255, 255, 0, 0])
    expect([...pixels.subarray(32, 36)]).toEqual([0, 0, 255, 255])
  })

  it('makes three equal planes of a grey picture, and lays transparency on black', async () => {
    const grey = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#777' } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer()
    expect((await sharp(grey).metadata()).channels).toBe(1)
    const [r, g, b] = planes(await decodeImage(grey, 'g', { resize: 9, size: 9 }), 9)
    expect(r).toEqual([0x77])
    expect([g, b]).toEqual([r, r])
    const clear = { r: 255, g: 255, b: 255, alpha: 0 }
    const png = await sharp({ create: { width: 4, height: 4, channels: 4, background: clear } })
      .png()
      .toBuffer()
    expect(planes(await decodeImage(png, 'c', { resize: 4, size: 4 }), 4)).toEqual([[0], [0], [0]])
  })

  it('names the file that is no picture, cut short, or of another format', async () => {
    const jpeg = await picture(64, 64, '#123456', '#fedcba', 'jpeg')
    await expect(decodeImage(new Uint8Array(9), 'noise')).rejects.toMatchObject({ name: 'DatasetError', file: 'noise' })
    await expect(decodeImage(jpeg.subarray(0, jpeg.length / 2), 'cut')).rejects.toMatchObject({ file: 'cut' })
  })

  it('says what a file is that is no JPEG or PNG, whatever its name', async () => {
    const plain = { create: { width: 4, height: 4, channels: 3, background: '#fff' } } as const
    const webp = await sharp(plain).webp().toBuffer()
    const hint = 'convert it to PNG with any picture editor, or take it out of the folder'
    await expect(decodeImage(webp, 'a/b.jpg')).rejects.toMatchObject({ got: 'a WebP picture named .jpg', hint })
    await expect(decodeImage(await sharp(plain).gif().toBuffer(), 'g')).rejects.toMatchObject({ got: 'a GIF picture' })
    for (const [start, got] of [
      ['', 'an empty file'],
      ['BM6\u0000', 'a BMP picture'],
      ['<!DOCTYPE html><html>', 'a web page'],
      ['version https://git-lfs.github.com/spec/v1', 'a pointer of Git LFS'],
      ['hello', 'no picture that is known'],
    ] as const)
      await expect(decodeImage(Buffer.from(start, 'latin1'), 'x.jpg')).rejects.toMatchObject({
        expected: 'a JPEG or PNG',
        got,
      })
  })

  it('says how large a picture is that is too large or too long', async () => {
    await expect(decodeImage(await picture(3, 900, '#fff'), 'long.png')).rejects.toMatchObject({
      expected: 'a picture whose longer side is at most 64 times its shorter',
      got: 'one of 3×900 pixels',
      hint: 'cut it, or take it out of the folder',
    })
    // the sizes stand in bytes 16 to 23 of a PNG, then five bytes and the CRC-32 of the 17 before it
    const large = Buffer.from(await picture(4, 4, '#fff'))
    large.writeUInt32BE(20_000, 16)
    large.writeUInt32BE(10_000, 20)
    large.writeUInt32BE(crc32(large.subarray(12, 29)), 29)
    await expect(decodeImage(large, 'large.png')).rejects.toMatchObject({
      expected: 'a picture of at most 67108864 pixels',
      got: 'one of 20000×10000 pixels',
    })
  })
})

describe('readImageFolder', () => {
  it('takes train and val, the classes in turn, one folder a class', async () => {
    const dir = join(temp, 'halves')
    const colours = { ape: '#ff0000', bee: '#00ff00' }
    for (const [name, colour] of Object.entries(colours))
      for (const half of ['train', 'val']) {
        mkdirSync(join(dir, half, name), { recursive: true })
        const several = half === 'train' ? ['1.JPEG.png', '2.png'] : ['3.png']
        for (const file of several) writeFileSync(join(dir, half, name, file), await picture(20, 20, colour))
        writeFileSync(join(dir, half, name, 'notes.txt'), 'x')
      }
    const train = await readImageFolder(dir, { split: 'train', size: 16, resize: 16 })
    expect(train).toMatchObject({
      count: 4,
      classes: 2,
      shape: { C: 3, H: 16, W: 16 },
      kind: 'pixels',
      synthetic: false,
    })
    expect([...train.labels]).toEqual([0, 1, 0, 1])
    expect(train.origin).toBe(`${dir} (train)`)
    expect([0, 1].map((n) => train.data[n * 768])).toEqual([255, 0])
    expect(listImages(dir, 'test').files.map(({ file }) => file.slice(dir.length + 1))).toEqual([
      join('val', 'ape', '3.png'),
      join('val', 'bee', '3.png'),
    ])
    const few = await readImageFolder(dir, { split: 'train', limit: 3, size: 16, resize: 20 })
    expect(few).toMatchObject({ count: 3, origin: `${dir} (train, 3 of 4)` })
    const streamed = []
    for await (const { label } of streamImages(dir, { split: 'train', size: 16, resize: 16 })) streamed.push(label)
    expect(streamed).toEqual([0, 1, 0, 1])
  })

  describe('numbers the classes by the training half', () => {
    const colours = { ant: '#ff0000', bee: '#00ff00', cat: '#0000ff', dog: '#ffffff' } as const
    type Name = keyof typeof colours
    /** A folder of plain pictures, one folder a class; the colour tells the class. */
    const classFolders = async (base: string, names: readonly Name[]) => {
      for (const name of names) {
        mkdirSync(join(base, name), { recursive: true })
        writeFileSync(join(base, name, 'a.png'), await picture(8, 8, colours[name]))
      }
    }
    const colourOf = ({ data }: { data: Uint8Array }, n: number) =>
      `#${[0, 1, 2].map((c) => data[(3 * n + c) * 64]!.toString(16).padStart(2, '0')).join('')}`
    const small = { size: 8, resize: 8 } as const

    it('where the test half lacks a class: ant, cat, dog keep the labels 0, 2, 3', async () => {
      const dir = join(temp, 'lacking')
      await classFolders(join(dir, 'train'), ['ant', 'bee', 'cat', 'dog'])
      await classFolders(join(dir, 'val'), ['ant', 'cat', 'dog'])
      const train = await readImageFolder(dir, { split: 'train', ...small })
      const test = await readImageFolder(dir, { split: 'test', ...small })
      expect([...train.labels]).toEqual([0, 1, 2, 3])
      expect([...test.labels]).toEqual([0, 2, 3])
      expect(test).toMatchObject({ classes: 4, classNames: ['ant', 'bee', 'cat', 'dog'] })
      // the same colour has the same label in both halves
      test.labels.forEach((label, n) => {
        expect(colourOf(test, n)).toBe(colourOf(train, label))
      })
    })

    it('where files nNNNNNNNN_* lie side by side', async () => {
      const dir = join(temp, 'flat')
      for (const [half, names] of [
        ['train', ['n00000001', 'n00000002', 'n00000003']],
        ['val', ['n00000001', 'n00000003']],
      ] as const) {
        mkdirSync(join(dir, half), { recursive: true })
        for (const name of names) writeFileSync(join(dir, half, `${name}_7.png`), await picture(8, 8, '#fff'))
      }
      expect([...(await readImageFolder(dir, { split: 'test', ...small })).labels]).toEqual([0, 2])
    })

    it('where the test pictures lie in another folder', async () => {
      const [dir, other] = [join(temp, 'here'), join(temp, 'elsewhere')]
      await classFolders(dir, ['ant', 'bee', 'cat', 'dog'])
      await classFolders(other, ['cat', 'dog'])
      const { classNames } = await openBenchmark('imagenet', { dir, split: 'train', size: 8 })
      const test = await openBenchmark('imagenet', { dir: other, split: 'test', size: 8, classNames: classNames! })
      expect([...test.labels]).toEqual([2, 3])
      const streamed = []
      for await (const { label } of streamImages(other, { split: 'test', classNames: classNames!, ...small }))
        streamed.push(label)
      expect(streamed).toEqual([2, 3])
    })

    it('and names a class that only the test half has, also where both have equally many', async () => {
      const dir = join(temp, 'other-names')
      await classFolders(join(dir, 'train'), ['ant', 'bee'])
      await classFolders(join(dir, 'val'), ['ant', 'dog'])
      await expect(readImageFolder(dir, { split: 'test', ...small })).rejects.toMatchObject({
        name: 'DatasetError',
        file: join(dir, 'val'),
        expected: 'classes of the training half (ant, bee)',
        got: 'a class that it lacks: dog',
      })
    })
  })

  it('says what is missing', async () => {
    const dir = join(temp, 'wrong')
    mkdirSync(join(dir, 'train', 'a'), { recursive: true })
    await expect(readImageFolder(dir, { split: 'test' })).rejects.toMatchObject({ expected: 'a folder val' })
    await expect(readImageFolder(dir, { split: 'train' })).rejects.toThrow(/pictures \*\.JPEG/)
    await expect(readImageFolder(join(temp, 'nowhere'), { split: 'train' })).rejects.toThrow(/nothing of that name/)
    await expect(readImageFolder(dir, { split: 'train', size: 300 })).rejects.toThrow(/resize of at least size/)
  })
})
describeShared('data/imagenet-samples', 'the real ImageNet pictures', (imagenet) => {
  it('are all read, the grey ones too, under the class of their names', async () => {
    const samples = await readImageFolder(imagenet(), { split: 'test' })
    expect(samples).toMatchObject({ count: 20, classes: 20, shape: { C: 3, H: 224, W: 224 } })
    expect(samples.origin).toMatch(/both halves are the same pictures/)
    const rows = readFileSync(imagenet('labels.csv'), 'utf8').trim().split('\n').slice(1)
    const wnids = rows.map((row) => row.split(',')[1]!).sort()
    expect(listImages(imagenet(), 'test').classes).toEqual(wnids)
    const grey = rows.filter((row) => row.endsWith(',1')).map((row) => row.split(',')[1]!)
    expect(grey.length).toBe(2)
    for (const wnid of grey) {
      const n = wnids.indexOf(wnid)
      const plane = (c: number) => samples.data.subarray((3 * n + c) * 224 * 224, (3 * n + c + 1) * 224 * 224)
      expect(Buffer.compare(plane(0), plane(1))).toBe(0)
      expect(Buffer.compare(plane(0), plane(2))).toBe(0)
      expect(new Set(plane(0)).size).toBeGreaterThan(50)
    }
    expect(readdirSync(imagenet()).filter((name) => name.endsWith('.JPEG')).length).toBe(20)
  })
})
