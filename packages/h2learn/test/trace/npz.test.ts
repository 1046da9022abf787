import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError, rng } from '@h2learn/snn-core'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { integersOf, type NpyArray, readNpy, realsOf, writeNpy } from '../../src/trace/npy'
import { bytesSource, openNpz, writeNpz } from '../../src/trace/npz'
import { bytesOf, float16, float32, hasNumpy, int64, runPython } from './trace-helper'

const header = (text: string, data: Uint8Array) => {
  const padded = text.padEnd(117) + '\n'
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(padded), ...data])
}
const folder = mkdtempSync(join(tmpdir(), 'h2learn-npz-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('readNpy', () => {
  it('reads what writeNpy wrote, whatever shape and type', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
        fc.constantFrom('|u1', '<f2', '<f4', '<i8', '|b1'),
        fc.infiniteStream(fc.nat({ max: 255 })),
        (shape, descr, bytes) => {
          const size = Number(descr.slice(2))
          const n = shape.reduce((product, extent) => product * extent, size)
          const data = Uint8Array.from({ length: n }, () => bytes.next().value as number)
          const array: NpyArray = { descr, shape, data }
          const read = readNpy('array', writeNpy(array))
          expect(read.descr).toBe(descr)
          expect(read.shape).toEqual(shape)
          expect([...read.data]).toEqual([...data])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('turns Fortran order into C order, axis by axis', () => {
    // shape (2, 3): Fortran order stores columns, so 0 3 1 4 2 5 is the matrix 0 1 2 / 3 4 5
    const text = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"
    expect([...readNpy('a', header(text, Uint8Array.of(0, 3, 1, 4, 2, 5))).data]).toEqual([0, 1, 2, 3, 4, 5])
    // shape (2, 2, 2), element (i, j, k) = 4i + 2j + k stored at i + 2j + 4k
    const cube = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }"
    expect([...readNpy('a', header(cube, Uint8Array.of(0, 4, 2, 6, 1, 5, 3, 7))).data]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ])
  })

  it.each([
    ['long integers of Python 2', "{'descr': '<f4', 'fortran_order': False, 'shape': (2L,), }", '<f4'],
    ['double quotes', `{"descr": "<f4", "fortran_order": False, "shape": (2,)}`, '<f4'],
    ['native byte order', "{'descr': '=f4', 'fortran_order': False, 'shape': (2,), }", '<f4'],
    ['no byte order', "{'descr': 'f4', 'fortran_order': False, 'shape': (2,), }", '<f4'],
    ['a long name', "{ 'shape' : ( 2 , ), 'fortran_order':False,'descr':'float32' }", '<f4'],
    ['an order of single bytes', "{'descr': '<u1', 'fortran_order': False, 'shape': (8,), }", '|u1'],
    ['big-endian single bytes', "{'descr': '>i1', 'fortran_order': False, 'shape': (2L, 4L), }", '|i1'],
    ['booleans by a sign', "{'descr': '?', 'fortran_order': False, 'shape': (8,), }", '|b1'],
  ])('reads headers as NumPy does: %s', (_, text, descr) => {
    const data = Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192)
    const array = readNpy('a', header(text, data))
    expect(array.descr).toBe(descr)
    expect([...array.data]).toEqual([...data])
    if (descr === '<f4') expect([...realsOf('a', array)]).toEqual([1, -2])
  })

  it('says what is wrong with an array it cannot take', () => {
    const read =
      (text: string, bytes = 4) =>
      () =>
        readNpy('spikes/conv1', header(text, new Uint8Array(bytes)))
    expect(read("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }")).toThrow(
      "big-endian: save it with .astype('<f4')",
    )
    expect(read("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }")).toThrow('numbers of type')
    expect(read("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }")).toThrow('structured')
    expect(read("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")).toThrow(
      'expected 8 bytes for shape (2) of <f4, got 4 bytes; the array is cut off',
    )
    expect(read("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 5)).toThrow('more than the shape tells')
    expect(read("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")).toThrow(InputError)
    expect(read('nothing')).toThrow("a header with 'descr'")
    expect(() => readNpy('a', new Uint8Array(20))).toThrow('\\x93NUMPY')
    expect(read("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }")).toThrow(InputError)
  })

  it('gives integers and reals, half precision included', () => {
    expect(integersOf('shape', int64([10, 4, 3]))).toEqual([10, 4, 3])
    expect(() => integersOf('shape', float32([1], [1]))).toThrow('whole numbers')
    expect([...realsOf('x', float16([3], [1, -0.5, 6e-8]))]).toEqual([1, -0.5, 2 ** -24])
    expect([...realsOf('x', float32([4], [1, 2, 3, 4]), 1, 2)]).toEqual([2, 3])
    expect(() => realsOf('x', bytesOf([1], [1]))).toThrow('.astype(np.float32)')
  })
})

describe('openNpz', () => {
  it('names a compression that it cannot unpack', () => {
    const bytes = writeNpz({ a: bytesOf([1], [1]) })
    const directory = bytes.findIndex(
      (_, i) => i > 0 && bytes[i] === 0x50 && bytes[i + 1] === 0x4b && bytes[i + 2] === 1,
    )
    bytes[directory + 10] = 12
    expect(() => openNpz(bytesSource('x.npz', bytes)).read('a')).toThrow(
      'expected an entry stored or deflated, got bzip2 (method 12); save the arrays again',
    )
  })

  const arrays = { 'spikes/conv1': bytesOf([2, 3], [1, 0, 1, 1, 0, 0]), 'gradU/conv1': float32([2], [0.5, -1]) }

  it('reads what writeNpz wrote, stored or deflated', () => {
    for (const compress of [false, true]) {
      const archive = openNpz(bytesSource('t.npz', writeNpz(arrays, { compress })))
      expect(archive.names).toEqual(['spikes/conv1', 'gradU/conv1'])
      expect(archive.read('spikes/conv1')).toEqual(arrays['spikes/conv1'])
      expect([...realsOf('g', archive.read('gradU/conv1'))]).toEqual([0.5, -1])
      expect(() => archive.read('gradU/conv2')).toThrow(
        'expected an array "gradU/conv2", got spikes/conv1, gradU/conv1',
      )
    }
  })

  it('notices a damaged byte by the checksum', () => {
    const file = writeNpz(arrays)
    // the header of an array is 128 bytes; NUMPY stands at its second
    file[Buffer.from(file).indexOf('NUMPY') + 127]! ^= 1
    expect(() => openNpz(bytesSource('t.npz', file)).read('spikes/conv1')).toThrow('expected checksum')
  })

  it('returns arrays or throws our own error, whatever is cut off or changed: 1,500 files', () => {
    const random = rng(3)
    const read = (file: Uint8Array) => {
      const archive = openNpz(bytesSource('t.npz', file))
      for (const name of archive.names) archive.read(name)
    }
    let refused = 0
    for (let i = 0; i < 1500; i++) {
      let file = writeNpz(arrays, { compress: i % 2 === 0 })
      if (i % 3 === 0) file = file.slice(0, random.below(file.length))
      else for (let n = 1 + random.below(4); n > 0; n--) file[random.below(file.length)] = random.below(256)
      try {
        read(file)
      } catch (error) {
        refused++
        expect(error).toBeInstanceOf(InputError)
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })

  it('does not believe a size that the bytes cannot hold', () => {
    const file = writeNpz(arrays, { compress: true })
    const view = new DataView(file.buffer)
    const list = view.getUint32(file.length - 22 + 16, true)
    view.setUint32(list + 24, 0xfffffff0, true) // 4 GB unpacked
    expect(() => openNpz(bytesSource('t.npz', file)).read('spikes/conv1')).toThrow('sizes that agree')
  })

  it.skipIf(!hasNumpy)('reads what NumPy wrote, and NumPy reads what it wrote (skipped without NumPy)', () => {
    runPython(
      `import numpy as np
a = np.arange(24, dtype=np.float16).reshape(2, 3, 4)
np.savez('plain.npz', **{'gradU/conv1': a, 'potential/fc1': np.asfortranarray(a.astype(np.float32)), 'shape/conv1': np.array(a.shape)})
np.savez_compressed('packed.npz', **{'spikes/conv1_packed': np.packbits(a > 7, axis=-1), 'mask/conv1': a > 3})`,
      folder,
    )
    const archive = (name: string) => openNpz(bytesSource(name, readFileSync(join(folder, name))))
    const plain = archive('plain.npz')
    const counting = Array.from({ length: 24 }, (_, i) => i)
    expect([...realsOf('a', plain.read('gradU/conv1'))]).toEqual(counting)
    expect([...realsOf('a', plain.read('potential/fc1'))]).toEqual(counting)
    expect(integersOf('a', plain.read('shape/conv1'))).toEqual([2, 3, 4])
    const packed = archive('packed.npz')
    expect(packed.read('spikes/conv1_packed').shape).toEqual([2, 3, 1])
    expect(packed.read('mask/conv1').descr).toBe('|b1')
    for (const compress of [false, true]) {
      writeFileSync(join(folder, 'ours.npz'), writeNpz(arrays, { compress }))
      const said = runPython(
        `import numpy as np
z = np.load('ours.npz')
print(sorted(z.files), z['spikes/conv1'].tolist(), z['gradU/conv1'].tolist(), z['gradU/conv1'].dtype)`,
        folder,
      )
      expect(said.trim()).toBe("['gradU/conv1', 'spikes/conv1'] [[1, 0, 1], [1, 0, 0]] [0.5, -1.0] float32")
    }
  })
})
