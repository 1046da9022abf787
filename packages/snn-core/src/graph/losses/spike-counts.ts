import { getBit, tensor } from '../../tensor'
import type { PopulationTrace } from '../api'

/** Spikes over time of every neuron of a population: B × neurons. */
export const spikeCounts = ({ spikes }: PopulationTrace): Int32Array => {
  const { T, B, C, H, W } = spikes.shape
  const n = B * C * H * W
  const counts = new Int32Array(n)
  for (let t = 0; t < T; t++) for (let i = 0; i < n; i++) counts[i] += getBit(spikes.data, t * n + i)
  return counts
}

/** A gradient per sample and neuron, the same at every timestep. */
export const stillGradient = ({ spikes }: PopulationTrace, gradient: Float64Array) =>
  tensor('TBCHW', 'f64', { ...spikes.shape, T: 1 }, gradient)
