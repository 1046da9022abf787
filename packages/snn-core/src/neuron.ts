import { requireKnown, requireObject } from '@h2learn/config'
import type { NeuronConfig, Precision, Surrogate } from './api'
import { arithmetic } from './arithmetic'
import { InputError } from './errors'

/**
 * The neuron every run starts from: α 0.5, th_f 1, (th_l, th_r) = (0.5, 1.5), rectangular surrogate of height β = 1,
 * reset to zero and differentiated. Modelling choice: the paper prints no constants.
 */
export const defaultNeuron: NeuronConfig = {
  leak: 0.5,
  fireThreshold: 1,
  gradWindow: [0.5, 1.5],
  surrogate: { kind: 'rectangular', height: 1 },
  reset: 'zero',
  detachReset: false,
}

/**
 * The surrogates with the parameter they have where none is given: rectangular of height 1, arctan of slope 1 (the usual
 * α = 2 of other frameworks), fast-sigmoid of slope 5, triangle of width 1 (modelling choice).
 */
const surrogates: Readonly<Record<Surrogate['kind'], Surrogate>> = {
  rectangular: { kind: 'rectangular', height: 1 },
  arctan: { kind: 'arctan', slope: 1 },
  'fast-sigmoid': { kind: 'fast-sigmoid', slope: 5 },
  triangle: { kind: 'triangle', width: 1 },
}

/** The names that `parseSurrogate` knows. */
export const surrogateNames = Object.keys(surrogates) as readonly Surrogate['kind'][]

/** A surrogate as text: `arctan=1`, the name and its one parameter (height, slope or width). */
export const surrogateText = (surrogate: Surrogate): string => {
  const [, value] = Object.entries(surrogate).find(([key]) => key !== 'kind')!
  return `${surrogate.kind}=${value}`
}

/**
 * Reads a surrogate: `arctan`, or `arctan=2` with its height, slope or width.
 * @throws InputError for another name or a parameter that is no finite number above 0
 */
export const parseSurrogate = (text: string, where = 'surrogate'): Surrogate => {
  const [, name = '', given] = /^\s*([a-z-]+)\s*(?:=\s*(.*?)\s*)?$/.exec(text) ?? []
  const kind = surrogateNames.find((known) => known === name)
  const value = given === undefined || given === '' ? Number.NaN : Number(given)
  if (kind === undefined || (given !== undefined && !(Number.isFinite(value) && value > 0)))
    throw new InputError({
      where,
      expected: `${surrogateNames.join(', ')}, each alone or with its height, slope or width, such as arctan=2`,
      got: `"${text}"`,
    })
  const usual = surrogates[kind]
  if (given === undefined) return usual
  if (usual.kind === 'rectangular') return { ...usual, height: value }
  return usual.kind === 'triangle' ? { ...usual, width: value } : { ...usual, slope: value }
}

const bad = (expected: string, got: string, hint?: string): never => {
  throw new InputError({ where: 'neuron', expected, got, ...(hint ? { hint } : {}) })
}

/** The one free number of a surrogate. */
const surrogateParameter = ({ surrogate }: NeuronConfig): readonly [string, number] => {
  switch (surrogate?.kind) {
    case 'rectangular':
      return ['height', surrogate.height]
    case 'arctan':
    case 'fast-sigmoid':
      return ['slope', surrogate.slope]
    case 'triangle':
      return ['width', surrogate.width]
    default:
      return bad(
        'a surrogate of kind rectangular, arctan, fast-sigmoid or triangle',
        JSON.stringify((surrogate as { kind?: unknown } | undefined)?.kind ?? null),
      )
  }
}

/**
 * Checks a neuron and returns it.
 * @throws InputError when a constant is not a finite number, the leak lies outside [0, 1], the window is empty or
 * reversed, the surrogate is unknown or its parameter is not positive, or the reset is unknown
 */
export const validateNeuron = (neuron: NeuronConfig): NeuronConfig => {
  requireKnown('neuron', neuron, Object.keys(defaultNeuron))
  const { leak, fireThreshold, gradWindow, reset, detachReset } = neuron
  if (!(leak >= 0 && leak <= 1)) bad('leak (α) in [0, 1]', String(leak))
  if (!Number.isFinite(fireThreshold)) bad('fireThreshold (th_f) as a finite number', String(fireThreshold))
  if (!Array.isArray(gradWindow) || gradWindow.length !== 2 || !gradWindow.every(Number.isFinite))
    bad('gradWindow as two finite numbers [th_l, th_r]', JSON.stringify(gradWindow) ?? String(gradWindow))
  if (!(gradWindow[0] < gradWindow[1]))
    bad('gradWindow with th_l < th_r', `[${gradWindow.join(', ')}]`, 'the lower bound comes first')
  const [name, value] = surrogateParameter(neuron)
  requireKnown('neuron: surrogate', requireObject('neuron: surrogate', neuron.surrogate), ['kind', name])
  if (!(Number.isFinite(value) && value > 0)) bad(`surrogate ${name} as a finite number above 0`, String(value))
  if (reset !== 'zero' && reset !== 'subtract') bad('reset "zero" or "subtract"', JSON.stringify(reset) ?? 'nothing')
  if (typeof detachReset !== 'boolean') bad('detachReset true or false', String(detachReset))
  return neuron
}

/**
 * The neuron with its constants rounded to a precision, as hardware of that precision holds them.
 * @throws InputError when rounding closes the window (th_l = th_r) or `validateNeuron` does
 */
export const roundNeuron = (neuron: NeuronConfig, precision: Precision): NeuronConfig => {
  validateNeuron(neuron)
  const { round } = arithmetic(precision)
  const { surrogate } = neuron
  const rounded: NeuronConfig = {
    ...neuron,
    leak: round(neuron.leak),
    fireThreshold: round(neuron.fireThreshold),
    gradWindow: [round(neuron.gradWindow[0]), round(neuron.gradWindow[1])],
    surrogate:
      surrogate.kind === 'rectangular'
        ? { ...surrogate, height: round(surrogate.height) }
        : surrogate.kind === 'triangle'
          ? { ...surrogate, width: round(surrogate.width) }
          : { ...surrogate, slope: round(surrogate.slope) },
  }
  return validateNeuron(rounded)
}

/**
 * fire'(u), the surrogate of the step function's derivative.
 * rectangular (Eq. 4): β if th_l < u < th_r, else 0, both bounds strict.
 * arctan: 1 / (1 + (π·slope·(u − th_f))²). fast-sigmoid: 1 / (1 + slope·|u − th_f|)².
 * triangle: max(0, 1 − |u − th_f| / width) / width.
 */
export const surrogate = (neuron: NeuronConfig): ((u: number) => number) => {
  const { surrogate: shape, fireThreshold: th, gradWindow } = neuron
  const [low, high] = gradWindow
  switch (shape.kind) {
    case 'rectangular':
      return (u) => (low < u && u < high ? shape.height : 0)
    case 'arctan':
      return (u) => {
        const x = Math.PI * shape.slope * (u - th)
        return 1 / (1 + x * x)
      }
    case 'fast-sigmoid':
      return (u) => {
        const x = 1 + shape.slope * Math.abs(u - th)
        return 1 / (x * x)
      }
    case 'triangle':
      return (u) => Math.max(0, 1 - Math.abs(u - th) / shape.width) / shape.width
  }
}
