import { describe, expect, it } from 'vitest'
import { forwardGraph } from '../../src/graph/forward'
import { graphOf } from '../../src/graph/graph-of'
import type { GraphLoss } from '../../src/graph/losses/graph-loss'
import { parseGraph } from '../../src/graph/notation/parse'
import { graphParameterSpecs, graphParametersOf } from '../../src/graph/parameters'
import { evaluateGraph, graphStatistics } from '../../src/graph/training/evaluate-graph'
import { initialGraphParameters } from '../../src/graph/training/initial-parameters'
import { sampleInputs } from '../../src/graph/training/sample-input'
import { trainGraph } from '../../src/graph/training/train-graph'
import { startTraining, trainNetwork } from '../../src/trainer'
import { type TrainingOptions, trainingConfig } from '../../src/training-config'
import { bitsOf, halves, toyRun } from '../toy'

const samples = halves(120, 1)
const size = { input: { C: 1, H: 6, W: 6 }, T: 4 }
const draw = { seed: 1, epoch: 0 }

/** A network of populations on the toy, ready to train. */
const toyGraph = (text: string, loss: GraphLoss, options: TrainingOptions = {}) => {
  const graph = parseGraph(text, size)
  const config = trainingConfig({ batch: 24, epochs: 5, optimizer: { kind: 'adam', learningRate: 0.01 }, ...options })
  const first = Uint32Array.from({ length: 32 }, (_, i) => i)
  const initial = initialGraphParameters(graph, sampleInputs(graph, samples, first, draw), { seed: 2 })
  return { graph, samples, loss, config, state: startTraining(config, initial.parameters), initial }
}

describe('trainGraph', () => {
  it.each(['f32', 'f64', 'f16'] as const)(
    'trains a chain to the bits that trainNetwork gives (%s)',
    async (precision) => {
      const run = toyRun({ epochs: 1, precision, backend: 'reference', lossScale: precision === 'f16' ? 256 : 1 })
      const chain = await trainNetwork(run)
      const graph = graphOf(run.network, run.config.neuron)
      const made = await trainGraph({
        graph,
        samples: run.samples,
        loss: { kind: 'rate-mse' },
        config: run.config,
        state: run.state,
      })
      expect(bitsOf(made.state.weights)).toEqual(bitsOf(chain.state.weights))
      expect(made.state.history).toEqual(chain.state.history)
    },
  )

  it.each<[string, GraphLoss]>([
    ['4C3(Encoding)(BN)-[4C3(BN)-4C3(BN)]+-AP2-2FC(LI)', { kind: 'max-cross-entropy' }],
    [
      '{lif gradWindow=-1:3} 4C3(Encoding)(WS)(bias)-MP2(spikes)-8FC(rec)-2FC',
      { kind: 'count-cross-entropy', labelSmoothing: 0.1 },
    ],
    [
      '{alif 0.7 gradWindow=-1:3 learn=adaptation} 8FC(rec1)-2FC{plif learn=leakLogit gradWindow=-1:3}',
      { kind: 'rate-mse' },
    ],
    ['4C3(Encoding){synaptic 0.7 0.5 gradWindow=-1:3 learn=leak+synapticLeak}-2FC(LI)', { kind: 'last-cross-entropy' }],
  ])('learns two classes: %s', async (text, loss) => {
    const run = toyGraph(text, loss)
    const { state } = await trainGraph(run)
    const { graph } = run
    const indices = Uint32Array.from({ length: samples.count }, (_, i) => i)
    const statistics = graphStatistics(graph, state.weights, samples, indices, draw, 'f32')
    const result = evaluateGraph({
      graph,
      parameters: state.weights,
      samples: halves(100, 2),
      loss,
      precision: 'f32',
      statistics,
    })
    expect(result.samples).toBe(100)
    expect(result.accuracy).toBeGreaterThan(0.9)
    expect(result.confusion.flat().reduce((a, b) => a + b)).toBe(100)
    // every array was trained
    const before = graphParametersOf(graph, run.initial.parameters)
    const after = graphParametersOf(graph, state.weights)
    for (const { name } of graphParameterSpecs(graph)) expect(after[name], name).not.toEqual(before[name])
  })

  it('goes on where it was cut, to the same bits', async () => {
    const run = toyGraph('4C3(Encoding)(BN)-8FC(rec)-2FC(LI)', { kind: 'max-cross-entropy' }, { epochs: 2 })
    const whole = await trainGraph(run)
    const stop = new AbortController()
    const hooks = { onStep: ({ step }: { step: number }) => (step === 2 ? stop.abort() : undefined) }
    const cut = await trainGraph({ ...run, hooks, signal: stop.signal })
    expect(cut.status).toBe('interrupted')
    expect(cut.state.step).toBe(3)
    const rest = await trainGraph({ ...run, state: cut.state })
    expect(bitsOf(rest.state.weights)).toEqual(bitsOf(whole.state.weights))
  })

  it('refuses samples, losses and weights that do not belong to the network', async () => {
    const run = toyGraph('4C3(Encoding)-2FC(LI)', { kind: 'last-cross-entropy' })
    await expect(trainGraph({ ...run, loss: { kind: 'rate-mse' } })).rejects.toThrow('expected a read-out that fires')
    const more = parseGraph('4C3(Encoding)-3FC(LI)', size)
    await expect(trainGraph({ ...run, graph: more })).rejects.toThrow(
      '3 classes, as many as fc1 of 4C3(Encoding)-3FC(LI)',
    )
    const other = parseGraph('4C3(Encoding)(bias)-2FC(LI)', size)
    await expect(trainGraph({ ...run, graph: other })).rejects.toThrow('for 4C3(Encoding)(bias)-2FC(LI) at precision')
    const weights = run.state.weights.slice()
    weights[40] = Number.NaN
    await expect(trainGraph({ ...run, state: { ...run.state, weights } })).rejects.toThrow(
      'trainGraph: fc1/0[4]: expected a finite number, got NaN',
    )
  })
})

describe('initialGraphParameters', () => {
  it('lets populations fire at the wished rate, in loops and behind normalisations too', () => {
    const { graph, initial } = toyGraph('4C3(Encoding)(BN)-[6C3(WS)(rec)]+-8FC(rec)-2FC', { kind: 'rate-mse' })
    for (const { name, firingRate, gain } of initial.populations.slice(0, -1)) {
      expect(firingRate, name).toBeGreaterThan(0.1)
      expect(firingRate, name).toBeLessThan(0.2)
      expect(gain, name).toBeGreaterThan(0)
    }
    const indices = Uint32Array.from({ length: 32 }, (_, i) => i)
    const trace = forwardGraph(
      graph,
      graphParametersOf(graph, initial.parameters),
      sampleInputs(graph, samples, indices, draw),
      'f32',
    )
    expect(trace.populations.length).toBe(4)
  })
})
