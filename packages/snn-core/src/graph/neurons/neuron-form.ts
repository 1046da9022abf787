import type { Surrogate } from '../../api'
import type { FieldReader, Json } from '../../field-reader'
import { defaultNeuron, validateNeuron } from '../../neuron'
import type { Neuron, NeuronModelName, NeuronParameter } from '../api'
import { neuronModels } from './models'

const surrogateFields = {
  rectangular: 'height',
  arctan: 'slope',
  'fast-sigmoid': 'slope',
  triangle: 'width',
} as const satisfies Record<Surrogate['kind'], string>

const readSurrogate = (value: unknown, at: string, read: FieldReader): Surrogate => {
  const plain = read.object(value, at)
  const kind = read.oneOf(plain.kind, `${at}.kind`, Object.keys(surrogateFields) as Surrogate['kind'][])
  const field = surrogateFields[kind]
  read.only(plain, at, ['kind', field])
  return { kind, [field]: read.finite(plain[field], `${at}.${field}`) } as unknown as Surrogate
}

const readParameter = (value: unknown, at: string, least: number, most: number, read: FieldReader): NeuronParameter => {
  const number = (x: unknown, where: string): number => {
    const given = read.finite(x, where)
    return given >= least && given <= most ? given : read.fail(where, `a number from ${least} to ${most}`, given)
  }
  if (typeof value === 'number') return number(value, at)
  if (!Array.isArray(value)) return read.fail(at, 'a number, or a list of one per channel or neuron', value)
  return value.map((x, i) => number(x, `${at}[${i}]`))
}

const firingFields = ['reset', 'refractory', 'detachReset', 'detachThreshold', 'gradWindow', 'surrogate']

/** The neuron of a network that names none: the default LIF neuron. */
export const defaultGraphNeuron: Neuron = {
  model: 'lif',
  parameters: { leak: defaultNeuron.leak, fireThreshold: defaultNeuron.fireThreshold },
  learn: [],
  reset: defaultNeuron.reset,
  refractory: 0,
  detachReset: defaultNeuron.detachReset,
  detachThreshold: false,
  gradWindow: defaultNeuron.gradWindow,
  surrogate: defaultNeuron.surrogate,
}

/** Fields that the plain form of a model may have. */
export const neuronFields = (model: NeuronModelName): readonly string[] => {
  const { parameters, fires } = neuronModels[model]
  return ['model', ...Object.keys(parameters), 'learn', ...(fires ? firingFields : [])]
}

/**
 * Reads the plain form of a neuron: `model`, its parameters, `learn`, and for models that fire `reset`, `refractory`,
 * `detachReset`, `detachThreshold`, `gradWindow`, `surrogate`. What is left out has the default of the model.
 * @throws InputError naming the field
 */
export const readNeuron = (value: unknown, at: string, read: FieldReader): Neuron => {
  const plain = read.object(value, at)
  const model = read.oneOf(plain.model, `${at}.model`, Object.keys(neuronModels) as NeuronModelName[])
  read.only(plain, at, neuronFields(model))
  const rules = neuronModels[model].parameters
  const parameters: Record<string, NeuronParameter> = {}
  for (const [name, { initial, least, most }] of Object.entries(rules))
    parameters[name] =
      plain[name] === undefined ? initial : readParameter(plain[name], `${at}.${name}`, least, most, read)
  const learn = plain.learn === undefined ? [] : read.list(plain.learn, `${at}.learn`)
  const names = learn.map((name, i) => read.oneOf(name, `${at}.learn[${i}]`, Object.keys(rules)))
  if (new Set(names).size !== names.length) read.fail(`${at}.learn`, 'each parameter once', names, names.join(', '))
  const { fires } = neuronModels[model]
  const given = <V>(key: string, otherwise: V, parse: (value: unknown, at: string) => V): V =>
    plain[key] === undefined ? otherwise : parse(plain[key], `${at}.${key}`)
  const window = given('gradWindow', defaultNeuron.gradWindow, (pair, where) => {
    const list = read.list(pair, where)
    if (list.length !== 2) read.fail(where, 'two numbers [th_l, th_r]', list)
    return [read.finite(list[0], `${where}[0]`), read.finite(list[1], `${where}[1]`)] as const
  })
  const neuron: Neuron = {
    model,
    parameters,
    learn: names,
    reset: given<Neuron['reset']>('reset', fires ? 'zero' : 'none', (v, where) =>
      read.oneOf(v, where, ['zero', 'subtract', 'none'] as const),
    ),
    refractory: given('refractory', 0, (v, where) => read.integer(v, where, 0)),
    detachReset: given('detachReset', false, read.bool),
    detachThreshold: given('detachThreshold', false, read.bool),
    gradWindow: window,
    surrogate: given('surrogate', defaultNeuron.surrogate, (v, where) => readSurrogate(v, where, read)),
  }
  read.within(at, () =>
    validateNeuron({ ...defaultNeuron, gradWindow: neuron.gradWindow, surrogate: neuron.surrogate }),
  )
  return neuron
}

/** Writes the plain form of a neuron: the model, its parameters, and what differs from the defaults. */
export const writeNeuron = (neuron: Neuron): Json => {
  const { model, parameters, learn, reset, refractory, detachReset, detachThreshold, gradWindow } = neuron
  const common = defaultGraphNeuron
  return {
    model,
    ...parameters,
    ...(learn.length > 0 && { learn: [...learn] }),
    ...(neuronModels[model].fires && {
      ...(reset !== common.reset && { reset }),
      ...(refractory !== 0 && { refractory }),
      ...(detachReset && { detachReset }),
      ...(detachThreshold && { detachThreshold }),
      ...(gradWindow.some((x, i) => x !== common.gradWindow[i]) && { gradWindow: [...gradWindow] }),
      ...(JSON.stringify(neuron.surrogate) !== JSON.stringify(common.surrogate) && {
        surrogate: { ...neuron.surrogate },
      }),
    }),
  }
}
