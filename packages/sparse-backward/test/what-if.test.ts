import { type Layer, parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { backwardTileActivity, busyBackwardActivity } from '../src/activity'
import { backwardEngine } from '../src/backward-engine'
import type { BackwardMode } from '../src/config'
import { backwardWhatIf } from '../src/what-if'
import { totalPeCycles } from '../src/work'
import { randomPass } from './random-pass'

const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)
const study = { idealRates: true, fullSizeStorage: true }
const layers = (net: string, H: number, C = 2): readonly Layer[] =>
  parseNetwork(net, { input: { C, H, W: H }, T: 10 }).layers

describe('random masks at 75 %/75 % on a 128→128 convolution of 16×16', () => {
  const [, layer] = layers('128C3-128C3', 16)
  const sparsity = { outputSparsity: 0.75, inputSparsity: 0.75, T: 10, B: 4, trials: 300 }
  const cyclesOf = (mode: BackwardMode) =>
    total(backwardWhatIf({ layer, ...sparsity }, { idealRates: true }, mode).iterations.cycles)

  it('speed the engine up about 5.2 times with both sparsities, 2.4 and 2.5 with one, as the throughput study finds', () => {
    const dense = cyclesOf('dense')
    // 4 tiles × 8 × 2 grid iterations of 40 tiles, ⌈64/4⌉·9 + 4 cycles each
    expect(dense).toBe(4 * 16 * 40 * 148)
    // C_tile spreads from draw to draw by about 2.7, 5.4 and 3.9 cycles (both, output, input): our 300 draws know its
    // mean to 0.16, 0.31, 0.23, the study's 24 to 0.55, 1.1, 0.8, which is 0.10, 0.042 and 0.034 in its speed-ups. The
    // bounds are two such deviations; 2000 draws here and 600 there agree to 0.1 % (5.15, 2.37, 2.47).
    expect(Math.abs(dense / cyclesOf('both') - 5.25)).toBeLessThan(0.2)
    expect(Math.abs(dense / cyclesOf('output') - 2.38)).toBeLessThan(0.085)
    expect(Math.abs(dense / cyclesOf('input') - 2.46)).toBeLessThan(0.07)
  })

  it('cost more with the rates of edge rule 11: Grad takes as long as two sparse grid iterations', () => {
    const timed = backwardWhatIf({ layer, ...sparsity })
    expect(total(timed.iterations.cycles)).toBeGreaterThan(cyclesOf('both'))
    expect(timed.peCycles.grad).toBeGreaterThan(timed.peCycles.scan)
  })
})

describe('a what-if', () => {
  it('moves exactly the bytes of the study, and its cycles lie within the spread of its draws', () => {
    // Table III's CIFAR10 row on its third and fourth convolution, ImageNet's on its second
    const cases = [
      { net: '128C3-256C3', H: 16, O: 0.8322, I: 0.8389, bytes: 17053253.632, cycles: 93013.33 },
      { net: '256C3-256C3', H: 16, O: 0.8022, I: 0.8992, bytes: 34263793.664, cycles: 161280 },
      { net: '64C3S2-128C3S2', H: 224, O: 0.1797, I: 0.9495, bytes: 191972573.184, cycles: 1277920 },
    ]
    for (const { net, H, O, I, bytes, cycles } of cases) {
      const [, layer] = layers(net, H)
      const work = backwardWhatIf({ layer, T: 10, B: 4, outputSparsity: O, inputSparsity: I, trials: 100 }, study)
      expect(total(work.iterations.bytes)).toBeCloseTo(bytes, 2)
      // 24 draws of the study against 100 of ours: 5 % covers two standard deviations
      expect(Math.abs(total(work.iterations.cycles) / cycles - 1)).toBeLessThan(0.05)
    }
  })

  it('counts FC layers as the study does: weights each sub-batch, dense potentials', () => {
    const fc = layers('512C3-512FC-10FC', 8)
    const [, hidden, out] = fc.map((layer) => backwardWhatIf({ layer, T: 10, B: 4 }, study).iterations)
    expect([total(hidden.cycles), total(hidden.bytes)]).toEqual([32 * 512 * 10, 39165952])
    expect([total(out.cycles), total(out.bytes)]).toEqual([80, 98080])
  })

  it('agrees with the same engine measuring random data of that density', () => {
    for (const net of ['24C3-20C3', '24C3-20C3S2', '24C3-20C3-AP2']) {
      const job = { T: 10, B: 4, seed: 5 }
      const pass = randomPass({ net, input: { C: 1, H: 12, W: 12 }, ...job, inputDensity: 0.3, outputDensity: 0.4 })
      const config = { rows: 8, cols: 8 }
      const data = backwardEngine(config).measure(pass)
      const masks = { outputSparsity: 0.6, inputSparsity: 0.7, halo: 'padded', trials: 200 } as const
      const drawn = backwardWhatIf({ layer: pass.layer, target: pass.target.layer, ...job, ...masks }, config)
      const gap = (a: number, b: number) => Math.abs(a / b - 1)
      // 40 tiles of data a grid iteration, 36 of them: 1440 tiles of spread 10 % give 0.3 %; densities of data vary 1 %
      expect(gap(total(drawn.iterations.cycles), total(data.iterations.cycles))).toBeLessThan(0.02)
      expect(gap(total(drawn.iterations.bytes), total(data.iterations.bytes))).toBeLessThan(0.01)
      expect(gap(drawn.macs.effectual, data.macs.effectual)).toBeLessThan(0.03)
      expect(gap(drawn.glb.readBytes, data.glb.readBytes)).toBeLessThan(0.02)
      // the same causes add up, each rounded once
      const { pes, peCycles, iterations } = drawn
      expect(Math.abs(totalPeCycles(peCycles) - pes * total(iterations.cycles))).toBeLessThan(10)
    }
  })

  it('equals the engine on data exactly at densities 0 and 1', () => {
    for (const density of [0, 1])
      for (const net of ['5C3-6C3', '5C3-6C3S2-AP2', '5C3-AP2(spikes)-6C3', '5C3-6FC']) {
        const job = { T: 11, B: 2 }
        const input = { C: 1, H: 9, W: 10 }
        const pass = randomPass({ net, input, ...job, inputDensity: density, outputDensity: density })
        const data = backwardEngine().measure(pass)
        const sparsity = { outputSparsity: 1 - density, inputSparsity: 1 - density, halo: 'padded', trials: 1 } as const
        const drawn = backwardWhatIf({ layer: pass.layer, target: pass.target.layer, ...job, ...sparsity })
        if (pass.layer.kind === 'conv') {
          // the what-if does not know the height of the next tile, so scans may differ by it
          expect(drawn.macs).toEqual(data.macs)
          expect(drawn.busiestCycles).toEqual(data.busiestCycles)
          expect(drawn.iterations.bytes).toEqual(data.iterations.bytes)
          expect({ ...drawn.glb, ...drawn.outputs }).toEqual({ ...data.glb, ...data.outputs })
        } else if (density === 1) expect(drawn).toEqual(data)
      }
  })

  it('counts only Grad for the output layer', () => {
    const outputLayer = layers('100FC', 4)[0]
    const work = backwardWhatIf({ outputLayer, T: 10, B: 4 })
    // 100 neurons on 64 columns, 40 (t, b) each
    expect(work.iterations.cycles).toEqual(Float64Array.of(40, 40))
    expect(work.gradUpdates).toBe(4000)
    expect(work.macs.performed).toBe(0)
  })

  it('refuses shares outside 0..1 and fractions of a trial', () => {
    const [, layer] = layers('4C3-4C3', 8)
    expect(() => backwardWhatIf({ layer, T: 1, B: 1, outputSparsity: 1.5 })).toThrow('expected a share from 0 to 1')
    expect(() => backwardWhatIf({ layer, T: 1, B: 1, trials: 0.5 })).toThrow('expected an integer >= 1')
  })
})

describe('activity of the full array for the energy fits', () => {
  it('is that of the cost study for the dense array: per tile 9·64·1024 MACs in 148 cycles', () => {
    const { counts, cycles, tiles } = busyBackwardActivity()
    expect(tiles).toBe(40)
    expect(cycles).toBe(40 * 148)
    expect(counts['mac.multiply']).toBe(40 * 9 * 64 * 1024)
    expect(counts['gradTile.read:100']).toBe(counts['mac.add'])
    expect(counts['acc.add']).toBe(40 * 64 * 1024)
    expect(counts['inputFinder.cycle']).toBe(0)
    // per tile 16·100·2 gradients and 64·64·2 partial sums; 9·1024·2 weights once
    expect(counts['glb.read']).toBe(40 * (3200 + 8192) + 18432)
    // partial sums and fills 16·64·2
    expect(counts['glb.write']).toBe(40 * (8192 + 2048) + 18432)
  })

  it('falls with the densities an engine exploits', () => {
    const of = (mode: BackwardMode) => backwardTileActivity(mode, { outputSparsity: 0.75, inputSparsity: 0.75 })
    const macs = (mode: BackwardMode) => of(mode).counts['mac.multiply'] / of('dense').counts['mac.multiply']
    expect([macs('both'), macs('input'), macs('output')]).toEqual([1 / 16, 1 / 4, 1 / 4])
    // without output sparsity every output is added, "more accumulations" in section V-B2
    expect(of('input').counts['acc.add']).toBe(4 * of('both').counts['acc.add'])
    expect(of('both').counts['inputFinder.cycle']).toBe(Math.round(4096 * of('both').cycles))
    expect(of('dense')).toEqual(busyBackwardActivity())
  })

  it('has the counts per MAC and output that the engine measures on a dense full-array layer', () => {
    const [, layer] = layers('64C3-16C3', 8)
    const work = backwardWhatIf({ layer, T: 10, B: 4 }, { idealRates: true })
    const { counts, cycles } = backwardTileActivity('both', { outputSparsity: 0, inputSparsity: 0 })
    expect(work.macs.performed).toBe(counts['mac.multiply'])
    expect(work.accAdds).toBe(counts['acc.add'])
    expect(total(work.iterations.cycles)).toBe(cycles)
    // the layer also moves masks (16 rows), potentials, spikes and ∇s̃ in, ∇u and ∇ũ out
    const rest = 40 * 64 * (16 / 8 + 64 * (2 + 2 / 8 + 2 + 1 / 8))
    expect(work.glb.readBytes - counts['glb.read']).toBe(rest)
    expect(work.glb.writtenBytes - counts['glb.write']).toBe(rest)
  })
})
