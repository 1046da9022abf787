import type { ForwardInput, ForwardOutput, Membrane } from '@h2learn/lut-pe'
import type { CompressedPotentials, LayerInput } from '@h2learn/snn-core'
import type { BackwardInput, BackwardOutput, BackwardTarget, GradInput, GradientWindow } from '@h2learn/sparse-backward'
import type { WeightUpdateInput, WeightUpdateOutput } from '@h2learn/weight-update'

/** How a variable is stored. */
export type VariableFormat = 'binary' | 'FP16'

/** A member of an engine's type that stands for a variable of Table V; null for sizes, constants and configuration. */
interface Variable<F extends VariableFormat> {
  readonly symbol: string
  readonly format: F
}

/** The format that the engine's own type gives a member; a wrong one below does not compile. */
type FormatOf<V> = V extends { readonly dtype: 'bit' } | Uint8Array
  ? 'binary'
  : V extends { readonly dtype: 'f16' } | CompressedPotentials | Float32Array | number
    ? 'FP16'
    : never

type SpikeData = Extract<LayerInput, { readonly kind: 'spikes' }>['data']
/** Members by name; what a layer reads counts with its spikes. A member left out or too many does not compile. */
type VariablesOf<T> = {
  readonly [K in keyof Required<T>]: Variable<FormatOf<LayerInput extends T[K] ? SpikeData : NonNullable<T[K]>>> | null
}

type LayerPass = Extract<BackwardInput, { readonly kind: 'layer' }>

const constants = { layer: null, T: null, B: null } as const

/** Forward Engine: what it reads, the Soma's state before the timestep, what it writes. */
const forward = {
  input: {
    ...constants,
    input: { symbol: 's^{l-1}', format: 'binary' },
    weights: { symbol: 'w^{l-1}', format: 'FP16' },
    neuron: null,
    spikeGradMask: null, // of the outputs: for `measure` alone, which counts their bytes
  } satisfies VariablesOf<ForwardInput>,
  state: {
    potentials: { symbol: 'u_{t-1}^l', format: 'FP16' },
    spikes: { symbol: 's_{t-1}^l', format: 'binary' },
  } satisfies VariablesOf<Membrane>,
  output: {
    spikes: { symbol: 's_t^l', format: 'binary' },
    spikeGradMask: { symbol: '∇s̃_t^l', format: 'binary' },
    potentials: { symbol: 'u_t^l', format: 'FP16' },
  } satisfies VariablesOf<ForwardOutput>,
}

const weightUpdate = {
  input: {
    ...constants,
    input: { symbol: 's_t^l', format: 'binary' },
    gradU: { symbol: '∇u_t^{l+1}', format: 'FP16' },
    accumulated: null, // ∇w of earlier sub-batches: the running sum of the output
  } satisfies VariablesOf<WeightUpdateInput>,
  output: { gradW: { symbol: '∇w^l', format: 'FP16' } } satisfies VariablesOf<WeightUpdateOutput>,
}

/** Backward Engine: its tensors, the neurons it computes for, the mask its finders look at, Grad's value of the later step. */
const backward = {
  input: {
    ...constants,
    kind: null,
    neuron: null,
    target: null, // below
    weights: { symbol: 'w^l', format: 'FP16' },
    gradU: { symbol: '∇u_t^{l+1}', format: 'FP16' },
  } satisfies VariablesOf<LayerPass>,
  target: {
    layer: null,
    spikes: { symbol: 's_t^l', format: 'binary' },
    spikeGradMask: { symbol: '∇s̃_t^l', format: 'binary' },
    potentials: { symbol: 'u_t^l', format: 'FP16' },
  } satisfies VariablesOf<BackwardTarget>,
  finder: { valid: { symbol: '∇ũ_t^{l+1}', format: 'binary' } } satisfies Pick<VariablesOf<GradientWindow>, 'valid'>,
  // plain numbers to Grad, exact in FP16: the type cannot tell their format
  grad: { later: { symbol: '∇u_{t+1}^l', format: 'FP16' } } satisfies Record<
    keyof Pick<GradInput, 'later'>,
    EngineVariable
  >,
  output: {
    gradU: { symbol: '∇u_t^l', format: 'FP16' },
    potentialGradMask: { symbol: '∇ũ_t^l', format: 'binary' },
  } satisfies VariablesOf<BackwardOutput>,
}

type Members = Readonly<Record<string, Variable<VariableFormat> | null>>

/** A variable of Table V as an engine has it. */
export interface EngineVariable {
  readonly symbol: string
  readonly format: VariableFormat
}

const variables = (...members: readonly Members[]): readonly EngineVariable[] =>
  members.flatMap((group) => Object.values(group).filter((variable) => variable !== null))

/** Table V from the engines' types: inputs and outputs of each stage with their formats, held by the compiler. */
export const engineVariables = {
  forward: { inputs: variables(forward.state, forward.input), outputs: variables(forward.output) },
  weightUpdate: { inputs: variables(weightUpdate.input), outputs: variables(weightUpdate.output) },
  backward: {
    inputs: variables(backward.grad, backward.target, backward.finder, backward.input),
    outputs: variables(backward.output),
  },
} as const
