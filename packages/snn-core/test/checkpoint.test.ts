import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint'
import { crc32 } from '../src/crc32'
import { InputError } from '../src/errors'
import { type CheckpointMeta, checkResume, identifySamples, type TrainingState } from '../src/training-state'
import { bitsOf, halves, toyNetwork, toyRun } from './toy'

const { network, config, samples } = toyRun()
const meta: CheckpointMeta = {
  network: { text: network.text, input: network.input, T: network.T },
  neuron: config.neuron,
  config,
  dataset: identifySamples(samples),
  extra: { note: 'größer als ASCII', evaluations: [{ step: 1, accuracy: 0.5 }] },
}
const small: TrainingState = {
  step: 2,
  weights: Float32Array.from([1, -0, 1e-45]),
  optimizer: { steps: 2, moments: [Float32Array.from([0.1, 0.2, 0.3]), new Float32Array(3)] },
  history: { loss: [0.1, 1 / 3], accuracy: [0, 1], tieShare: [0.5, 0], zeroLossShare: [0, 0.25] },
}
const bytes = encodeCheckpoint(small, meta)

describe('decodeCheckpoint', () => {
  it('gives back what encodeCheckpoint was given, bit for bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true }), { maxLength: 20 }),
        fc.boolean(),
        fc.nat(3),
        fc.array(fc.double({ noNaN: true }), { maxLength: 5 }),
        (values, double, moments, numbers) => {
          const array = () => (double ? Float64Array.from(values) : Float32Array.from(values))
          const state: TrainingState = {
            step: numbers.length,
            weights: array(),
            optimizer: { steps: 7, moments: Array.from({ length: moments }, array) },
            history: { loss: numbers, accuracy: numbers, tieShare: numbers, zeroLossShare: numbers },
          }
          const back = decodeCheckpoint(encodeCheckpoint(state, meta))
          expect(back.state.weights.constructor).toBe(state.weights.constructor)
          expect(bitsOf(back.state.weights)).toEqual(bitsOf(state.weights))
          expect(back.state.optimizer.moments.map(bitsOf)).toEqual(state.optimizer.moments.map(bitsOf))
          expect(back.state).toEqual(state)
          expect(back.meta).toEqual(meta)
        },
      ),
    )
  })

  it('reads from the middle of a larger buffer', () => {
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeCheckpoint(shifted.subarray(3)).state).toEqual(small)
  })

  it('reads a checkpoint of version 1, and refuses it cut short or changed', () => {
    const older = new Uint8Array(readFileSync(new URL('./checkpoint-version-1.h2l', import.meta.url)))
    const { state, meta: about } = decodeCheckpoint(older)
    expect(state).toEqual(small)
    expect(bitsOf(state.weights)).toEqual(bitsOf(small.weights))
    expect(about.dataset.origin).toBe('größer als ASCII')
    for (let at = 0; at < older.length; at++) {
      expect(() => decodeCheckpoint(older.subarray(0, at))).toThrow(InputError)
      const changed = older.slice()
      changed[at]! ^= 1 << (at % 8)
      expect(() => decodeCheckpoint(changed)).toThrow(InputError)
    }
  })

  it('refuses a size of more than four gigabytes that the file does not have', () => {
    const huge = bytes.slice()
    new DataView(huge.buffer).setBigUint64(16, BigInt(bytes.length) + 2n ** 32n, true)
    expect(() => decodeCheckpoint(huge)).toThrow(`expected ${bytes.length + 2 ** 32} bytes, as offset 16 says`)
  })

  it('refuses the file cut short at any byte, or with bytes behind it', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeCheckpoint(bytes.subarray(0, length), 'run.ckpt')).toThrow(InputError)
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    expect(() => decodeCheckpoint(longer)).toThrow(/offset 16/)
  })

  it('refuses the file with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice()
        changed[at] ^= flip
        expect(() => decodeCheckpoint(changed, 'run.ckpt')).toThrow(InputError)
      }),
      { numRuns: process.env.H2LEARN_TEST === 'full' ? 30_000 : 2000 },
    )
  })

  it('refuses any other bytes without reading past their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        expect(() => decodeCheckpoint(noise)).toThrow(InputError)
        const marked = Uint8Array.from([...bytes.subarray(0, 8), ...noise])
        expect(() => decodeCheckpoint(marked)).toThrow(InputError)
      }),
    )
  })

  it('names the file, the offset and the reason', () => {
    expect(() => decodeCheckpoint(bytes.subarray(0, 300), 'runs/a.ckpt')).toThrow(
      `runs/a.ckpt: expected ${bytes.length} bytes, as offset 16 says, got the end at offset 300`,
    )
    expect(() => decodeCheckpoint(Uint8Array.from([0x50, 0x4b, 3, 4]), 'a.zip')).toThrow(/offset 0; no checkpoint/)
    const newer = bytes.slice()
    newer[8] = 9
    expect(() => decodeCheckpoint(newer)).toThrow(/version 1 or 2, got 9 at offset 8/)
  })

  it('refuses a header with a right checksum that does not describe a run', () => {
    // the header is rewritten in place and the checksum mended: what a faulty writer would make
    const forge = (from: string, to: string) => {
      const forged = bytes.slice()
      const text = new TextDecoder('latin1').decode(forged)
      const at = text.indexOf(from)
      expect(at).toBeGreaterThan(0)
      forged.set(new TextEncoder().encode(to), at)
      new DataView(forged.buffer).setUint32(forged.length - 4, crc32(forged.subarray(0, -4)), true)
      return () => decodeCheckpoint(forged)
    }
    expect(forge('"step":2', '"step":x')).toThrow(/JSON header at byte 24/)
    expect(forge('"step":2', '"stap":2')).toThrow(/step numbers/)
    expect(forge('"length":3', '"length":9')).toThrow(/checksum at offset/)
    expect(forge('"weights"', '"weighty"')).toThrow(/the array weights/)
    expect(forge('"dataset"', '"datasat"')).toThrow(/dataset/)
  })
})

describe('crc32', () => {
  it('is the usual CRC-32: its check value, and in parts', () => {
    const digits = new TextEncoder().encode('123456789')
    expect(crc32(digits)).toBe(0xcbf43926)
    expect(crc32(digits.subarray(4), crc32(digits.subarray(0, 4)))).toBe(0xcbf43926)
  })
})

describe('crc32 of bytes of any length and alignment', () => {
  it('is the sum bit by bit', () => {
    const bitByBit = (bytes: Uint8Array) => {
      let c = ~0
      for (const byte of bytes) {
        c ^= byte
        for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
      }
      return ~c >>> 0
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, cut) => {
        expect(crc32(bytes)).toBe(bitByBit(bytes))
        expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes))
      }),
    )
  })
})

describe('identifySamples', () => {
  it('changes with one pixel or one label', () => {
    const base = halves(4, 1)
    const pixel = { ...base, data: base.data.with(7, base.data[7] ^ 1) }
    const label = { ...base, labels: base.labels.with(0, 1 - base.labels[0]) }
    const hashes = [base, pixel, label].map((s) => identifySamples(s).hash)
    expect(new Set(hashes).size).toBe(3)
    expect(identifySamples(halves(4, 1))).toEqual(identifySamples(base))
  })
})

describe('checkResume', () => {
  it('accepts the run it was saved from, wherever its samples were read from', () => {
    expect(() => checkResume(meta, network, { ...samples, origin: 'another folder' })).not.toThrow()
  })

  it('names what differs: network, timesteps, samples', () => {
    const longer = { ...network, T: 9 }
    expect(() => checkResume(meta, longer, samples, 'a.ckpt')).toThrow(/a\.ckpt: expected .*T = 4, got .*T = 9/)
    expect(() => checkResume(meta, toyNetwork('2FC'), samples)).toThrow(/got 2FC on 6x6x1/)
    expect(() => checkResume(meta, network, halves(44, 2))).toThrow(/44 samples of halves .*checksum/)
  })
})
