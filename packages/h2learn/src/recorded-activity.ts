import type { ReportActivity, ReportLayerActivity } from '@h2learn/report'
import { deriveSeed, InputError, type LayerRecord, rng, type StepRecord, unpackBits } from '@h2learn/snn-core'

/** Neurons a layer that a raster shows, and bins of a histogram of rates. */
const rasterNeurons = 48
const rateBins = 10
/** From here on a layer is called silent or saturated: almost none of its neurons ever, or half of them always fire. */
const silentLimit = 0.98
const saturatedLimit = 0.5

/**
 * The neurons of a layer by their number of spikes in one sample, the quietest first; those with equally many in an order
 * drawn for the layer, so that no part of its map comes first.
 */
const bySpikes = (counts: ArrayLike<number>, layer: string): Uint32Array => {
  const order = Uint32Array.from({ length: counts.length }, (_, i) => i)
  const { below } = rng(deriveSeed(1, 'raster', layer))
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order.sort((a, b) => counts[a]! - counts[b]!)
}

/** The middles of `most` equal parts of a list; all of it where it is no longer. */
const middles = (list: Uint32Array, most: number): readonly number[] =>
  list.length <= most
    ? [...list]
    : Array.from({ length: most }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / most)]!)

const layerActivity = (records: readonly StepRecord[], l: number): ReportLayerActivity => {
  const parts = records.map((record) => record.layers[l]!)
  const { layer, potentials } = parts[0]!
  const { T, B, C, H, W } = potentials.shape
  const neurons = C * H * W
  const counts = new Uint32Array(neurons)
  let samples = 0
  const spikesOf = ({ spikes }: LayerRecord) => {
    const { shape } = spikes
    return unpackBits(spikes.data, shape.T * shape.B * shape.C * shape.H * shape.W)
  }
  for (const part of parts) {
    const bits = spikesOf(part)
    samples += part.spikes.shape.B
    for (let i = 0; i < bits.length; i++) counts[i % neurons]! += bits[i]!
  }
  const most = samples * T
  const histogram = new Array<number>(rateBins).fill(0)
  let [silent, saturated, total] = [0, 0, 0]
  for (const n of counts) {
    total += n
    if (n === 0) silent++
    if (n === most) saturated++
    histogram[Math.min(rateBins - 1, Math.floor((n * rateBins) / most))]! += 1 / neurons
  }
  // the first sample of the first record: layout T, B, then neurons
  const bits = spikesOf(parts[0]!)
  const at = (t: number, neuron: number) => (t * B + 0) * neurons + neuron
  const inSample = Uint32Array.from({ length: neurons }, (_, neuron) => {
    let n = 0
    for (let t = 0; t < T; t++) n += bits[at(t, neuron)]!
    return n
  })
  const ordered = bySpikes(inSample, layer.name)
  const shown = middles(ordered, rasterNeurons)
  const raster = shown.flatMap((neuron) =>
    Array.from({ length: T }, (_, t) => [neuron, t] as const).filter(([, t]) => bits[at(t, neuron)] === 1),
  )
  const mean = inSample.reduce((sum, n) => sum + n, 0) / neurons
  const busiest = ordered.at(-1)!
  const middling = ordered.reduce((best, i) =>
    Math.abs(inSample[i]! - mean) < Math.abs(inSample[best]! - mean) ? i : best,
  )
  const traced = [...new Set([busiest, middling, ...(inSample[ordered[0]!] === 0 ? [ordered[0]!] : [])])]
  return {
    name: layer.name,
    neurons,
    firing_rate: total / (neurons * most),
    silent_share: silent / neurons,
    saturated_share: saturated / neurons,
    rate_histogram: histogram,
    raster,
    raster_neurons: shown,
    potentials: traced.map((neuron) => ({
      neuron,
      values: Array.from({ length: T }, (_, t) => potentials.data[at(t, neuron)]!),
    })),
  }
}

const warningsOf = (layers: readonly ReportLayerActivity[]): string[] =>
  layers.flatMap(({ name, silent_share, saturated_share }) => {
    const share = (value: number) => `${(100 * value).toFixed(0)} %`
    return [
      ...(silent_share >= silentLimit
        ? [
            `${name} is silent: ${share(silent_share)} of its neurons never fire in the recorded samples. Lower --lr, or raise --firing-rate.`,
          ]
        : []),
      ...(saturated_share >= saturatedLimit
        ? [
            `${name} is saturated: ${share(saturated_share)} of its neurons fire at every timestep of the recorded samples. Lower --lr, or lower --firing-rate.`,
          ]
        : []),
    ]
  })

/**
 * What the neurons did in recorded sub-batches of one step: firing rates with their histogram by layer, silent and
 * saturated neurons, spikes and potentials of the first sample.
 * @param records of one network
 * @throws InputError without a record
 */
export const recordedActivity = (records: readonly StepRecord[]): ReportActivity => {
  const [first] = records
  if (first === undefined) throw new InputError({ where: 'recordedActivity', expected: 'a record', got: 'none' })
  const layers = first.layers.map((_, l) => layerActivity(records, l))
  return {
    T: first.network.T,
    samples: records.reduce((n, { B }) => n + B, 0),
    fire_threshold: first.neuron.fireThreshold,
    grad_window: first.neuron.surrogate.kind === 'rectangular' ? first.neuron.gradWindow : null,
    layers,
    warnings: warningsOf(layers),
  }
}
