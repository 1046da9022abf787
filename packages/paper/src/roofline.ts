import type { EngineRole } from '@h2learn/accelerator'
import { ConfigError, requireInteger } from '@h2learn/hw'
import { type Layer, type Network, parseNetwork } from '@h2learn/snn-core'
import { v100Reference } from './gpu'
import { type Benchmark, paper } from './published'

/** A GPU as a roofline sees it. */
export interface RooflineGpu {
  /** Operations per second, a multiplication and an addition counted as two. */
  readonly peak_FLOPS: number
  readonly memory_Bps: number
}

/** V100 as Table VIII gives it: 15.7 TFLOPS, 900 GB/s. */
export const v100Roofline: RooflineGpu = {
  peak_FLOPS: paper.v100.throughput.value * 1e12,
  memory_Bps: paper.v100.memoryBandwidth.value * 1e9,
}

/** What a roofline takes for granted. */
export interface RooflineOptions {
  readonly gpu?: RooflineGpu
  /** Samples of a batch, over which weights are read once; default 64. */
  readonly batch?: number
}

/** One pass of one layer on the GPU, per training sample. */
export interface RooflineStage {
  readonly role: EngineRole
  readonly layer: string
  readonly operations: number
  readonly bytes: number
  readonly seconds: number
  readonly boundBy: 'compute' | 'memory'
}

/** A training step on the GPU, per sample: an estimate, and a bound from below, since nothing reaches a roofline. */
export interface Roofline {
  readonly kind: 'estimate'
  readonly stages: readonly RooflineStage[]
  readonly seconds_per_sample: number
}

const bytesPerValue = 4
/** Values that the neurons' element-wise kernel moves: I, u, s in and u, s out; backward ∇s, u, s, ∇u in and ∇u out. */
const neuronValues = 5

const layerStages = (layer: Layer, T: number, gpu: RooflineGpu, batch: number): readonly RooflineStage[] => {
  const { name, index, C, H, W, K, R, S, convH, convW, outH, outW } = layer
  const macs = K * C * R * S * convH * convW
  const [read, computed, neurons] = [C * H * W, K * convH * convW, K * outH * outW]
  const weights = (K * C * R * S) / batch
  const pooling = computed === neurons ? 0 : computed + neurons
  const stage = (role: EngineRole, elementwise: number): RooflineStage => {
    const operations = 2 * macs * T
    const moved = bytesPerValue * T * (read + computed + weights)
    const extra = bytesPerValue * T * elementwise
    const [compute, memory] = [operations / gpu.peak_FLOPS, moved / gpu.memory_Bps]
    return {
      role,
      layer: name,
      operations,
      bytes: moved + extra,
      seconds: Math.max(compute, memory) + extra / gpu.memory_Bps,
      boundBy: compute >= memory ? 'compute' : 'memory',
    }
  }
  return [
    stage('forward', neuronValues * neurons + pooling),
    ...(index === 0 ? [] : [stage('backward', neuronValues * neurons + pooling)]),
    stage('weight-update', 0),
  ]
}

/**
 * Roofline of a BPTT training step on a GPU, dense float32, one kernel for each layer, pass and timestep:
 *
 *     t = Σ over layers and passes of max(2·MAC·T / peak, bytes / bandwidth) + element-wise bytes / bandwidth
 *
 * A pass reads its input map, reads or writes its output map and the weights (once a batch and timestep) in 4 bytes each;
 * neurons and pooling are kernels of their own that only move bytes. Launch times, data loading and everything that keeps
 * a GPU below its roofline are left out, so the estimate is a bound from below. Modelling choices; the paper gives epoch
 * times only.
 * @throws ConfigError for a batch that is no integer >= 1, a peak or bandwidth that is not above 0
 */
export const gpuRoofline = (network: Network, { gpu = v100Roofline, batch = 64 }: RooflineOptions = {}): Roofline => {
  requireInteger('gpuRoofline/batch', batch)
  for (const [name, value] of Object.entries(gpu))
    if (!(value > 0 && value < Infinity))
      throw new ConfigError({ where: `gpuRoofline/${name}`, expected: 'a number above 0', got: String(value) })
  const stages = network.layers.flatMap((layer) => layerStages(layer, network.T, gpu, batch))
  return { kind: 'estimate', stages, seconds_per_sample: stages.reduce((sum, { seconds }) => sum + seconds, 0) }
}

/** The network of a benchmark of Table VI. */
export const benchmarkNetwork = (benchmark: Benchmark): Network => {
  const { network, input, T } = paper.networks[benchmark]
  return parseNetwork(network.value, { input, T })
}

/** The benchmarks with a published epoch time. */
export const timedBenchmarks = ['MNIST', 'CIFAR10', 'ImageNet'] as const

/** How much longer than its roofline the V100 took, by benchmark: Table II over `gpuRoofline`. */
export const rooflineShortfall = (): Readonly<Record<(typeof timedBenchmarks)[number], number>> => {
  const of = (name: (typeof timedBenchmarks)[number]) =>
    v100Reference.secondsPerSample[name]! / gpuRoofline(benchmarkNetwork(name)).seconds_per_sample
  return { MNIST: of('MNIST'), CIFAR10: of('CIFAR10'), ImageNet: of('ImageNet') }
}

/** Seconds per training sample on a V100 for a network that the paper gives no time for. */
export interface V100Estimate {
  readonly kind: 'estimate'
  /** Roofline times the mean shortfall of MNIST and CIFAR10, whose networks and images are of like size. */
  readonly seconds_per_sample: number
  /** The bare roofline. */
  readonly low: number
  /** Roofline times the largest shortfall, ImageNet's. */
  readonly high: number
}

/**
 * An estimate of the V100's time for a network without a published one: its roofline, and how far the published epochs
 * of Table II stayed from theirs. Never used where Table II has a time.
 */
export const v100Estimate = (network: Network, options: RooflineOptions = {}): V100Estimate => {
  const { seconds_per_sample: low } = gpuRoofline(network, options)
  const { MNIST, CIFAR10, ImageNet } = rooflineShortfall()
  return {
    kind: 'estimate',
    seconds_per_sample: low * ((MNIST + CIFAR10) / 2),
    low,
    high: low * Math.max(MNIST, CIFAR10, ImageNet),
  }
}
