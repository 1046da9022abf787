import { generateDigits } from '@h2learn/datasets'
import type { RunReport } from '@h2learn/report'
import { renderPlotSvg } from '@h2learn/report'
import { firingRatesPlot, potentialsPlot, rasterPlot } from '@h2learn/report/plots'
import {
  batchInput,
  defaultNeuron,
  epochOrder,
  initialWeights,
  parseNetwork,
  recordStep,
  type Samples,
  type StepRecord,
  unpackBits,
} from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { recordedActivity } from '../src/recorded-activity'

const samples: Samples = generateDigits({ count: 12, seed: 1 })
const network = parseNetwork('4C5S4(Encoding)-6C3-10FC', { input: { C: 1, H: 28, W: 28 }, T: 5 })

/** A record of the first step, with every weight times `factor`. */
const record = (factor: number, rows: readonly number[] = [0, 1, 2]): StepRecord => {
  const indices = epochOrder(samples.count, 1, 0)
  const input = batchInput(samples, indices, network, { seed: 1, epoch: 0 })
  const { weights } = initialWeights(network, input, { seed: 1, neuron: defaultNeuron })
  return recordStep({
    network,
    neuron: defaultNeuron,
    samples,
    loss: 'rate-mse',
    weights: weights.map((w) => (factor > 100 ? Math.abs(w) * factor : w * factor)),
    indices,
    report: { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 },
    draw: { seed: 1, epoch: 0 },
    rows,
  })
}

describe('recordedActivity', () => {
  it('counts spikes as they were recorded', () => {
    const records = [record(1), record(1, [5, 6])]
    const activity = recordedActivity(records)
    expect(activity).toMatchObject({ T: 5, samples: 5, fire_threshold: 1, warnings: [] })
    activity.layers.forEach((layer, l) => {
      const counts = new Array<number>(layer.neurons).fill(0)
      for (const { layers, B } of records)
        unpackBits(layers[l]!.spikes.data, 5 * B * layer.neurons).forEach((spike, i) => {
          counts[i % layer.neurons]! += spike
        })
      const total = counts.reduce((a, b) => a + b, 0)
      expect(layer.firing_rate).toBeCloseTo(total / (25 * layer.neurons), 12)
      expect(layer.silent_share).toBe(counts.filter((n) => n === 0).length / layer.neurons)
      expect(layer.saturated_share).toBe(counts.filter((n) => n === 25).length / layer.neurons)
      expect(layer.rate_histogram.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
      // the raster is the first sample of the first record
      const bits = unpackBits(records[0]!.layers[l]!.spikes.data, 5 * 3 * layer.neurons)
      for (const [neuron, t] of layer.raster) expect(bits[t * 3 * layer.neurons + neuron]).toBe(1)
      const seen = layer.raster_neurons.flatMap((n) => [0, 1, 2, 3, 4].map((t) => bits[t * 3 * layer.neurons + n]!))
      expect(layer.raster.length).toBe(seen.reduce((a, b) => a + b, 0))
      for (const { neuron, values } of layer.potentials)
        expect(values[4]).toBe(records[0]!.layers[l]!.potentials.data[4 * 3 * layer.neurons + neuron])
    })
  })

  it('shows neurons that fire at the rate of their layer in the very sample, wherever they lie on the map', () => {
    const [{ layers }] = [record(1)]
    const activity = recordedActivity([record(1), record(1, [5, 6])])
    activity.layers.forEach(({ neurons, raster, raster_neurons, potentials }, l) => {
      const bits = unpackBits(layers[l]!.spikes.data, 5 * 3 * neurons)
      const counts = Array.from({ length: neurons }, (_, n) =>
        [0, 1, 2, 3, 4].reduce((sum, t) => sum + bits[t * 3 * neurons + n]!, 0),
      )
      const mean = counts.reduce((a, b) => a + b, 0) / neurons
      const shown = raster_neurons.length
      expect(shown).toBe(Math.min(48, neurons))
      expect(new Set(raster_neurons).size).toBe(shown)
      // the middles of 48 equal parts of the sorted counts miss their mean by less than half a part at each step of T
      expect(Math.abs(raster.length - mean * shown)).toBeLessThanOrEqual(2.5)
      const order = raster_neurons.map((n) => counts[n]!)
      expect(order).toEqual([...order].sort((a, b) => a - b))
      expect(counts[potentials[0]!.neuron]).toBe(Math.max(...counts))
      if (Math.min(...counts) === 0) expect(counts[potentials.at(-1)!.neuron]).toBe(0)
    })
    // conv1 has 7 x 7 places: neurons of one column alone would represent nothing
    const columns = new Set(activity.layers[0]!.raster_neurons.map((n) => n % 7))
    expect(columns.size).toBeGreaterThan(4)
  })

  it('warns of layers that are silent or saturated', () => {
    expect(recordedActivity([record(0)]).warnings).toEqual([
      ...['conv1', 'conv2', 'fc1'].map(
        (name) =>
          `${name} is silent: 100 % of its neurons never fire in the recorded samples. Lower --lr, or raise --firing-rate.`,
      ),
    ])
    const warnings = recordedActivity([record(1000)]).warnings
    expect(warnings.at(-1)).toMatch(
      /^fc1 is saturated: 100 % of its neurons fire at every timestep of the recorded samples\. Lower --lr/,
    )
    expect(() => recordedActivity([])).toThrow(/a record, got none/)
  })

  it('draws raster, potentials and firing rates as SVG that loads nothing, from the same numbers', async () => {
    const activity = recordedActivity([record(1)])
    for (const plots of [rasterPlot(activity), potentialsPlot(activity), firingRatesPlot(activity)]) {
      expect(plots.length).toBe(1)
      const svg = await renderPlotSvg(plots[0]!)
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\s*$/)
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script/)
      expect(svg).toContain('conv2')
    }
    const spikes = activity.layers.reduce((n, { raster }) => n + raster.length, 0)
    expect(rasterPlot(activity)[0]!.table.rows.length).toBe(spikes)
    const silent = recordedActivity([record(0)])
    expect(rasterPlot(silent)).toEqual([])
    expect(firingRatesPlot(silent)[0]!.caption).toMatch(/conv1 is silent/)
    for (const plot of [rasterPlot, potentialsPlot, firingRatesPlot])
      expect(plot(undefined satisfies RunReport['activity'])).toEqual([])
  })
})
