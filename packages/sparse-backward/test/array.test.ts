import { expandPotentials, f16Decode, f16Encode, getBit, tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BackwardArrayTile, backwardArray, backwardUnits } from '../src/array'
import { arrayTileOf, backwardTilePlaces } from '../src/array-tile'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine } from '../src/baselines'
import { type BackwardMode, backwardConfig } from '../src/config'
import { convGeometry } from '../src/geometry'
import { insertGradients } from '../src/spatial-gradient'
import { type LayerPass, randomPass } from './random-pass'

const engines = {
  both: backwardEngine,
  dense: denseBackwardEngine,
  input: inputSparseBackwardEngine,
  output: outputSparseBackwardEngine,
} satisfies Record<BackwardMode, unknown>

const changes = { rows: 3, cols: 2, groupSize: 2, tile: 4, fill: 4 }

/** Every tile of a pass as the composed array takes it, from the last timestep down, and ∇u as the tiles leave it. */
const throughTheArray = (pass: LayerPass, mode: BackwardMode) => {
  const config = backwardConfig(changes)
  const array = backwardArray(config, backwardUnits(config, mode, { neuron: pass.neuron }))
  const { B, T, layer, target, weights } = pass
  const geometry = convGeometry(layer, target.layer)
  const { K, C, H, W, kernel, outH, outW } = geometry
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  const potentials = f16Decode(expandPotentials(target.potentials).data)
  const gradients = f16Decode(pass.gradU.data)
  const taps = f16Decode(weights.data)
  const gradU = new Float32Array(T * B * C * H * W)
  const totals: Record<string, number> = {}
  const steps: number[] = []
  const { count, at } = backwardTilePlaces(pass, changes)
  for (let i = count - 1; i >= 0; i--) {
    const place = at(i)
    const { t, b, tile, rows, cols } = place
    const inserted = new Float32Array(K * high * wide)
    insertGradients(geometry, gradients, (t * B + b) * K * outH * outW, inserted)
    const bits = arrayTileOf(pass, place)
    const neuron = (c: number, i: number) =>
      ((t * B + b) * C + c) * H * W + (tile.y + Math.floor(i / tile.w)) * W + tile.x + (i % tile.w)
    const input: BackwardArrayTile = {
      h: tile.h,
      w: tile.w,
      kernel,
      gradients: bits.inputs.map((_, r) =>
        Float32Array.from({ length: (tile.h + kernel - 1) * (tile.w + kernel - 1) }, (_, i) => {
          const [y, x] = [Math.floor(i / (tile.w + kernel - 1)), i % (tile.w + kernel - 1)]
          return inserted[((rows.from + r) * high + tile.y + y) * wide + tile.x + x]
        }),
      ),
      weights: bits.inputs.map((_, r) =>
        bits.outputs.map((_, c) =>
          Float32Array.from(
            { length: kernel ** 2 },
            (_, id) => taps[((rows.from + r) * C + cols.from + c + 1) * kernel ** 2 - 1 - id],
          ),
        ),
      ),
      columns: bits.outputs.map((mask, c) => {
        const places = Array.from(mask, (_, i) => neuron(cols.from + c, i))
        const later = B * C * H * W
        return {
          mask,
          compressed: places.filter((_, i) => mask[i]).map((p) => potentials[p]),
          spikes: places.map((p) => getBit(target.spikes.data, p)),
          later: places.map((p) => (t === T - 1 ? 0 : gradU[p + later])),
          running: new Float64Array(mask.length),
        }
      }),
    }
    array.run(input).forEach((column, c) => {
      for (const [i, value] of column.gradU.entries()) gradU[neuron(cols.from + c, i)] = value
    })
    const work = array.measure(input)
    for (const [name, n] of Object.entries<number>(array.count(work))) totals[name] = (totals[name] ?? 0) + n
    const [[, groups]] = work
    steps.push(groups[0].heldCycles)
  }
  const shape = { T, B, C, H, W }
  return { gradU: tensor('TBCHW', 'f16', shape, f16Encode(gradU)), totals, steps }
}

describe('an engine and the composition of its units', () => {
  // at most as many channels of ∇u as the array has rows, so that every tile ends with Grad
  const pass = fc.record({
    net: fc.constantFrom('2C3-3C3', '3C3-2C3', '4C1-3C3', '2C3-3C5', '2C3-2C3S2'),
    seed: fc.nat(1e6),
    inputDensity: fc.double({ min: 0, max: 1, noNaN: true }),
    outputDensity: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it.each(Object.keys(engines) as BackwardMode[])('agree on ∇u, cycles and counts: %s', (mode) => {
    fc.assert(
      fc.property(pass, (options) => {
        const input = randomPass({ ...options, integers: false })
        const engine = engines[mode]({ ...changes, kernel: input.layer.R, idealRates: true })
        const composed = throughTheArray(input, mode)
        expect(composed.gradU.data).toEqual(engine.run(input).gradU.data)
        const work = engine.measure(input)
        // with ideal rates a tile lasts as long as its groups are held
        expect(composed.steps.reduce((sum, n) => sum + n, 0)).toBe(engine.time(work).latency)
        const counts: Record<string, number> = { ...engine.count(work) }
        for (const owner of ['glb.read', 'glb.write', 'pool.scale']) delete counts[owner]
        // register reads are named by the entries of the configured kernel
        const names = (given: Record<string, number>) =>
          Object.fromEntries(Object.entries(given).map(([name, n]) => [name.split(':')[0], n]))
        expect(names(composed.totals)).toEqual(names(counts))
      }),
      { numRuns: 12 },
    )
  })

  it('have the same silicon, by hand for 3 × 2 groups of 2 PEs on 4×4 tiles', () => {
    // psum 8 words a PE, gradient tile 36 and kernel 9 words a group, 2 × 2 buffers of 8 IDs of 4 bits a column
    expect(backwardEngine(changes).parts).toEqual({
      'mac.multiplier': 12,
      'mac.adder': 12,
      'acc.adder': 12,
      inputFinder: 12,
      outputFinder: 2,
      'idBuffer.bit': 2 * 2 * 2 * 8 * 4,
      'psum.bit': 12 * 8 * 16,
      'psum.portBit': 12 * 7 * 16,
      'gradTile.bit': 6 * 36 * 16,
      'gradTile.portBit': 12 * 35 * 16,
      'weightBuffer.bit': 6 * 9 * 16,
      'weightBuffer.portBit': 12 * 8 * 16,
      'pipe.bit': 12 * 48,
      'grad.unit': 2,
      'glb.KiB': 4840.5,
    })
  })

  it('change together: a unit of the user replaces its part and its counts', () => {
    const config = backwardConfig(changes)
    const { acc } = backwardUnits(config, 'both')
    const wide = { ...acc, parts: { 'acc.adder': 2 * acc.parts['acc.adder'] }, count: () => ({ 'acc.add': 7 }) }
    const engine = backwardEngine(changes, { acc: wide })
    expect(engine.parts['acc.adder']).toBe(2 * backwardEngine(changes).parts['acc.adder'])
    const input = randomPass({ net: '2C3-3C3' })
    expect(engine.count(engine.measure(input))['acc.add']).toBe(7)
  })
})
