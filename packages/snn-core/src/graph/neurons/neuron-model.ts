import type { RealArray } from '../../api'

/** Rounds one number to the precision of a pass. */
export type Round = (x: number) => number

/** A number of a neuron model: its default, its range, and what it is. */
export interface ParameterRule {
  readonly initial: number
  readonly least: number
  readonly most: number
  readonly doc: string
}

/** Where a step of one sample's n neurons reads and writes: places in arrays in TBCHW order. */
export interface NeuronStep {
  /** First neuron of this timestep; of the timestep before, −1 at the first. */
  at: number
  before: number
  /** First current of this timestep. */
  from: number
  readonly current: RealArray
  readonly potential: RealArray
  /** The model's further state variables. */
  readonly state: Readonly<Record<string, RealArray>>
  readonly spikes: Uint32Array
  /** Every parameter of the model with one value per neuron, rounded to the precision. */
  readonly parameters: Readonly<Record<string, RealArray>>
}

/** The same for the backward pass, t descending. */
export interface NeuronGradientStep extends NeuronStep {
  /** First neuron of the timestep after; −1: its gradients are all zero. */
  later: number
  readonly gradU: RealArray
  readonly gradS: RealArray
  /** Gradients of the further state variables. */
  readonly gradState: Readonly<Record<string, RealArray>>
  readonly gradCurrent: RealArray
}

/**
 * What makes one neuron model differ from the others. All of them integrate u_t = leak · R_{t−1} + x_t, where R is the
 * potential after the reset and x what `drive` makes of the current, and fire at s_t = [v_t ≥ th_f], where v is what
 * `compared` gives; integration, reset, firing, refractory steps and their gradients are the same code (`membrane.ts`).
 * Every function works on neuron k of a step; each addition and each product is rounded.
 */
export interface NeuronDynamics {
  /** leak of neuron k. */
  readonly leak: (x: NeuronStep, k: number) => number
  /** Updates the further state variables from the current and returns x_t. */
  readonly drive: (x: NeuronStep, k: number) => number
  /** v_t; the further states are those of this timestep already. */
  readonly compared: (x: NeuronStep, k: number) => number
  /** What the states of the next timestep give to ∇s_t beyond the reset; absent: nothing. */
  readonly gradSpike?: (x: NeuronGradientStep, k: number) => number
  /** From ∇x_t and ∇v_t: writes the gradients of the further states, returns ∇I_t. */
  readonly gradDrive: (x: NeuronGradientStep, k: number, gradX: number, gradV: number) => number
  /**
   * ∂L/∂parameter of neuron k at one timestep, for parameters other than leak and fireThreshold.
   * @param leakGrad gradient of the leak of neuron k at this timestep, R_{t−1} · ∇u_t
   * @param gradV ∇v_t
   */
  readonly learned?: Readonly<
    Record<string, (x: NeuronGradientStep, k: number, grads: { readonly leak: number; readonly v: number }) => number>
  >
}

/** Everything about one neuron model. */
export interface NeuronModel {
  /** False for a read-out without spikes: no reset, no comparison. */
  readonly fires: boolean
  readonly parameters: Readonly<Record<string, ParameterRule>>
  /** State variables beside the potential; each is a value per neuron that the hardware stores like a potential. */
  readonly states: readonly string[]
  /** Parameters that follow from others, one value per neuron, such as a leak that is a sigmoid. */
  readonly derived?: (parameters: Readonly<Record<string, RealArray>>, n: number) => Record<string, readonly number[]>
  readonly dynamics: (round: Round) => NeuronDynamics
}

/** The leak α of the potential, in [0, 1]. */
export const leakRule: ParameterRule = { initial: 0.5, least: 0, most: 1, doc: 'leak of the potential per timestep' }
/** The threshold th_f, any finite number. */
export const thresholdRule: ParameterRule = {
  initial: 1,
  least: -Number.MAX_VALUE,
  most: Number.MAX_VALUE,
  doc: 'the neuron fires at or above it',
}

/** The current as it is, and the potential itself compared: what LIF and its simplest relatives do. */
export const plainDynamics: NeuronDynamics = {
  leak: ({ parameters: { leak } }, k) => leak[k],
  drive: ({ current, from }, k) => current[from + k],
  compared: ({ potential, at }, k) => potential[at + k],
  gradDrive: (_, __, gradX) => gradX,
}
