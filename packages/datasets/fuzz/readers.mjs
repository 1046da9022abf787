// Readers of data sets for `pnpm fuzz`: every one gets mutated, truncated and random bytes. A reader passes when every input gave
// sound data or a DatasetError.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = fileURLToPath(new URL('../src/', import.meta.url))

const sourceNames =
  /^(aedat[234]|prophesee-dat|prophesee-raw|idx|read-idx|cifar10|nmnist|gesture-labels|archive|image-file|h5-spikes|h5-contents|write-h5-spikes|dataset-error|recognise)\.ts$/

const interesting = [0, 1, 2, 7, 8, 16, 32, 64, 127, 128, 129, 200, 254, 255]

/** A damaged copy: bytes overwritten (the head most often), bits flipped, pieces doubled, cut out or exchanged, then cut or lengthened; now and then noise. */
const damage = (valid, head, next) => {
  const below = (n) => Math.floor(next() * n)
  if (next() < 0.05) return Uint8Array.from({ length: below(200) }, () => below(256))
  let bytes = Uint8Array.from(valid)
  for (let edits = below(6); edits > 0; edits--) {
    if (bytes.length === 0) break
    const at = next() < 0.6 ? below(Math.min(head, bytes.length)) : below(bytes.length)
    const kind = below(6)
    if (kind < 2) bytes[at] = below(256)
    else if (kind === 2) bytes[at] = interesting[below(interesting.length)]
    else if (kind === 3) bytes[at] ^= 1 << below(8)
    else if (kind === 4) {
      // four bytes of a length or offset at once
      const value = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length, bytes.length * 2][below(7)]
      for (let i = 0; i < 4 && at + i < bytes.length; i++)
        bytes[at + i] = (value >>> (8 * (next() < 0.5 ? i : 3 - i))) & 255
    } else {
      const size = 1 + below(Math.min(64, bytes.length - at))
      const piece = bytes.subarray(at, at + size)
      bytes =
        next() < 0.5
          ? Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)])
          : Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + size)])
    }
  }
  const end = next()
  if (end < 0.3) return bytes.subarray(0, below(bytes.length + 1))
  if (end < 0.4) return Uint8Array.from([...bytes, ...Array.from({ length: below(20) }, () => below(256))])
  return bytes
}

const sound = ({ width, height, x, y, polarity, time }) => {
  if (!(time.length > 0 && x.length === time.length && y.length === time.length && polarity.length === time.length))
    throw new Error('arrays of unequal length')
  for (let i = 0; i < time.length; i++)
    if (x[i] >= width || y[i] >= height || polarity[i] > 1) throw new Error(`event ${i} is off the sensor`)
}
const recording = (side, events = 40) => ({
  width: side,
  height: side,
  x: Uint16Array.from({ length: events }, (_, i) => (37 * i) % side),
  y: Uint16Array.from({ length: events }, (_, i) => (11 * i) % side),
  polarity: Uint8Array.from({ length: events }, (_, i) => i % 2),
  time: Uint32Array.from({ length: events }, (_, i) => 1000 * i),
})
const big = (...values) => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, 4 * i)
  })
  return bytes
}
/** Prophesee RAW: a time, then events, twice; in EVT 3.0 also a vector. */
const little = (bytes, words) => {
  const out = Buffer.alloc(bytes * words.length)
  for (const [i, word] of words.entries()) out.writeUIntLE(word, bytes * i, bytes)
  return out
}
const rawEvt2 = Buffer.concat([
  Buffer.from('% evt 2.0\n% geometry 640x480\n% end\n'),
  little(4, [0x80000001, 0x10c83064, 0x00003001, 0x80000002, 0x10400802, 0x00800001]),
])
const rawEvt3 = Buffer.concat([
  Buffer.from('% format EVT3;height=720;width=1280\n% end\n'),
  little(2, [0x8001, 0x6002, 0x0007, 0x281e, 0x201f, 0x3828, 0x4805, 0x5081, 0x8002, 0x0008, 0x2001]),
])
const shared = (path) => {
  const file = join(root, '..', 'shared/data', path)
  return existsSync(file) ? [readFileSync(file)] : []
}

/** Readers by name: valid inputs to start from, how many bytes the head has, and what to do with damaged ones. */
const readers = async (h, temp) => {
  const file = (name, bytes) => {
    const path = join(temp, name)
    writeFileSync(path, bytes)
    return path
  }
  const pixels = Buffer.alloc(3 * 8 * 8, 7)
  const idx = [
    Buffer.concat([big(0x803, 3, 8, 8), pixels]),
    Buffer.concat([big(0x801, 5), Buffer.from([1, 2, 3, 4, 5])]),
  ]
  const idxSound = ({ kind, count: n, rows, columns, pixels: p, labels }) => {
    if (kind === 'images' ? p.length !== n * rows * columns : labels.length !== n) throw new Error('sizes disagree')
  }
  const { pack } = (await import('tar-stream')).default
  const { zipSync } = await import('fflate')
  const tar = async (gzip) => {
    const archive = pack()
    archive.entry({ name: 'd/a.txt' }, 'hello '.repeat(50))
    archive.entry({ name: 'b.bin' }, Buffer.alloc(700, 9))
    archive.entry({ name: 'l', type: 'symlink', linkname: 'b.bin' })
    archive.finalize()
    const pieces = []
    for await (const piece of archive) pieces.push(piece)
    return gzip ? gzipSync(Buffer.concat(pieces)) : Buffer.concat(pieces)
  }
  let outs = 0
  const unpack = (name) => async (bytes) => {
    const out = join(temp, 'out', String(outs++))
    mkdirSync(out, { recursive: true })
    const outcome = await h.unpackArchive(file(name, bytes), out, { maxBytes: 1 << 20 }).catch((error) => error)
    rmSync(out, { recursive: true, force: true })
    const outside = readdirSync(temp).filter((entry) => entry !== name && entry !== 'out')
    const beside = readdirSync(join(temp, 'out'))
    if (outside.length + beside.length > 0) throw new Error(`written outside: ${[...outside, ...beside].join(', ')}`)
    if (outcome instanceof Error) throw outcome
  }
  const sharp = (await import('sharp')).default
  const picture = (format) =>
    sharp({ create: { width: 12, height: 9, channels: 3, background: '#d04020' } })
      [format]()
      .toBuffer()
  const h5Files = [false, true].map((half) =>
    h.writeH5Spikes({ times: [[0.1, 0.2], [0.3], []], units: [[1, 2], [3], []], labels: [4, 5, 6], half }),
  )
  const row = (label, times, units) => ({ times: Float32Array.from(times), units: Uint16Array.from(units), label })
  const h5Good = JSON.stringify([row(4, [0.1, 0.2], [1, 2]), row(5, [0.3], [3]), row(6, [], [])])
  let h5Reads = 0
  return {
    idx: { valid: idx, head: 16, read: (bytes) => idxSound(h.parseIdx(bytes, 'f')) },
    'idx-gz': {
      valid: idx.map((b) => gzipSync(b)),
      head: 20,
      read: (bytes) => idxSound(h.readIdxFile(file('x.gz', bytes))),
    },
    cifar10: {
      valid: [Buffer.alloc(2 * 3073, 3)],
      head: 4,
      read: (bytes) => {
        const { count: n, labels, pixels: p } = h.parseCifar10(bytes, 'f')
        if (labels.length !== n || p.length !== n * 3072 || labels.some((l) => l > 9)) throw new Error('rows disagree')
      },
    },
    'n-mnist': {
      // record 3 and record 30 are overflow markers
      valid: [Uint8Array.from({ length: 200 }, (_, i) => (i === 16 || i === 151 ? 240 : (i * 7) % 34))],
      head: 10,
      read: (bytes) => sound(h.parseNmnist(bytes, 'f')),
    },
    aedat2: { valid: [h.writeAedat2(recording(128))], head: 60, read: (bytes) => sound(h.parseAedat2(bytes, 'f')) },
    aedat3: {
      valid: [h.writeAedat3(recording(128), { perPacket: 15 })],
      head: 180,
      read: (bytes) => sound(h.parseAedat3(bytes, 'f')),
    },
    aedat4: {
      valid: [
        ...(await Promise.all(
          ['none', 'LZ4', 'zstd'].map((compression) => h.writeAedat4(recording(128), { compression, perPacket: 15 })),
        )),
        // the beginning of a real one, with compressed blocks
        ...shared('events/aedat4/sample.aedat4').map((bytes) => bytes.subarray(0, 2334 + 8 + 7949)),
      ],
      head: 2600,
      read: async (bytes) => sound(await h.parseAedat4(bytes, 'f')),
    },
    'prophesee-dat': {
      valid: [
        h.writePropheseeDat(recording(240)),
        ...shared('events/prophesee-dat/sample_ncars.dat').map((b) => b.subarray(0, 997)),
      ],
      head: 100,
      read: (bytes) => sound(h.parsePropheseeDat(bytes, 'f')),
    },
    'prophesee-raw': {
      valid: [rawEvt2, rawEvt3],
      head: 60,
      read: (bytes) => sound(h.parsePropheseeRaw(bytes, 'f')),
    },
    'gesture-labels': {
      valid: [Buffer.from('class,startTime_usec,endTime_usec\n1,100,200\n8,300,400\n8,500,600\n11,700,900\n')],
      head: 80,
      read: (bytes) => {
        for (const { label, start, end } of h.parseGestureLabels(new TextDecoder().decode(bytes), 'f'))
          if (label < 0 || label > 10 || start >= end) throw new Error('interval out of range')
      },
    },
    recognise: {
      valid: [
        ...idx,
        Buffer.alloc(5 * 3074, 3),
        Uint8Array.from({ length: 200 }, (_, i) => (i % 5 === 4 ? i : (i * 7) % 34)),
        h.writePropheseeDat(recording(240)),
        rawEvt2,
        h.writeAedat2(recording(128)),
        h5Files[0],
        Buffer.from('H2LCKPT\n'),
        Buffer.from('{"schema": "h2learn.run/1"}'),
      ],
      head: 40,
      read: (bytes) => {
        const { kind } = h.recogniseData(file('x.bin', bytes))
        if (typeof kind !== 'string') throw new Error('no kind')
      },
    },
    tar: { valid: [await tar(false)], head: 1600, read: unpack('a.tar') },
    'tar-gz': { valid: [await tar(true)], head: 60, read: unpack('a.tar.gz') },
    zip: {
      valid: [zipSync({ 'd/a.txt': Buffer.from('hello '.repeat(50)), 'b.bin': [Buffer.alloc(300, 9), { level: 0 }] })],
      head: 120,
      read: unpack('a.zip'),
    },
    image: {
      valid: [await picture('jpeg'), await picture('png')],
      head: 300,
      read: async (bytes) => {
        const out = await h.decodeImage(bytes, 'f', { resize: 8, size: 8 })
        if (out.length !== 3 * 64) throw new Error('another size')
      },
    },
    h5: {
      valid: h5Files,
      head: 2500,
      read: async (bytes) => {
        // the library lives on between files: what one did to it must not show in the next
        if (h5Reads++ % 20 === 0) {
          const good = await h.readH5Spikes(file('good.h5', h5Files[0])).catch(String)
          if (JSON.stringify(good) !== h5Good)
            throw new Error(`a good file after a damaged one: ${JSON.stringify(good)}`)
        }
        const path = file('x.h5', bytes)
        const { kind, names } = await h.h5Contents(path, 1)
        if (!['spikes', 'nir', 'other'].includes(kind) || names.length > 1000) throw new Error('no contents')
        for (const { times, units } of await h.readH5Spikes(path, undefined, 1)) {
          if (times.length !== units.length) throw new Error('rows of unequal length')
          if (times.some((t) => !(t >= 0 && t < 1e6))) throw new Error('a time out of range')
        }
      },
    },
  }
}

/** See scripts/fuzz.mjs. */
export const suite = {
  package: 'datasets',
  entry: readdirSync(sources)
    .filter((file) => sourceNames.test(file))
    .map((file) => `export * from ${JSON.stringify(join(sources, file))}`)
    .join('\n'),
  external: ['sharp', 'fflate', 'fzstd', 'flatbuffers', 'h5wasm', 'h5wasm/*', 'tar-stream', 'yauzl', 'papaparse'],
  targets: async (h, temp) =>
    Object.fromEntries(
      Object.entries(await readers(h, temp)).map(([name, { valid, head, read }]) => [
        name,
        {
          valid: valid.map((bytes) => Uint8Array.from(bytes)),
          damage: (bytes, next) => damage(bytes, head, next),
          read,
        },
      ]),
    ),
  refusal: (error) => (error?.name === 'DatasetError' ? undefined : 'no DatasetError'),
  show: (bytes) => Buffer.from(bytes).toString('base64'),
}
