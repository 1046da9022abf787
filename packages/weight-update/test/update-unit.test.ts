import { ConfigError } from '@h2learn/hw'
import { f16Decode, f16Encode, ShapeError, tensor } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { updateTraffic, updateUnit } from '../src'

const unit = updateUnit()
const shape = { K: 1, C: 3, R: 1, S: 1 }
const master = tensor('KCRS', 'f32', shape, Float32Array.of(1, -2, 0.5))
const gradW = tensor('KCRS', 'f16', shape, f16Encode([0.5, 4, 2 ** -24]))

describe('updateUnit', () => {
  it('steps down the gradient: w − η·∇w', () => {
    const { master: next, weights } = unit.run({ master, gradW, learningRate: 0.5 })
    expect(Array.from(next.data)).toEqual([0.75, -4, 0.5 - 2 ** -25])
    // the FP16 copy rounds the tiny step away, the master keeps it
    expect(Array.from(f16Decode(weights.data))).toEqual([0.75, -4, 0.5])
  })

  it('takes the loss scale out of the gradient', () => {
    // 1 − 0.5·0.5/4, −2 − 0.5·4/4; below 0.5 FP32 steps by 2^-25, so that 2^-27 is lost even there
    const { master: next } = unit.run({ master, gradW, learningRate: 0.5, lossScale: 4 })
    expect(Array.from(next.data)).toEqual([0.9375, -2.5, 0.5])
  })

  it('rounds the product and the difference to FP32', () => {
    const { master: next } = unit.run({ master, gradW, learningRate: 0.1 })
    expect(next.data[0]).toBe(Math.fround(1 - Math.fround(Math.fround(0.1) * 0.5)))
  })

  it('moves 14 bytes per parameter and updates 16 per cycle', () => {
    expect(updateTraffic(100)).toEqual({ mem0: 200, mem1: 200, mem2: 1000, total: 1400 })
    const work = unit.measure({ master, gradW, learningRate: 1 })
    expect(unit.count(work)).toEqual({ 'update.parameter': 3 })
    expect(unit.time({ parameters: 33 })).toEqual({ latency: 3, interval: 3 })
  })

  it('refuses impossible rates, scales and gradients of another size', () => {
    expect(() => unit.run({ master, gradW, learningRate: -1 })).toThrow(ConfigError)
    expect(() => unit.run({ master, gradW, learningRate: 1, lossScale: 0 })).toThrow(ConfigError)
    const other = tensor('KCRS', 'f16', { K: 1, C: 1, R: 1, S: 1 })
    expect(() => unit.run({ master, gradW: other, learningRate: 1 })).toThrow(ShapeError)
    expect(() => updateUnit({ lanes: 0 })).toThrow(ConfigError)
  })
})
