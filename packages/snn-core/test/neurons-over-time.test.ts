import { describe, expect, it } from 'vitest'
import type { Maps, NeuronConfig } from '../src/api'
import { f16Round } from '../src/f16'
import { integrateAndFire } from '../src/integrate-and-fire'
import { defaultNeuron } from '../src/neuron'
import { potentialGradients } from '../src/potential-gradients'
import { tensor, unpackBits } from '../src/tensor'

/** Rows are timesteps, columns neurons. */
const maps = (...rows: number[][]): Maps =>
  tensor('TBCHW', 'f64', { T: rows.length, B: 1, C: rows[0].length, H: 1, W: 1 }, Float64Array.from(rows.flat()))
const rowsOf = ({ shape, data }: Maps) =>
  Array.from({ length: shape.T }, (_, t) => [...data.slice(t * shape.C, (t + 1) * shape.C)])

describe('integrateAndFire', () => {
  it('by hand: three neurons, two timesteps', () => {
    // α 0.5, th_f 1, window (0.5, 1.5)
    // neuron a: I = 0.75, 0.25  u = 0.75, 0.5·0.75 + 0.25 = 0.625   s = 0, 0   mask 1, 1
    // neuron b: I = 1, 0.5      u = 1 (fires: ≥), reset, 0.5        s = 1, 0   mask 1, 0 (0.5 is not > 0.5)
    // neuron c: I = −1, 2       u = −1, 0.5·(−1) + 2 = 1.5          s = 0, 1   mask 0, 0 (1.5 is not < 1.5)
    const { potentials, spikes, spikeGradMask } = integrateAndFire(
      maps([0.75, 1, -1], [0.25, 0.5, 2]),
      2,
      defaultNeuron,
      'f64',
    )
    expect(rowsOf(potentials)).toEqual([
      [0.75, 1, -1],
      [0.625, 0.5, 1.5],
    ])
    expect([...unpackBits(spikes.data, 6)]).toEqual([0, 1, 0, 0, 0, 1])
    expect([...unpackBits(spikeGradMask.data, 6)]).toEqual([1, 1, 0, 1, 0, 0])
  })

  it('subtracts the threshold with reset "subtract": u = α·(u − th_f·s) + I', () => {
    const neuron: NeuronConfig = { ...defaultNeuron, reset: 'subtract' }
    // 1.5 fires; 0.5·(1.5 − 1) + 0.25 = 0.5; 0.5·0.5 + 0.25 = 0.5
    const { potentials } = integrateAndFire(maps([1.5], [0.25], [0.25]), 3, neuron, 'f64')
    expect([...potentials.data]).toEqual([1.5, 0.5, 0.5])
  })

  it('uses a current of one timestep again at every timestep (encoding layer)', () => {
    const once = integrateAndFire(maps([0.6, 0.3]), 3, defaultNeuron, 'f64')
    const thrice = integrateAndFire(maps([0.6, 0.3], [0.6, 0.3], [0.6, 0.3]), 3, defaultNeuron, 'f64')
    expect(once).toEqual(thrice)
  })

  it('opens the mask of a silent neuron only when th_l is below 0 (h2learn section 1)', () => {
    const mask = (low: number) =>
      integrateAndFire(maps([0]), 1, { ...defaultNeuron, gradWindow: [low, 1] }, 'f64').spikeGradMask.data[0]
    expect([mask(0), mask(-0.1)]).toEqual([0, 1])
  })

  it('rounds the leak and the leak product to FP16, by hand', () => {
    // α = 0.6 → 0.60009765625; α·1/1024… the product 0.60009765625 · 0.333251953125 = 0.19998…, rounded, then + 0.25
    const neuron = { ...defaultNeuron, leak: 0.6 }
    const third = f16Round(1 / 3)
    const { potentials } = integrateAndFire(maps([third], [0.25]), 2, neuron, 'f16')
    expect(f16Round(0.6)).toBe(0.60009765625)
    expect(potentials.data[1]).toBe(f16Round(f16Round(0.60009765625 * third) + 0.25))
  })

  it('has a mask bit wherever another surrogate is not zero', () => {
    const current = maps([-1, 0.2, 1.9, 2.1])
    const mask = (surrogate: NeuronConfig['surrogate']) =>
      integrateAndFire(current, 1, { ...defaultNeuron, surrogate }, 'f64').spikeGradMask.data[0]
    expect(mask({ kind: 'triangle', width: 1 })).toBe(0b0110)
    expect(mask({ kind: 'arctan', slope: 2 })).toBe(0b1111)
  })

  it('names a current of the wrong number of timesteps', () => {
    expect(() => integrateAndFire(maps([1], [1]), 3, defaultNeuron, 'f64')).toThrow('current of T = 1 or 3, got 2')
    expect(() => integrateAndFire(maps([1]), 1, { ...defaultNeuron, leak: 2 }, 'f64')).toThrow('leak (α) in [0, 1]')
  })
})

describe('potentialGradients', () => {
  // neuron a: u = 0.75, 1.25 (s 0, 1; mask 1, 1); neuron b: u = 1, 0.625 (s 1, 0; mask 1, 1)
  const trace = (neuron: NeuronConfig) => integrateAndFire(maps([0.75, 1], [0.875, 0.625]), 2, neuron, 'f64')
  const spatial = maps([2, 4], [8, 16])

  it('by hand: two neurons, two timesteps, reset to zero', () => {
    // ∇u2 = ps2 · 1 = 8, 16
    // ∇s1 = (−0.5·u1)·∇u2 + ps1 = −0.375·8 + 2 = −1; −0.5·16 + 4 = −4
    // ∇u1 = 0.5·(1 − s1)·∇u2 + ∇s1 = 0.5·8 − 1 = 3; 0 − 4 = −4
    const { gradU, gradS } = potentialGradients(trace(defaultNeuron), spatial, defaultNeuron, 'f64')
    expect(rowsOf(gradS)).toEqual([
      [-1, -4],
      [8, 16],
    ])
    expect(rowsOf(gradU)).toEqual([
      [3, -4],
      [8, 16],
    ])
  })

  it('by hand: detached reset drops the first term of ∇s', () => {
    // ∇s1 = 2, 4; ∇u1 = 4 + 2, 0 + 4
    const neuron = { ...defaultNeuron, detachReset: true }
    const { gradU, gradS } = potentialGradients(trace(neuron), spatial, neuron, 'f64')
    expect(rowsOf(gradS)[0]).toEqual([2, 4])
    expect(rowsOf(gradU)[0]).toEqual([6, 4])
  })

  it('by hand: reset by subtraction', () => {
    // u1 = 0.75, 1; u2 = 1.25, 0.5·(1 − 1) + 0.625; the same masks. ∇s1 = −0.5·1·∇u2 + ps1 = −2, −4
    // ∇u1 = 0.5·∇u2 + ∇s1 = 4 − 2, 8 − 4
    const neuron: NeuronConfig = { ...defaultNeuron, reset: 'subtract' }
    const { gradU, gradS } = potentialGradients(trace(neuron), spatial, neuron, 'f64')
    expect(rowsOf(gradS)[0]).toEqual([-2, -4])
    expect(rowsOf(gradU)[0]).toEqual([2, 4])
  })

  it('multiplies (−α·u) first, then ∇u_{t+1} (rule 16): FP16 shows the order', () => {
    // α·u = 0.5·0.999 exact; pick α = 0.7 so that (−α·u)·g and −α·(u·g) round apart
    const neuron = { ...defaultNeuron, leak: 0.7 }
    const u = f16Round(0.9)
    const g = f16Round(1.3)
    const steps = integrateAndFire(maps([u], [0.3]), 2, neuron, 'f16')
    const { gradS } = potentialGradients(steps, maps([0], [g]), neuron, 'f16')
    const leak = f16Round(0.7)
    expect(gradS.data[0]).toBe(f16Round(-f16Round(leak * u) * g))
    expect(gradS.data[0]).not.toBe(f16Round(-leak * f16Round(u * g)))
  })

  it('takes one spatial term for all timesteps, as the loss gives it', () => {
    const once = potentialGradients(trace(defaultNeuron), maps([2, 4]), defaultNeuron, 'f64')
    const twice = potentialGradients(trace(defaultNeuron), maps([2, 4], [2, 4]), defaultNeuron, 'f64')
    expect(once).toEqual(twice)
  })

  it('names a spatial term of another shape', () => {
    const run = (grad: Maps) => () => potentialGradients(trace(defaultNeuron), grad, defaultNeuron, 'f64')
    expect(run(maps([1, 2, 3]))).toThrow('T = 1 or 2 and BCHW 1x2x1x1, got 1x1x3x1x1')
    expect(run(maps([1, 2], [1, 2], [1, 2]))).toThrow('got 3x1x2x1x1')
  })
})
