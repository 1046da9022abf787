import { ConfigError } from '@h2learn/hw'
import { describe, expect, it } from 'vitest'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine } from '../src/baselines'
import { backwardConfig } from '../src/config'

describe('the configuration', () => {
  it('is Table VII by default', () => {
    const { rows, cols, groupSize, tile, glbKiB } = backwardConfig()
    expect([rows, cols, groupSize, tile, glbKiB]).toEqual([16, 64, 4, 8, 4840.5])
  })

  it('refuses nonsense with a ConfigError that names the field', () => {
    const bad = [
      [{ rows: 0 }, 'backward-engine: rows: expected an integer from 1 to 65536, got 0'],
      [{ tile: 2.5 }, 'backward-engine: tile: expected an integer from 1 to 1024 neurons, got 2.5'],
      [{ minCycles: 3 }, 'minCycles: expected an integer from 0 to 2 cycles, got 3'],
      [{ fill: -1 }, 'fill: expected an integer from 0 to 1024 cycles, got -1'],
      [{ kernel: 4 }, 'kernel: expected an odd integer from 1 to 255, got 4'],
      [{ glbKiB: Number.NaN }, 'glbKiB: expected a number above 0, at most 1073741824 KiB, got NaN'],
      [{ colums: 64 }, 'got "colums"; did you mean "cols"?'],
    ] as const
    for (const [changes, message] of bad) {
      expect(() => backwardEngine(changes as never)).toThrow(ConfigError)
      expect(() => backwardEngine(changes as never)).toThrow(message)
    }
  })

  it('ignores a field given as undefined', () => {
    expect(backwardConfig({ rows: undefined } as never)).toEqual(backwardConfig())
  })
})

describe('parts', () => {
  it('are those of the cost study: 4096 PEs with 16 partial sums, 10×10 gradients and 3×3 weights a group', () => {
    expect(backwardEngine().parts).toEqual({
      'mac.multiplier': 4096,
      'mac.adder': 4096,
      'acc.adder': 4096,
      inputFinder: 4096,
      outputFinder: 64,
      // double buffers, since scanning runs one tile ahead
      'idBuffer.bit': 2 * 64 * 4 * 16 * 6,
      'psum.bit': 4096 * 16 * 16,
      'psum.portBit': 4096 * 15 * 16,
      'gradTile.bit': 1024 * 100 * 16,
      'gradTile.portBit': 4096 * 99 * 16,
      'weightBuffer.bit': 1024 * 9 * 16,
      'weightBuffer.portBit': 4096 * 8 * 16,
      'pipe.bit': 4096 * 48,
      'grad.unit': 64,
      'glb.KiB': 4840.5,
    })
    expect(backwardEngine({ idealRates: true }).parts['idBuffer.bit']).toBe(64 * 4 * 16 * 6)
  })

  it('have no finders and no ID buffers in the dense baseline', () => {
    const { parts } = denseBackwardEngine()
    expect([parts.inputFinder, parts.outputFinder, parts['idBuffer.bit']]).toEqual([0, 0, 0])
    expect(parts['mac.multiplier']).toBe(4096)
  })
})
