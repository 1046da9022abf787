import { backwardPass, forwardPass, outputGradient } from './bptt'
import { compare, flips, type GoldenQuantity, TOLERANCE, worse } from './golden-compare'
import { type GoldenLayer, readGolden } from './golden-file'
import type { GoldenLayerReport, GoldenReport } from './golden-report'
import { isGraphGolden } from './graph/graph-golden'
import { verifyGraphGolden } from './graph/verify-graph-golden'
import { rateMse } from './loss'

/**
 * Runs one golden file, of a chain or of a network of populations, through forward and backward pass in its own number type and compares every value: u, ∇u, ∇w,
 * loss and output rates within tolerance · max(1, largest value of the quantity), ∇s on the spike-gradient mask only
 * (Eq. 2 needs it nowhere else), spikes and mask bits exactly.
 * @param json the parsed file
 * @param where what messages call it
 * @throws InputError naming the field when the file is malformed
 */
export const verifyGolden = (json: unknown, where: string): GoldenReport => {
  if (isGraphGolden(json)) return verifyGraphGolden(json, where)
  const golden = readGolden(json, where)
  const { network, neuron, precision, weights, labels, B } = golden
  const { T } = network
  const tolerance = TOLERANCE[precision]
  const trace = forwardPass(network, weights, golden.input, neuron, precision)
  const { spikeCounts } = trace
  const { loss, gradOutput } = rateMse.evaluate({ spikeCounts, labels, T, batch: B })
  const atOutput = outputGradient(network, gradOutput)
  const grads = backwardPass(network, weights, trace, atOutput, neuron, precision)
  const layers = golden.layers.map((theirs: GoldenLayer, l): GoldenLayerReport => {
    const { potentials, spikes, spikeGradMask } = trace.layers[l]
    const quantities = {
      u: compare(potentials.data, theirs.u, tolerance),
      du: compare(grads.gradU[l].data, theirs.du, tolerance),
      ds: compare(grads.gradS[l].data, theirs.ds, tolerance, theirs.mask),
      dw: compare(grads.gradW[l].data, theirs.dw, tolerance),
    }
    const spikeFlips = flips(spikes.data, theirs.s)
    const maskFlips = flips(spikeGradMask.data, theirs.mask)
    const pass = spikeFlips + maskFlips === 0 && Object.values(quantities).every((q) => q.pass)
    return { name: network.layers[l].name, quantities, spikeFlips, maskFlips, pass }
  })
  const lossDifference = compare([loss], [golden.loss], tolerance)
  const rates = Float64Array.from(spikeCounts, (count) => count / T)
  const outRate = compare(rates, golden.outRate, tolerance)
  const over = (key: GoldenQuantity) => layers.map(({ quantities }) => quantities[key]).reduce(worse)
  return {
    where,
    name: golden.name,
    network: network.text,
    dtype: precision === 'f64' ? 'float64' : 'float32',
    tolerance,
    layers,
    loss: lossDifference,
    outRate,
    worst: { u: over('u'), du: over('du'), ds: over('ds'), dw: over('dw') },
    spikeFlips: layers.reduce((n, layer) => n + layer.spikeFlips, 0),
    maskFlips: layers.reduce((n, layer) => n + layer.maskFlips, 0),
    pass: layers.every((layer) => layer.pass) && lossDifference.pass && outRate.pass,
  }
}
