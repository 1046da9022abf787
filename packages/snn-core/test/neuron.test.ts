import { describe, expect, it } from 'vitest'
import type { NeuronConfig, Surrogate } from '../src/api'
import { InputError } from '../src/errors'
import { f16Round } from '../src/f16'
import { defaultNeuron, parseSurrogate, roundNeuron, surrogate, surrogateText, validateNeuron } from '../src/neuron'

describe('surrogate', () => {
  const at = (shape: Surrogate, u: number) => surrogate({ ...defaultNeuron, surrogate: shape })(u)

  it('is the rectangle of Eq. 4 by default, strict on both sides', () => {
    const fire = surrogate({ ...defaultNeuron, surrogate: { kind: 'rectangular', height: 2 } })
    expect([0.5, 0.5000001, 1, 1.4999999, 1.5].map(fire)).toEqual([0, 2, 2, 2, 0])
  })

  it('has the usual shapes around th_f = 1, by hand', () => {
    expect(at({ kind: 'arctan', slope: 1 }, 1)).toBe(1)
    expect(at({ kind: 'arctan', slope: 1 / Math.PI }, 3)).toBeCloseTo(1 / 5, 12) // 1 / (1 + 2²)
    expect(at({ kind: 'fast-sigmoid', slope: 2 }, 0.5)).toBe(1 / 4) // 1 / (1 + 2·0.5)²
    expect(at({ kind: 'triangle', width: 2 }, 2)).toBe(0.25) // (1 − 1/2) / 2
    expect(at({ kind: 'triangle', width: 2 }, 4)).toBe(0)
  })
})

describe('parseSurrogate', () => {
  it('reads a name alone or with its parameter, and what surrogateText writes', () => {
    expect(parseSurrogate('arctan')).toEqual({ kind: 'arctan', slope: 1 })
    expect(parseSurrogate(' fast-sigmoid = 2.5 ')).toEqual({ kind: 'fast-sigmoid', slope: 2.5 })
    expect(parseSurrogate('rectangular=0.5')).toEqual({ kind: 'rectangular', height: 0.5 })
    for (const text of ['rectangular=1', 'arctan=2', 'fast-sigmoid=0.25', 'triangle=3'])
      expect(surrogateText(parseSurrogate(text))).toBe(text)
  })

  it.each([
    '',
    'sigmoid',
    'arctan=',
    'arctan=0',
    'arctan=-1',
    'arctan=NaN',
    'arctan=1e999',
    'triangle 2',
    'arctan=1=2',
  ])('refuses "%s"', (text) => {
    expect(() => parseSurrogate(text, '--surrogate')).toThrow(
      /^--surrogate: expected rectangular, arctan, fast-sigmoid, triangle, each alone/,
    )
  })
})

describe('validateNeuron', () => {
  it('accepts the default and returns it', () => {
    expect(validateNeuron(defaultNeuron)).toBe(defaultNeuron)
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['leak above 1', { leak: 1.1 }, 'leak (α) in [0, 1], got 1.1'],
    ['leak below 0', { leak: -0.1 }, 'leak (α) in [0, 1], got -0.1'],
    ['leak NaN', { leak: Number.NaN }, 'leak (α) in [0, 1], got NaN'],
    ['threshold NaN', { fireThreshold: Number.NaN }, 'fireThreshold (th_f) as a finite number'],
    ['window NaN', { gradWindow: [Number.NaN, 1] }, 'gradWindow as two finite numbers'],
    ['window of one', { gradWindow: [1] }, 'gradWindow as two finite numbers'],
    ['no window', { gradWindow: undefined }, 'gradWindow as two finite numbers'],
    ['reversed window', { gradWindow: [1.5, 0.5] }, 'th_l < th_r, got [1.5, 0.5]; the lower bound comes first'],
    ['empty window', { gradWindow: [1, 1] }, 'th_l < th_r'],
    ['height 0', { surrogate: { kind: 'rectangular', height: 0 } }, 'surrogate height as a finite number above 0'],
    ['slope missing', { surrogate: { kind: 'arctan' } }, 'surrogate slope'],
    ['negative slope', { surrogate: { kind: 'fast-sigmoid', slope: -1 } }, 'surrogate slope'],
    ['infinite width', { surrogate: { kind: 'triangle', width: Infinity } }, 'surrogate width'],
    ['unknown surrogate', { surrogate: { kind: 'box' } }, 'rectangular, arctan, fast-sigmoid or triangle, got "box"'],
    ['no surrogate', { surrogate: undefined }, 'rectangular, arctan, fast-sigmoid or triangle, got null'],
    ['unknown reset', { reset: 'none' }, 'reset "zero" or "subtract", got "none"'],
    ['detachReset as a word', { detachReset: 'yes' }, 'detachReset true or false, got yes'],
  ])('names what is wrong: %s', (_, change, message) => {
    const run = () => validateNeuron({ ...defaultNeuron, ...change } as NeuronConfig)
    expect(run).toThrow(InputError)
    expect(run).toThrow(message)
  })
})

describe('roundNeuron', () => {
  it('rounds every constant to FP16, and to FP32', () => {
    const neuron: NeuronConfig = {
      ...defaultNeuron,
      leak: 0.6,
      fireThreshold: 0.3,
      gradWindow: [0.1, 0.7],
      surrogate: { kind: 'rectangular', height: 1.1 },
    }
    for (const [precision, round] of [
      ['f16', f16Round],
      ['f32', Math.fround],
    ] as const)
      expect(roundNeuron(neuron, precision)).toEqual({
        ...neuron,
        leak: round(0.6),
        fireThreshold: round(0.3),
        gradWindow: [round(0.1), round(0.7)],
        surrogate: { kind: 'rectangular', height: round(1.1) },
      })
    expect(roundNeuron(neuron, 'f64')).toEqual(neuron)
    const arctan = { ...neuron, surrogate: { kind: 'arctan', slope: 1.1 } } as const
    expect(roundNeuron(arctan, 'f16').surrogate).toEqual({ kind: 'arctan', slope: f16Round(1.1) })
    const triangle = { ...neuron, surrogate: { kind: 'triangle', width: 1.1 } } as const
    expect(roundNeuron(triangle, 'f16').surrogate).toEqual({ kind: 'triangle', width: f16Round(1.1) })
  })

  it('refuses a window that FP16 closes', () => {
    expect(() => roundNeuron({ ...defaultNeuron, gradWindow: [1, 1.0001] }, 'f16')).toThrow('th_l < th_r')
  })
})
