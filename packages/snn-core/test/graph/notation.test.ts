import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/errors'
import { graphOf } from '../../src/graph/graph-of'
import { canonicalGraphText, parseGraph } from '../../src/graph/notation/parse'
import { graphText } from '../../src/graph/notation/text-of'
import { plainNetwork } from '../../src/graph/plain-form'
import { NetworkError } from '../../src/network-error'
import { networks } from '../arbitrary'

const size = { input: { C: 3, H: 16, W: 16 }, T: 4 }
const connectionsOf = (text: string) =>
  Object.fromEntries(
    parseGraph(text, size).populations.map(({ name, connections }) => [
      name,
      connections.map(({ from, delay, operator, pool }) =>
        [
          from,
          delay ? '(before)' : '',
          pool ? `${pool.kind} ${pool.size}` : '',
          operator.kind,
          'stride' in operator ? `${operator.kernel}/${operator.stride}/${operator.groups}` : '',
        ]
          .filter((word) => word !== '')
          .join(' '),
      ),
    ]),
  )

describe('the notation of networks of populations', () => {
  it('reads what a chain is written in, as the chain', () => {
    fc.assert(
      fc.property(networks(), (network) => {
        const { text, input, T } = network
        expect(parseGraph(text, { input, T })).toEqual(graphOf(network))
      }),
      { numRuns: 100 },
    )
  })

  it('adds the input of a bracket to its last layer: itself, or through a 1×1 convolution with a stride', () => {
    expect(connectionsOf('8C3(Encoding)-[8C3-8C3]+-AP2-[16C3S2-16C3]+-10FC')).toEqual({
      conv1: ['input conv 3/1/1'],
      conv2: ['conv1 conv 3/1/1'],
      conv3: ['conv2 conv 3/1/1', 'conv1 identity'],
      conv4: ['conv3 conv 3/2/1'],
      conv5: ['conv4 conv 3/1/1', 'conv3 conv 1/2/1'],
      fc1: ['conv5 fc'],
    })
  })

  it('reads recurrences, groups, depthwise kernels, both poolings of spikes and nested brackets', () => {
    expect(connectionsOf('4C3-MP2(spikes)-[4C3G2-[4C3(DW)]+]+-AP2(spikes)-8FC(rec)-8FC(rec1)-3FC(LI)')).toEqual({
      conv1: ['input conv 3/1/1'],
      conv2: ['conv1 max 2 conv 3/1/2'],
      conv3: ['conv2 conv 3/1/4', 'conv2 identity', 'conv1 max 2 identity'],
      fc1: ['conv3 average 2 fc', 'fc1 (before) fc'],
      fc2: ['fc1 fc', 'fc2 (before) one-to-one'],
      fc3: ['fc2 fc'],
    })
    expect(connectionsOf('4C3(rec)-10FC').conv1).toEqual(['input conv 3/1/1', 'conv1 (before) conv 3/1/1'])
  })

  it('reads normalisations, bias and neurons', () => {
    const { populations } = parseGraph(
      '{alif 0.8 reset=subtract} 4C3(BN)(bias)-4C3(WS){synaptic 0.9 0.8 learn=leak+synapticLeak gradWindow=0:2}-10FC{li 0.9}',
      size,
    )
    expect(populations.map(({ normalisation, bias }) => [normalisation, bias])).toEqual([
      ['bn', true],
      ['ws', false],
      [undefined, false],
    ])
    expect(populations.map(({ neuron }) => neuron)).toMatchObject([
      { model: 'alif', parameters: { leak: 0.8, adaptationLeak: 0.9 }, reset: 'subtract' },
      {
        model: 'synaptic',
        parameters: { leak: 0.9, synapticLeak: 0.8 },
        learn: ['leak', 'synapticLeak'],
        gradWindow: [0, 2],
        reset: 'zero',
      },
      { model: 'li', parameters: { leak: 0.9 } },
    ])
  })

  it.each<[string, number, string]>([
    ['8C3-[8C3-8C3+', 13, 'expected "-" or "]"'],
    ['8C3-[8C3]-10FC', 10, 'expected "+"'],
    ['8C3-[AP2]+-10FC', 5, 'expected a layer in the bracket'],
    ['8C3-[8C3P0]+-10FC', 11, 'expected a map that a stride leads to from 8x16x16'],
    ['8C3(BM)-10FC', 5, 'expected one of the marks'],
    ['8C3(BN)(WS)-10FC', 9, 'expected either (BN) or (WS)'],
    ['8C3(BN)(BN)-10FC', 9, 'expected each mark once'],
    ['8C3(BN)(rec)-10FC', 1, 'expected "ws" or nothing in a recurrent loop'],
    ['8C3-10FC{izhikevich}', 10, 'expected a neuron model (lif,'],
    ['8C3-10FC{lif 0.5 1 2}', 20, 'expected at most 2 numbers (leak, fireThreshold)'],
    ['8C3-10FC{lif 1.5}', 14, 'expected a number from 0 to 1'],
    ['8C3-10FC{lif tau=2}', 14, 'expected one of the fields'],
    ['8C3-10FC{lif', 13, 'expected "}"'],
    ['8C3G5-10FC', 1, 'expected groups that divide 3 input and 8 output channels'],
    ['8C3-MP2-10FC', 8, 'expected (spikes)'],
    ['8C3-AP2(spikes)-MP2(spikes)-10FC', 17, 'expected pooling of spikes of one kind'],
    ['8C3(rec)-AP2-10FC', 1, 'expected a current of'],
    ['8FC(LI)-10FC', 9, 'expected a population that fires'],
    ['8C3-10FC)', 9, 'expected "-" or the end of the network'],
    ['AP2(spikes)', 12, 'expected a convolution or FC layer'],
    ['', 1, 'expected a layer'],
  ])('points at the fault in %s', (text, column, message) => {
    expect(() => parseGraph(text, size)).toThrow(NetworkError)
    try {
      parseGraph(text, size)
    } catch (error) {
      expect((error as NetworkError).message).toContain(message)
      expect((error as NetworkError).column).toBe(column)
    }
  })

  it('ends with a result or an error of ours on any text', () => {
    const pieces = fc.constantFrom(
      ...[
        '8',
        '12',
        'C3',
        'FC',
        'AP2',
        'MP',
        '(spikes)',
        '(BN)',
        '(rec)',
        '(LI)',
        '[',
        ']+',
        '-',
        '{lif',
        '0.5',
        '}',
        ' ',
      ],
      ...['G2', 'S2', 'P9', '(', ')', '=', 'x', 'é', '\n', 'learn=leak', '[8C3]+', '8C3'],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
        try {
          parseGraph(words.join(''), size)
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

/** Random texts that fit a 16×16 map. */
const texts = (): fc.Arbitrary<string> => {
  const marks = fc.tuple(
    fc.constantFrom('', '(BN)', '(WS)'),
    fc.constantFrom('', '(bias)'),
    fc.constantFrom(
      '',
      '',
      '{alif 0.7}',
      '{lif 0.25 0.75 reset=subtract refractory=2}',
      '{synaptic 0.9 surrogate=arctan:2}',
    ),
  )
  const conv = fc
    .tuple(fc.constantFrom(4, 8), fc.constantFrom('C3', 'C1', 'C3S2', 'C5P2', 'C3G2', 'C3(DW)'), marks)
    .map(([out, kind, [norm, bias, neuron]]) => `${out}${kind}${norm}${bias}${neuron}`)
  const chain = fc.array(conv, { minLength: 1, maxLength: 3 }).map((terms) => terms.join('-'))
  const block = chain.map((inner) => `[${inner}]+`)
  const nested = fc.tuple(conv, block).map(([first, inner]) => `[${first}-${inner}]+`)
  const pool = fc.constantFrom('', '-AP2', '-AP2(spikes)', '-MP2(spikes)')
  const head = fc.constantFrom('', '{lif 0.75} ', '{plif 1 learn=leakLogit} ')
  const full = fc.constantFrom('10FC', '12FC(rec)-10FC(LI)', '12FC(rec1)-10FC{li 0.9}', '[12FC(rec)-12FC]+-10FC')
  return fc
    .tuple(head, fc.constantFrom('4C3', '8C3(Encoding)'), fc.oneof(chain, block, nested), pool, full)
    .map(([start, first, middle, pooling, end]) => `${start}${first}-${middle}${pooling}-${end}`)
}

describe('printing a network of populations', () => {
  it('gives a text that means the same network', () => {
    let printed = 0
    fc.assert(
      fc.property(texts(), (text) => {
        let graph: ReturnType<typeof parseGraph>
        try {
          graph = parseGraph(text, size)
        } catch (error) {
          // some do not fit: depthwise from 4 to 8 channels over 3, say
          expect(error).toBeInstanceOf(InputError)
          return
        }
        const again = graphText(graph)
        expect(again).toBeDefined()
        expect(plainNetwork(parseGraph(again!, size))).toEqual(plainNetwork(graph))
        expect(canonicalGraphText(again!)).toBe(again)
        printed++
      }),
      { numRuns: 100 },
    )
    expect(printed).toBeGreaterThan(50)
  })

  it('keeps to the text as it was written', () => {
    for (const text of [
      '8C3(Encoding)-[8C3-8C3]+-AP2-[16C3S2(BN)(bias)-16C3(WS)]+-MP2(spikes)-128FC(rec)-10FC(LI)',
      '{synaptic 0.9 0.8} 8C5P1G2-16FC(rec1){alif 0.7 learn=adaptation}-10FC{li 0.9}',
    ]) {
      const input = { ...size.input, C: 4 }
      expect(graphText(parseGraph(text, { input, T: 4 }))).toBe(text)
      expect(canonicalGraphText(text)).toBe(text)
    }
  })
})
