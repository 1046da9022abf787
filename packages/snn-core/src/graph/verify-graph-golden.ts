import { compare, flips, type GoldenDifference, type GoldenQuantity, TOLERANCE, worse } from '../golden-compare'
import type { GoldenLayerReport, GoldenReport } from '../golden-report'
import { backwardGraph } from './backward'
import { forwardGraph } from './forward'
import { readGraphGolden } from './graph-golden'
import { evaluateGraphLoss } from './losses/losses'

const nothing: GoldenDifference = { difference: 0, scale: 0, pass: true }

/**
 * Runs one golden file of a network of populations through the forward and backward pass in its own number type and
 * compares every value: u, ∇u, ∇s, the gradient of every parameter and the loss within tolerance · max(1, largest value
 * of the quantity), spikes and mask bits exactly.
 * @param json the parsed file
 * @param where what messages call it
 * @throws InputError naming the field when the file is malformed
 */
export const verifyGraphGolden = (json: unknown, where: string): GoldenReport => {
  const golden = readGraphGolden(json, where)
  const { graph, precision, parameters, labels, inputs } = golden
  const tolerance = TOLERANCE[precision]
  const trace = forwardGraph(graph, parameters, inputs, precision)
  const { loss, gradients } = evaluateGraphLoss(graph, trace, labels, {
    kind: golden.lossKind,
    labelSmoothing: golden.labelSmoothing,
  })
  const ours = backwardGraph(graph, parameters, trace, gradients)
  const layers = graph.populations.map(({ name, index }): GoldenLayerReport => {
    const theirs = golden.populations[index]
    const { potentials, spikes, spikeGradMask } = trace.populations[index]
    const dw = Object.keys(golden.gradients)
      .filter((parameter) => parameter.startsWith(`${name}/`))
      .map((parameter) => compare(ours.parameters[parameter], golden.gradients[parameter], tolerance))
    const quantities = {
      u: compare(potentials.data, theirs.u, tolerance),
      du: compare(ours.gradU[index].data, theirs.du, tolerance),
      ds: theirs.ds ? compare(ours.gradS[index].data, theirs.ds, tolerance) : nothing,
      dw: dw.reduce(worse, nothing),
    }
    const spikeFlips = theirs.s ? flips(spikes.data, theirs.s) : 0
    const maskFlips = theirs.mask ? flips(spikeGradMask.data, theirs.mask) : 0
    const pass = spikeFlips + maskFlips === 0 && Object.values(quantities).every((q) => q.pass)
    return { name, quantities, spikeFlips, maskFlips, pass }
  })
  const lossDifference = compare([loss], [golden.loss], tolerance)
  const over = (key: GoldenQuantity) => layers.map(({ quantities }) => quantities[key]).reduce(worse)
  return {
    where,
    name: golden.name,
    network: graph.populations.map(({ name, neuron }) => `${name} (${neuron.model})`).join(', '),
    dtype: precision === 'f64' ? 'float64' : 'float32',
    tolerance,
    layers,
    loss: lossDifference,
    worst: { u: over('u'), du: over('du'), ds: over('ds'), dw: over('dw') },
    spikeFlips: layers.reduce((n, layer) => n + layer.spikeFlips, 0),
    maskFlips: layers.reduce((n, layer) => n + layer.maskFlips, 0),
    pass: layers.every((layer) => layer.pass) && lossDifference.pass,
  }
}
