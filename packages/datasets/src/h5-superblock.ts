import { DatasetError } from './dataset-error'
import { nodeModule, readBytes } from './node-files'

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/**
 * Refuses, before any library sees it, what is no HDF5 file or ends before its superblock says it does.
 * The superblock stands at byte 0, 512, 1024, 2048, …; versions 0 to 3 are known (HDF5 file format specification 3.0).
 * @returns bytes of the file
 * @throws DatasetError with the byte at which it went wrong
 */
export const checkSuperblock = (file: string): number => {
  const fs = nodeModule('node:fs', file)
  // a folder, a missing or an unreadable file is told as for every other reader
  const size = fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? fs.statSync(file).size : readBytes(file).length
  const handle = fs.openSync(file, 'r')
  const fail = (offset: number, expected: string, got: string): never => {
    throw new DatasetError({ file, offset, expected, got })
  }
  try {
    const block = new DataView(new ArrayBuffer(64))
    for (let at = 0; at < size; at = at === 0 ? 512 : 2 * at) {
      const read = fs.readSync(handle, block, 0, 64, at)
      if (read < 8 || !signature.every((byte, i) => block.getUint8(i) === byte)) continue
      const version = block.getUint8(8)
      if (version > 3) return fail(at + 8, 'a superblock of version 0 to 3', String(version))
      const old = version < 2
      const sizes = old ? 13 : 9
      for (const i of [sizes, sizes + 1])
        if (![2, 4, 8].includes(block.getUint8(i)))
          return fail(at + i, 'offsets and lengths of 2, 4 or 8 bytes', String(block.getUint8(i)))
      // others than of 8 bytes are rare, and checked by the library
      if (block.getUint8(sizes) !== 8) return size
      const base = old ? 24 + 4 * version : 12
      if (read < base + 24) return fail(at + read, `${base + 24} bytes of superblock`, String(read))
      const end = block.getBigUint64(base + 16, true)
      if (end > BigInt(size)) return fail(at + base + 16, `${end} bytes, as the superblock says`, `${size} bytes`)
      return size
    }
    return fail(0, 'an undamaged HDF5 file', size === 0 ? 'an empty file' : 'no signature of HDF5')
  } finally {
    fs.closeSync(handle)
  }
}
