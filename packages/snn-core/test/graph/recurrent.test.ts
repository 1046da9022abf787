import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Precision, RealArray } from '../../src/api'
import { f16Round } from '../../src/f16'
import type { GraphParameters, NetworkGraph, Signal } from '../../src/graph/api'
import { backwardGraph } from '../../src/graph/backward'
import { buildNetwork } from '../../src/graph/build'
import { forwardGraph } from '../../src/graph/forward'
import { evaluateGraphLoss } from '../../src/graph/losses/losses'
import { parseGraph } from '../../src/graph/notation/parse'
import { graphParameterSpecs } from '../../src/graph/parameters'
import { rng } from '../../src/rng'
import { packBits, tensor, unpackBits } from '../../src/tensor'
import { firstDifference } from '../naive'

const random = (graph: NetworkGraph, seed: number, precision: Precision): GraphParameters => {
  const { normal } = rng(seed)
  return Object.fromEntries(
    graphParameterSpecs(graph).map(({ name, role, length, fanIn }) => {
      const weight = () => (1.5 * normal()) / Math.sqrt(fanIn) + 0.1
      const values = Float64Array.from({ length }, () => (role === 'weights' ? weight() : 1 + normal() / 8))
      return [name, precision === 'f64' ? values : Float32Array.from(values)]
    }),
  )
}
const spikes = ({ T, inputs: [{ shape }] }: NetworkGraph, B: number, seed: number): Signal => {
  const { next } = rng(seed)
  const bits = Uint8Array.from({ length: T * B * shape.C * shape.H * shape.W }, () => Number(next() < 0.4))
  return { kind: 'spikes', data: tensor('TBCHW', 'bit', { T, B, ...shape }, packBits(bits)) }
}
const step = (graph: NetworkGraph, parameters: GraphParameters, input: Signal, precision: Precision) => {
  const trace = forwardGraph(graph, parameters, { input }, precision)
  const { loss, gradients } = evaluateGraphLoss(graph, trace, [0, 1], { kind: 'rate-mse' })
  return { trace, loss, gradients: backwardGraph(graph, parameters, trace, gradients) }
}
const size = { input: { C: 2, H: 4, W: 4 }, T: 4 }
const same = (a: RealArray | Uint32Array, b: RealArray | Uint32Array) => expect(firstDifference(a, b)).toBeUndefined()

describe('recurrent connections', () => {
  it('by hand: a neuron that excites itself one timestep later', () => {
    // leak 0.5, th_f 1, window (0.5, 1.5), input weight 0.8, recurrent weight 0.6; input 1 1 0
    // u1 = 0.8 (no spike); u2 = 0.4 + 0.8 = 1.2 (spike); u3 = 0.5·1.2·(1 − 1) + 0.6·1 = 0.6
    // loss rate-mse with one class: rate 1/3, ∇s = 2·(1/3 − 1)/3 = −4/9 at every t; all three in the window
    // ∇u3 = −4/9; ∇s2 = −0.5·1.2·∇u3 + 0.6·∇u3 − 4/9 = −4/9; ∇u2 = 0.5·0·∇u3 + ∇s2 = −4/9
    // ∇s1 = −0.5·0.8·∇u2 + 0.6·∇u2 − 4/9 = −4/9·1.2; ∇u1 = 0.5·∇u2 + ∇s1 = −4/9·1.7
    // ∇w_in = ∇u1 + ∇u2 = −4/9·2.7; ∇w_rec = s2·∇u3 = −4/9
    const graph = parseGraph('1FC(rec)', { input: { C: 1, H: 1, W: 1 }, T: 3 })
    const input: Signal = {
      kind: 'spikes',
      data: tensor('TBCHW', 'bit', { T: 3, B: 1, C: 1, H: 1, W: 1 }, packBits([1, 1, 0])),
    }
    const parameters = { 'fc1/0': Float64Array.of(0.8), 'fc1/1': Float64Array.of(0.6) }
    const trace = forwardGraph(graph, parameters, { input }, 'f64')
    expect(Array.from(trace.populations[0].potentials.data)).toEqual([0.8, 1.2000000000000002, 0.6])
    expect([...unpackBits(trace.populations[0].spikes.data, 3)]).toEqual([0, 1, 0])
    const { gradients, loss } = evaluateGraphLoss(graph, trace, [0], { kind: 'rate-mse' })
    expect(loss).toBeCloseTo(4 / 9, 15)
    const { gradU, parameters: grads } = backwardGraph(graph, parameters, trace, gradients)
    const unit = -4 / 9
    expect(gradU[0].data[2]).toBeCloseTo(unit, 14)
    expect(gradU[0].data[1]).toBeCloseTo(unit, 14)
    expect(gradU[0].data[0]).toBeCloseTo(1.7 * unit, 14)
    expect(grads['fc1/0'][0]).toBeCloseTo(2.7 * unit, 14)
    expect(grads['fc1/1'][0]).toBeCloseTo(unit, 14)
  })

  it('with weights of zero change no bit: stepping through time computes what all timesteps at once do', () => {
    let learned = 0
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom<Precision>('f64', 'f32', 'f16'),
        fc.constantFrom(
          'lif 0.5',
          'lif 0.75 reset=subtract',
          'synaptic 0.7 0.6',
          'alpha 0.7 0.5',
          'alif 0.8',
          'lif 0.9 refractory=1',
        ),
        (seed, precision, neuron) => {
          const plain = parseGraph(`{${neuron} gradWindow=-1:3} 3C3(bias)-AP2(spikes)-5FC(WS)-3FC`, size)
          const loop = parseGraph(
            `{${neuron} gradWindow=-1:3} 3C3(bias)(rec1)-AP2(spikes)-5FC(WS)(rec1)-3FC(rec)`,
            size,
          )
          const parameters = random(plain, seed, precision)
          // the recurrent weights are zero, and those that are standardised stay so
          const more = { ...random(loop, seed, precision), ...parameters }
          for (const name of Object.keys(more)) if (!(name in parameters)) more[name].fill(0)
          const input = spikes(plain, 2, seed + 1)
          const a = step(plain, parameters, input, precision)
          const b = step(loop, more, input, precision)
          expect(b.loss).toBe(a.loss)
          if (a.gradients.gradU[0].data.some((x) => x !== 0)) learned++
          for (let p = 0; p < 3; p++) {
            same(b.trace.populations[p].potentials.data, a.trace.populations[p].potentials.data)
            same(b.trace.populations[p].spikes.data, a.trace.populations[p].spikes.data)
            same(b.gradients.gradU[p].data, a.gradients.gradU[p].data)
            same(b.gradients.gradS[p].data, a.gradients.gradS[p].data)
          }
          for (const name of Object.keys(parameters)) same(b.gradients.parameters[name], a.gradients.parameters[name])
        },
      ),
      { numRuns: 30 },
    )
    expect(learned).toBeGreaterThan(15)
  })

  it('in FP16 leave only binary16 values behind', () => {
    const graph = parseGraph('{synaptic 0.7 0.6 learn=leak gradWindow=-1:3} 3C3(BN)-[3C3(WS)]+-5FC(rec)-3FC', size)
    const { trace, gradients } = step(graph, random(graph, 3, 'f16'), spikes(graph, 2, 4), 'f16')
    const held = [
      ...trace.populations
        .flatMap(({ potentials, states }) => [potentials, ...Object.values(states)])
        .map((m) => m.data),
      ...gradients.gradU.map((m) => m.data),
      ...gradients.gradS.map((m) => m.data),
      ...Object.values(gradients.parameters),
    ]
    for (const values of held) for (const x of values) expect(f16Round(x)).toBe(x)
    expect(gradients.gradU.some(({ data }) => data.some((x) => x !== 0))).toBe(true)
  })
})

describe('forwardGraph', () => {
  const graph = parseGraph('3C3-3FC', size)
  it('refuses inputs and parameters that do not belong to the network', () => {
    const parameters = random(graph, 1, 'f32')
    const input = spikes(graph, 2, 1)
    const run =
      (inputs: Record<string, Signal>, given: GraphParameters = parameters) =>
      () =>
        forwardGraph(graph, given, inputs, 'f32')
    expect(run({})).toThrow('input input: expected a signal for every input')
    expect(run({ input, aux: input })).toThrow('expected input, got aux')
    expect(run({ input: spikes({ ...graph, T: 3 }, 2, 1) })).toThrow('expected T = 4, got T = 3')
    expect(run({ input }, { 'conv1/0': parameters['conv1/0'] })).toThrow('parameter fc1/0: expected 144 values')
    expect(run({ input }, { ...parameters, x: new Float32Array(1) })).toThrow('got x')
    const analog: Signal = { kind: 'pixels', data: tensor('BCHW', 'u8', { B: 2, C: 2, H: 4, W: 4 }) }
    expect(run({ input: analog })).toThrow('input input: expected spikes, got pixels')
  })
})

describe('losses', () => {
  it('refuse read-outs without spikes, labels beyond the classes, and smoothing outside [0, 1)', () => {
    const graph = buildNetwork({
      T: 2,
      inputs: [{ name: 'input', shape: [2, 1, 1] }],
      populations: [
        { name: 'o', neuron: { model: 'li' }, connections: [{ from: 'input', operator: { kind: 'fc', out: 3 } }] },
      ],
    })
    const trace = forwardGraph(graph, random(graph, 1, 'f64'), { input: spikes(graph, 2, 1) }, 'f64')
    expect(() => evaluateGraphLoss(graph, trace, [0, 1], { kind: 'rate-mse' })).toThrow(
      'expected a read-out that fires',
    )
    expect(() => evaluateGraphLoss(graph, trace, [0, 3], { kind: 'last-cross-entropy' })).toThrow(
      'expected labels in 0..2, got 3',
    )
    expect(() => evaluateGraphLoss(graph, trace, [0, 1], { kind: 'max-cross-entropy', labelSmoothing: 1 })).toThrow(
      '[0, 1)',
    )
    expect(() => evaluateGraphLoss(graph, trace, [0, 1], { kind: 'hinge' as never })).toThrow('got "hinge"')
  })
})
