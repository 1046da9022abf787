/** Types of the learning core. Axes: T timestep, B sample, C input channel, K output channel, H W map, R S kernel. */

type AxesOf<L extends string> = L extends `${infer A}${infer Rest}` ? A | AxesOf<Rest> : never

/** f16: binary16 bit patterns. u8: unsigned bytes. bit: packed 32 a word, element i at word i >> 5, bit i & 31. */
export interface DataOf {
  f64: Float64Array
  f32: Float32Array
  f16: Uint16Array
  u8: Uint8Array
  bit: Uint32Array
}
export type DType = keyof DataOf

/** A dense row-major array (in layout order) whose layout is part of its type. */
export interface Tensor<L extends string, D extends DType = 'f32'> {
  readonly layout: L
  readonly shape: { readonly [Axis in AxesOf<L>]: number }
  readonly dtype: D
  readonly data: DataOf[D]
}

/** Spikes or masks, one bit per neuron. Fully connected maps have H = W = 1. */
export type Spikes = Tensor<'TBCHW', 'bit'>
export type Mask = Tensor<'TBCHW', 'bit'>
/** Real values the oracle computes with: f64, f32, or f32 that hold exact binary16 values (FP16 arithmetic). */
export type RealType = 'f64' | 'f32'
export type RealArray = Float64Array | Float32Array
/** Potentials, currents, gradients. */
export type Maps<D extends DType = RealType> = Tensor<'TBCHW', D>
/** Weights of a layer; a fully connected layer on C×H×W inputs has R = H and S = W (flattened c, y, x). */
export type Weights<D extends DType = RealType> = Tensor<'KCRS', D>

/** One weighted layer with its geometry; everything the engines need to know about its shape. */
export interface Layer {
  /** conv1, conv2, ..., fc1, fc2, ... (convolutions and fully connected layers count separately). */
  readonly name: string
  /** Position among the weighted layers, from 0. */
  readonly index: number
  readonly kind: 'conv' | 'fc'
  /** True for the first layer fed with real-valued pixels: the same image at every timestep. */
  readonly encoding: boolean
  /** Input map as the layer reads it (after `AP(spikes)` of the layer before). */
  readonly C: number
  readonly H: number
  readonly W: number
  /** Output channels. */
  readonly K: number
  /** Kernel size; R = H, S = W for fully connected layers. */
  readonly R: number
  readonly S: number
  readonly stride: number
  readonly padding: number
  /** Map of the convolution before pooling. */
  readonly convH: number
  readonly convW: number
  /** `APk`: average pooling of the partial sums before the Soma; 1 = none. */
  readonly currentPool: number
  /** Map of the neurons: floor(conv / currentPool). */
  readonly outH: number
  readonly outW: number
  /** `APk(spikes)`: average pooling of this layer's spikes before the next layer reads them; 1 = none. */
  readonly spikePool: number
}

/** A parsed network with every shape inferred. */
export interface Network {
  /** Canonical text in the notation of Table VI; parsing it gives the same network. */
  readonly text: string
  readonly T: number
  readonly input: { readonly C: number; readonly H: number; readonly W: number }
  /** `APk(spikes)` before the first layer; 1 = none. */
  readonly inputPool: number
  readonly layers: readonly Layer[]
  /** Neurons of the last layer. */
  readonly classes: number
}

/** What a layer reads. */
export type LayerInput =
  | { readonly kind: 'spikes'; readonly data: Spikes }
  /** Pooled spikes: value = data / levels with levels = k². */
  | { readonly kind: 'levels'; readonly data: Tensor<'TBCHW', 'u8'>; readonly levels: number }
  /** Encoding layer: value = q / 256, the same at every timestep. */
  | { readonly kind: 'pixels'; readonly data: Tensor<'BCHW', 'u8'> }
  /** Real values, the same at every timestep: the oracle takes them, the engines do not. */
  | { readonly kind: 'analog'; readonly data: Tensor<'BCHW', RealType> }

/** Surrogate of the derivative of the step function (Eq. 4 and the usual others); u is relative to nothing, in units of u. */
export type Surrogate =
  /** β if th_l < u < th_r, else 0, both bounds strict (Eq. 4). */
  | { readonly kind: 'rectangular'; readonly height: number }
  /** 1 / (1 + (π·slope·(u − th_f))²) */
  | { readonly kind: 'arctan'; readonly slope: number }
  /** 1 / (1 + slope·|u − th_f|)² */
  | { readonly kind: 'fast-sigmoid'; readonly slope: number }
  /** max(0, 1 − |u − th_f| / width) / width */
  | { readonly kind: 'triangle'; readonly width: number }

/** LIF neuron of Eq. 1, 2, 4, 5. */
export interface NeuronConfig {
  /** α in [0, 1]. */
  readonly leak: number
  /** th_f; the neuron fires at u >= th_f. */
  readonly fireThreshold: number
  /** (th_l, th_r), both strict. */
  readonly gradWindow: readonly [number, number]
  readonly surrogate: Surrogate
  /** zero: u·(1 − s) (Eq. 1). subtract: u − th_f·s. */
  readonly reset: 'zero' | 'subtract'
  /** True: the reset factor is not differentiated (the term −α·u·∇u of Eq. 2 is dropped). */
  readonly detachReset: boolean
}

/** Training or test samples in one block. pixels: N·C·H·W bytes. spikes: N·T·C·H·W bytes of 0 or 1. */
export interface Samples {
  readonly name: string
  /** Where the samples came from, in words for reports: "built-in generator, seed 1" or a path. */
  readonly origin: string
  /** True for generated data. */
  readonly synthetic: boolean
  readonly kind: 'pixels' | 'spikes'
  readonly count: number
  readonly classes: number
  /** Names of the classes, where the data set names them: label n is the class classNames[n]. */
  readonly classNames?: readonly string[]
  readonly shape: { readonly C: number; readonly H: number; readonly W: number }
  /** Timesteps of each sample; 1 for pixels. */
  readonly T: number
  readonly data: Uint8Array
  /** Class of each sample; two bytes where there are more than 256 classes. */
  readonly labels: Uint8Array | Uint16Array
}

/** Everything one layer did in one recorded training step; B is the recorded sub-batch. */
export interface LayerRecord {
  readonly layer: Layer
  /** What it read: the spikes of the layer before (pooled if so), or pixels. */
  readonly input: LayerInput
  /** Weights used in this step. */
  readonly weights: Weights
  /** u, s, ∇s̃ of its neurons. */
  readonly potentials: Maps
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
  /** ∇u of its neurons; its non-zeros are ∇ũ. */
  readonly gradU: Maps
}

/** One sub-batch of one training step, as it really happened. */
export interface StepRecord {
  readonly network: Network
  readonly neuron: NeuronConfig
  /** Optimiser step (from 0) and samples seen before it. */
  readonly step: number
  readonly samplesSeen: number
  /** Samples in this record and in the whole batch group its gradients were divided by. */
  readonly B: number
  readonly batch: number
  /** Mean loss of the whole batch, accuracy in the batch, share of samples whose ∂L/∂s is exactly zero. */
  readonly loss: number
  readonly accuracy: number
  readonly zeroLossShare: number
  /** ∂L/∂s of the output layer from the loss (the same at every t: shape T = 1), before any scaling. */
  readonly gradOutput: Maps
  readonly layers: readonly LayerRecord[]
}

/** Potentials as the Soma stores them: FP16 values of the neurons with an open window only, in TBCHW order. */
export interface CompressedPotentials {
  readonly mask: Mask
  readonly values: Uint16Array
}

/**
 * How numbers are computed. f64 and f32: every addition and product rounded to that type. f16: rounded to binary16
 * after every addition and product, the values held in float32 arrays.
 */
export type Precision = 'f64' | 'f32' | 'f16'

/**
 * Who computes the passes. reference: the functions of this package that spell the learning rule out. fast: kernels in
 * WebAssembly SIMD that make the same additions in the same order, where they support network, neuron and precision.
 * folded (f32 only): the same kernels with every `APk` before a neuron folded into its convolution, and input gradients
 * by output sparsity where that is cheaper: fewer additions, in another order, so that results differ in rounding.
 * fused (f32 only): as folded, and a product and the sum it goes into are rounded together (relaxed SIMD) where the
 * runtime can; elsewhere it is folded.
 */
export type Backend = 'fast' | 'folded' | 'fused' | 'reference'

/** Where the passes get their arrays from, all zeros: anew every time, or the same ones again. */
export interface Buffers {
  readonly reals: (key: string, precision: Precision, n: number) => RealArray
  /** Packed bits for n neurons. */
  readonly bits: (key: string, n: number) => Uint32Array
  readonly bytes: (key: string, n: number) => Uint8Array
}

/** State of one layer's neurons over all timesteps: u, s, ∇s̃ (Eq. 1, 5). */
export interface MembraneTrace {
  readonly potentials: Maps
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
}

/** What a forward pass leaves behind for the backward pass: per layer what it read and its u, s, ∇s̃. */
export interface ForwardTrace {
  readonly precision: Precision
  readonly B: number
  readonly layers: readonly (MembraneTrace & { readonly input: LayerInput })[]
  /** Spikes over time of every output neuron: B × classes, sample by sample. */
  readonly spikeCounts: Int32Array
}

/** ∇u, ∇s (the hardware never stores it) and ∇w of every layer, in the order of the layers. */
export interface Gradients {
  readonly gradU: readonly Maps[]
  readonly gradS: readonly Maps[]
  readonly gradW: readonly Weights[]
}

/** A loss on the spike counts of the output layer. */
export interface Loss {
  readonly kind: 'rate-mse' | 'count-cross-entropy'
  /**
   * Loss and its gradient for some samples of a batch.
   * @param spikeCounts B × classes spikes over time, each 0..T
   * @param batch samples of the whole batch group the mean is taken over (B here may be a part of it)
   * @returns the samples' share of the batch's mean loss (shares add up), and ∂L/∂s per sample and class, the same at
   * every timestep
   */
  readonly evaluate: (work: {
    readonly spikeCounts: Int32Array
    readonly labels: ArrayLike<number>
    readonly T: number
    readonly batch: number
  }) => { readonly loss: number; readonly gradOutput: Float64Array }
}
