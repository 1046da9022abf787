import { InputError } from '../../errors'
import { fieldReader, type Json } from '../../field-reader'
import type { TextScanner } from '../../text-scanner'
import type { NeuronModelName } from '../api'
import { neuronModels } from '../neurons/models'
import { readNeuron, writeNeuron } from '../neurons/neuron-form'

/** Texts of the fields that are not plain numbers or words. */
const toValue = (name: string, text: string): unknown => {
  if (name === 'learn') return text.split('+')
  if (name === 'gradWindow') return text.split(':').map(Number)
  if (name === 'surrogate') {
    const [kind, parameter] = text.split(':')
    return { kind, [kind === 'rectangular' ? 'height' : kind === 'triangle' ? 'width' : 'slope']: Number(parameter) }
  }
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[-+.\d]/.test(text) ? Number(text) : text
}

/**
 * Reads a neuron in braces: `{model number … name=value …}`. Numbers are the parameters of the model in their order;
 * names are the fields of the plain form: `learn=leak+fireThreshold`, `gradWindow=0.5:1.5`, `surrogate=arctan:2`,
 * `reset=subtract`, `refractory=2`, `detachReset=true`.
 * @returns the plain form, without what is the default of the model
 */
export const scanNeuron = ({ at, fail, peek, take, run }: TextScanner): Json => {
  take('{')
  peek()
  const start = at()
  const model = run(/[a-z]/) as NeuronModelName
  if (!Object.hasOwn(neuronModels, model))
    return fail(`a neuron model (${Object.keys(neuronModels).join(', ')})`, 'for example {synaptic 0.9 0.8}', start)
  const names = Object.keys(neuronModels[model].parameters)
  const plain: Record<string, unknown> = { model }
  for (let position = 0; peek() !== '}'; position++) {
    const tokenAt = at()
    const token = run(/[^\s{}]/)
    if (token === '') return fail('"}"', 'close the neuron: {lif 0.5}')
    const equals = token.indexOf('=')
    const name = equals >= 0 ? token.slice(0, equals) : names[position]
    const text = token.slice(equals + 1)
    if (name === undefined || name in plain || text === '')
      return fail(
        `at most ${names.length} numbers (${names.join(', ')}), then name=value, each once`,
        undefined,
        tokenAt,
      )
    plain[name] = toValue(name, text)
    try {
      readNeuron(plain, 'neuron', fieldReader('neuron'))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      fail(error.expected, `in ${error.where.replace('neuron: ', '')}`, tokenAt)
    }
  }
  take('}')
  return writeNeuron(readNeuron(plain, 'neuron', fieldReader('neuron')))
}

const fromValue = (name: string, value: unknown): string => {
  if (name === 'learn') return (value as string[]).join('+')
  if (name === 'gradWindow') return (value as number[]).join(':')
  if (name === 'surrogate') return Object.values(value as Json).join(':')
  return String(value)
}

/** Whether a neuron has a text: lists of numbers per channel have none. */
export const hasText = (plain: Json): boolean =>
  Object.entries(plain).every(([name, value]) => !Array.isArray(value) || name === 'learn' || name === 'gradWindow')

/** Prints a neuron in braces, numbers without names as far as they differ from the defaults; `(LI)` for a plain one. */
export const formatNeuron = (plain: Json): string => {
  const model = plain.model as NeuronModelName
  const rules = neuronModels[model].parameters
  const names = Object.keys(rules)
  let last = names.length
  while (last > 0 && (plain[names[last - 1]] ?? rules[names[last - 1]].initial) === rules[names[last - 1]].initial)
    last--
  if (model === 'li' && last === 0 && Object.keys(plain).every((name) => name === 'model' || name === 'leak'))
    return '(LI)'
  const numbers = names.slice(0, last).map((name) => String(plain[name] ?? rules[name].initial))
  const named = Object.entries(plain)
    .filter(([name]) => name !== 'model' && !names.includes(name))
    .map(([name, value]) => `${name}=${fromValue(name, value)}`)
  return `{${[model, ...numbers, ...named].join(' ')}}`
}
