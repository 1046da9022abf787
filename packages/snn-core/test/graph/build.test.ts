import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/errors'
import { buildNetwork } from '../../src/graph/build'
import { graphParameterSpecs } from '../../src/graph/parameters'
import { plainNetwork } from '../../src/graph/plain-form'
import { stagesOf } from '../../src/graph/stages'

// biome-ignore lint/suspicious/noExplicitAny: the tests put wrong things into every place
type Plain = any

/** A network with something of everything, as a file would hold it. */
const plain = (): Plain => ({
  T: 5,
  inputs: [
    { name: 'eye', shape: [2, 8, 8] },
    { name: 'ear', shape: [4, 1, 1], values: 'analog' },
  ],
  neuron: { model: 'lif', leak: 0.75 },
  populations: [
    {
      name: 'v1',
      connections: [{ from: 'eye', operator: { kind: 'conv', out: 4, kernel: 3 } }],
      pool: 2,
      normalisation: 'bn',
      bias: true,
    },
    {
      name: 'v2',
      neuron: { model: 'synaptic', leak: [0.9, 0.8, 0.7, 0.6], learn: ['leak', 'synapticLeak'], reset: 'subtract' },
      connections: [
        { from: 'v1', operator: { kind: 'conv', out: 4, kernel: 3, groups: 2 } },
        { from: 'v1', operator: { kind: 'identity' } },
        { from: 'v2', delay: 1, operator: { kind: 'one-to-one' } },
      ],
    },
    {
      name: 'mix',
      shape: [3, 1, 1],
      connections: [
        { from: 'v2', pool: { kind: 'max', size: 2 }, operator: { kind: 'fc', out: 3 } },
        { from: 'ear', delay: 1, operator: { kind: 'fc', out: 3 } },
        { from: 'out', delay: 1, operator: { kind: 'fc', out: 3 } },
      ],
    },
    { name: 'out', shape: [3, 1, 1], connections: [{ from: 'mix', operator: { kind: 'identity' } }] },
    { name: 'read', neuron: { model: 'li' }, connections: [{ from: 'out', operator: { kind: 'fc', out: 2 } }] },
  ],
  outputs: ['out', 'read'],
})

describe('buildNetwork', () => {
  it('infers shapes, defaults, parameters and the order of computation', () => {
    const graph = buildNetwork(plain())
    expect(graph.populations.map(({ shape: { C, H, W } }) => [C, H, W])).toEqual([
      [4, 4, 4],
      [4, 4, 4],
      [3, 1, 1],
      [3, 1, 1],
      [2, 1, 1],
    ])
    expect(graph.populations[0].neuron.parameters).toEqual({ leak: 0.75, fireThreshold: 1 })
    expect(graph.stages).toEqual([
      { populations: [0], recurrent: false },
      { populations: [1], recurrent: true },
      { populations: [2, 3], recurrent: true },
      { populations: [4], recurrent: false },
    ])
    expect(graphParameterSpecs(graph).map(({ name, shape, fanIn }) => [name, shape.join('x'), fanIn])).toEqual([
      ['v1/0', '4x2x3x3', 18],
      ['v1/gain', '4', 1],
      ['v1/bias', '4', 1],
      ['v2/0', '4x2x3x3', 18],
      ['v2/2', '4x1x4x4', 16],
      ['v2/leak', '4', 1],
      ['v2/synapticLeak', '', 1],
      ['mix/0', '3x4x2x2', 16],
      ['mix/1', '3x4x1x1', 4],
      ['mix/2', '3x3x1x1', 3],
      ['read/0', '2x3x1x1', 3],
    ])
  })

  it('needs no shapes where a loop begins with a known one', () => {
    const net = plain()
    delete net.populations[2].shape
    delete net.populations[3].shape
    expect(buildNetwork(net)).toEqual(buildNetwork(plain()))
  })

  it('comes back from its plain form through JSON', () => {
    const graph = buildNetwork(plain())
    expect(buildNetwork(JSON.parse(JSON.stringify(plainNetwork(graph))))).toEqual(graph)
  })

  it.each<[string, (net: Plain) => void]>([
    ['network.json: T: expected an integer from 1', (n) => (n.T = 0)],
    ['network.json: populatoins: expected one of the fields T, inputs', (n) => (n.populatoins = [])],
    ['network.json: inputs[0].values: expected "spikes" or "analog", got "real"', (n) => (n.inputs[0].values = 'real')],
    ['network.json: inputs[1].name: expected a name of its own, got "eye"', (n) => (n.inputs[1].name = 'eye')],
    ['network.json: inputs[0].name: expected a name of letters', (n) => (n.inputs[0].name = 'a/b')],
    ['network.json: populations[0].shape', (n) => (n.populations[0].shape = [4, 8, 8])],
    [
      'populations[0].connections[0].from: expected the name of an input',
      (n) => (n.populations[0].connections[0].from = 'x'),
    ],
    [
      'populations[0].connections[0].operator.kernel: expected an integer',
      (n) => (n.populations[0].connections[0].operator.kernel = 0),
    ],
    [
      'populations[0].connections[0].operator: expected a kernel up to 8',
      (n) => Object.assign(n.populations[0].connections[0].operator, { kernel: 9, padding: 0 }),
    ],
    [
      'populations[0].connections[0].operator.size: expected one of the fields',
      (n) => (n.populations[0].connections[0].operator.size = 3),
    ],
    ['populations[0].pool: expected a pooling size up to 8', (n) => (n.populations[0].pool = 9)],
    [
      'populations[1].connections[0].operator: expected groups that divide',
      (n) => (n.populations[1].connections[0].operator.groups = 3),
    ],
    [
      'populations[1].connections[2].from: expected an input or an earlier population, or delay 1',
      (n) => (n.populations[1].connections[2].delay = 0),
    ],
    [
      'populations[1].connections[2].delay: expected an integer from 0 to 1',
      (n) => (n.populations[1].connections[2].delay = 2),
    ],
    [
      'populations[1].normalisation: expected "ws" or nothing in a recurrent loop',
      (n) => (n.populations[1].normalisation = 'bn'),
    ],
    [
      'populations[1].neuron.leak: expected 4 values (one per channel) or 64 (one per neuron)',
      (n) => (n.populations[1].neuron.leak = [0.5]),
    ],
    ['populations[1].neuron.leak[1]: expected a number from 0 to 1', (n) => (n.populations[1].neuron.leak[1] = 2)],
    ['populations[1].neuron.learn[0]: expected "leak" or', (n) => (n.populations[1].neuron.learn = ['tau'])],
    ['populations[1].neuron.model: expected "lif" or "if"', (n) => (n.populations[1].neuron.model = 'constructor')],
    [
      'populations[1].neuron (neuron): expected gradWindow with th_l < th_r',
      (n) => (n.populations[1].neuron.gradWindow = [1, 0]),
    ],
    [
      'populations[2].shape: expected the shape [C, H, W]',
      (n) => {
        delete n.populations[2].shape
        delete n.populations[3].shape
        n.populations[2].connections = n.populations[2].connections.slice(2)
      },
    ],
    [
      'populations[2].connections[0].pool.size: expected a size up to 4',
      (n) => (n.populations[2].connections[0].pool.size = 5),
    ],
    [
      'populations[3].normalisation: expected a connection with weights',
      (n) => (n.populations[3].normalisation = 'ws'),
    ],
    [
      'populations[4].neuron.reset: expected one of the fields model, leak, learn',
      (n) => (n.populations[4].neuron.reset = 'zero'),
    ],
    ['populations[4].connections: expected at least one connection', (n) => (n.populations[4].connections = [])],
    ['outputs[1]: expected the name of a population, got "eye"', (n) => (n.outputs[1] = 'eye')],
    ['outputs[1]: expected each population once', (n) => (n.outputs[1] = 'out')],
    ['populations: expected an array, got nothing', (n) => delete n.populations],
    [
      'expected a population that fires, got read',
      (n) => n.populations.push({ name: 'late', connections: [{ from: 'read', operator: { kind: 'identity' } }] }),
    ],
  ])('says %s', (message, change) => {
    const net = plain()
    change(net)
    expect(() => buildNetwork(net, 'network.json')).toThrow(InputError)
    expect(() => buildNetwork(net, 'network.json')).toThrow(message)
  })

  it.each([undefined, null, 7, 'x', [], {}])('refuses %j', (value) => {
    expect(() => buildNetwork(value)).toThrow(InputError)
  })
})

/** Every place of a value that can be replaced: an object or list and a key. */
const placesOf = (value: unknown): [Record<string, unknown>, string][] =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap((key) => [
        [value as Record<string, unknown>, key] as [Record<string, unknown>, string],
        ...placesOf((value as Record<string, unknown>)[key]),
      ])
    : []

describe('any value in any place of a network', () => {
  const values = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      undefined,
      true,
      '',
      'eye',
      'v1',
      'out',
      '__proto__',
      'conv',
      [],
      {},
      [[]],
      Number.NaN,
    ),
    fc.constantFrom<unknown>(0, -1, 1, 2, 0.5, 2 ** 31, 1e300, Number.POSITIVE_INFINITY, [1, 1, 1], [0, 0, 0]),
    fc.constantFrom<unknown>({ kind: 'fc', out: 3 }, { kind: 'conv', out: 2 ** 31, kernel: 1 }, { model: 'li' }),
  )
  it('gives a network or an error of ours', () => {
    let built = 0
    fc.assert(
      fc.property(fc.nat(), values, fc.nat(), values, (first, a, second, b) => {
        const net = plain()
        for (const [choice, value] of [
          [first, a],
          [second, b],
        ] as const) {
          const places = placesOf(net)
          const [holder, key] = places[choice % places.length]
          holder[key] = structuredClone(value)
        }
        try {
          const graph = buildNetwork(net)
          expect(buildNetwork(plainNetwork(graph))).toEqual(graph)
          built++
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      { numRuns: 1500 },
    )
    expect(built).toBeGreaterThan(0)
  })
})

describe('stagesOf', () => {
  it('puts loops together, sources before readers', () => {
    // 0 -> 1 <-> 2 -> 3, 4 reads itself, 5 reads 3 and 4
    expect(stagesOf([[], [0, 2], [1], [2], [4], [3, 4]])).toEqual([
      { populations: [0], recurrent: false },
      { populations: [1, 2], recurrent: true },
      { populations: [3], recurrent: false },
      { populations: [4], recurrent: true },
      { populations: [5], recurrent: false },
    ])
  })

  it('goes through ten thousand populations', () => {
    const chain = Array.from({ length: 10_000 }, (_, p) => (p === 0 ? [] : [p - 1]))
    expect(stagesOf(chain).length).toBe(10_000)
  })
})
