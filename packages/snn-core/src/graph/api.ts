/** Types of networks of populations and connections. */
import type { LayerInput, Maps, Mask, NeuronConfig, Precision, RealArray, Spikes, Surrogate, Weights } from '../api'

/** Channels, height and width of one map. Fully connected populations have H = W = 1. */
export interface MapShape {
  readonly C: number
  readonly H: number
  readonly W: number
}

/** A convolution; `groups` divides the channels, `groups` = input channels is a depthwise convolution. */
export interface ConvOperator {
  readonly kind: 'conv'
  /** Output channels. */
  readonly out: number
  /** Height and width of the kernel. */
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly groups: number
}
/** Every neuron reads every place of the input map; the result has H = W = 1. */
export interface FullOperator {
  readonly kind: 'fc'
  readonly out: number
}
/** The input itself is the current, place by place; it has no weights. */
export interface IdentityOperator {
  readonly kind: 'identity'
}
/** Each neuron reads the same place of the input map through a weight of its own. */
export interface OneToOneOperator {
  readonly kind: 'one-to-one'
}
export type Operator = ConvOperator | FullOperator | IdentityOperator | OneToOneOperator

/** Pooling of what a connection reads, over size × size places; rows and columns past the last full window drop out. */
export interface SpikePool {
  readonly kind: 'average' | 'max'
  readonly size: number
}

/** What one population receives from an input, from another population or from itself. */
export interface Connection {
  /** `POPULATION/INDEX`: the name of its weights, too. */
  readonly name: string
  /** Name of an input or a population. */
  readonly from: string
  /** 0: what the source did in this timestep. 1: what it did in the timestep before, zeros at the first. */
  readonly delay: 0 | 1
  readonly pool?: SpikePool
  readonly operator: Operator
  /** Map of the source, and the same after `pool`. */
  readonly source: MapShape
  readonly input: MapShape
  /** Shape of the weights; none for an identity. */
  readonly weights?: Weights['shape']
}

/** Names of the neuron models; each is a file in `neurons/`. */
export type NeuronModelName = 'lif' | 'if' | 'plif' | 'synaptic' | 'alpha' | 'alif' | 'li'
/** One value for the population, one per channel (length C), or one per neuron (length C·H·W). */
export type NeuronParameter = number | readonly number[]

/** A neuron model with its constants. */
export interface Neuron {
  readonly model: NeuronModelName
  /** The model's numbers, such as leak and fireThreshold. */
  readonly parameters: Readonly<Record<string, NeuronParameter>>
  /** Parameters that are trained. */
  readonly learn: readonly string[]
  /** Models without spikes have the fields below, but nothing reads them. */
  readonly reset: 'zero' | 'subtract' | 'none'
  /** Timesteps after a spike in which the neuron neither receives its current nor fires. */
  readonly refractory: number
  /** True: s in the reset is not differentiated (the term −α·u·∇u of Eq. 2 is dropped). */
  readonly detachReset: boolean
  /** True: a learned threshold gets its gradient through the reset alone, not through the comparison. */
  readonly detachThreshold: boolean
  /** (th_l, th_r) of the rectangular surrogate, both strict. */
  readonly gradWindow: NeuronConfig['gradWindow']
  readonly surrogate: Surrogate
}

export type Normalisation = 'bn' | 'ws'

/** Neurons of one kind, which integrate the sum of the currents of their connections. */
export interface Population {
  readonly name: string
  readonly index: number
  /** Map of the neurons. */
  readonly shape: MapShape
  /** Map of the summed current before `pool`. */
  readonly current: MapShape
  readonly neuron: Neuron
  readonly connections: readonly Connection[]
  /** Average pooling of the summed current over pool × pool places; 1 = none. */
  readonly pool: number
  readonly normalisation?: Normalisation
  readonly bias: boolean
}

export interface NetworkInputMap {
  readonly name: string
  readonly shape: MapShape
  /** spikes: 0 or 1 at every timestep. analog: real values, which may be the same at every timestep. */
  readonly values: 'spikes' | 'analog'
}

/** One population, or several that read one another's past, computed together timestep by timestep. */
export interface Stage {
  readonly populations: readonly number[]
  readonly recurrent: boolean
}

/** A network of populations, checked and with every shape inferred. */
export interface NetworkGraph {
  readonly T: number
  readonly inputs: readonly NetworkInputMap[]
  /** In topological order of the connections without delay. */
  readonly populations: readonly Population[]
  /** Names of the populations that are read out. */
  readonly outputs: readonly string[]
  /** The order of computation: a stage reads earlier stages, the inputs and itself. */
  readonly stages: readonly Stage[]
}

/** What a connection reads: as the layers of a chain, or real values that change in time. */
export type Signal = LayerInput | { readonly kind: 'real'; readonly data: Maps }

/** Every trained array by name: `POP/INDEX` (KCRS), `POP/gain`, `POP/bias`, `POP/leak`, ... */
export type GraphParameters = Readonly<Record<string, RealArray>>

/** Mean and variance of each channel's current, which batch normalisation subtracts and divides by. */
export interface ChannelStatistics {
  readonly mean: Float64Array
  /** Biased: divided by the number of values. */
  readonly variance: Float64Array
}

/** What one population did in a forward pass. */
export interface PopulationTrace {
  /** What each connection read, delayed and pooled. */
  readonly inputs: readonly Signal[]
  /** u of its neurons. */
  readonly potentials: Maps
  /** Further state variables of the model, TBCHW like the potentials. */
  readonly states: Readonly<Record<string, Maps>>
  /** s and ∇s̃; all zeros for models without spikes. */
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
  /** With batch normalisation: the currents (u − mean) / √(variance + ε), before gain and bias. */
  readonly normalised?: Maps
  readonly statistics?: ChannelStatistics
}

export interface GraphTrace {
  readonly precision: Precision
  readonly B: number
  /** In the order of the populations. */
  readonly populations: readonly PopulationTrace[]
}

/** Gradient of the loss at one population that is read out: T = 1 stands for the same at every timestep. */
export interface OutputGradient {
  readonly population: string
  /** ∂L/∂s. */
  readonly spikes?: Maps
  /** ∂L/∂u. */
  readonly potentials?: Maps
}

export interface GraphGradients {
  /** ∇u and ∇s of every population (total derivatives), in their order. */
  readonly gradU: readonly Maps[]
  readonly gradS: readonly Maps[]
  /** Gradient of every parameter, by its name. */
  readonly parameters: GraphParameters
}
