import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../src/errors'
import {
  formatNetwork,
  macsPerSample,
  type NetworkList,
  networkFromList,
  parameterCount,
  parseInputSize,
  parseNetwork,
} from '../src/network'
import { NetworkError } from '../src/network-error'
import { networks } from './arbitrary'

const mnist = { input: { C: 1, H: 28, W: 28 }, T: 10 }
const cifar10 = { input: { C: 3, H: 32, W: 32 }, T: 10 }
const errorOf = (run: () => unknown): NetworkError => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(NetworkError)
    return error as NetworkError
  }
  throw new Error('nothing was thrown')
}

describe('parseNetwork', () => {
  it('infers every shape of the CIFAR10 network of Table VI', () => {
    const text = '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC'
    const network = parseNetwork(text, cifar10)
    expect(network.text).toBe(text)
    expect(network.layers.map((l) => `${l.name} ${l.C}x${l.H}x${l.W} > ${l.K}x${l.outH}x${l.outW}`)).toEqual([
      'conv1 3x32x32 > 64x32x32',
      'conv2 64x32x32 > 128x16x16',
      'conv3 128x16x16 > 256x16x16',
      'conv4 256x16x16 > 256x8x8',
      'conv5 256x8x8 > 512x8x8',
      'conv6 512x8x8 > 512x8x8',
      'fc1 512x8x8 > 512x1x1',
      'fc2 512x1x1 > 512x1x1',
      'fc3 512x1x1 > 10x1x1',
    ])
    expect(network.layers.map((l) => l.currentPool)).toEqual([1, 2, 1, 2, 1, 1, 1, 1, 1])
    expect(network.layers.map((l) => l.encoding)).toEqual([true, ...Array(8).fill(false)])
    expect(network.layers[6]).toMatchObject({ kind: 'fc', index: 6, R: 8, S: 8, stride: 1, padding: 0, convH: 1 })
    expect(network).toMatchObject({ classes: 10, inputPool: 1, T: 10 })
    // 9·(3·64 + 64·128 + 128·256 + 256² + 256·512 + 512²) + 512·64·512 + 512² + 5120
    expect(parameterCount(network)).toBe(9 * 499904 + 16777216 + 262144 + 5120)
  })

  it('halves 224 down to 7 in the ImageNet network, stride by stride', () => {
    const text = '64C3S2(Encoding)-128C3S2-256C3S2-256C3S2-384C3-256C3-256C3S2-4096FC-4096FC-1000FC'
    const network = parseNetwork(text, { input: { C: 3, H: 224, W: 224 }, T: 10 })
    expect(network.layers.slice(0, 7).map((l) => l.outH)).toEqual([112, 56, 28, 14, 14, 14, 7])
    expect(network.text).toBe(text)
  })

  it('pools odd sizes down: 42, 21, 10 (rule 5)', () => {
    const { layers } = parseNetwork('2C3-AP2-2C3-AP2-3FC', { input: { C: 2, H: 42, W: 42 }, T: 10 })
    expect(layers.map((l) => [l.convH, l.outH])).toEqual([
      [42, 21],
      [21, 10],
      [1, 1],
    ])
    expect(layers[2]).toMatchObject({ C: 2, R: 10, S: 10 })
  })

  it('keeps neurons at full size where spikes are pooled, and multiplies consecutive pools', () => {
    const network = parseNetwork('AP2(spikes)-4C5S2P1-AP2-AP2(spikes)-AP2(spikes)-3FC', {
      input: { C: 2, H: 80, W: 70 },
      T: 3,
    })
    expect(network.inputPool).toBe(2)
    // 80 x 70 > 40 x 35 > (40 + 2 − 5)/2 + 1 = 19, (35 + 2 − 5)/2 + 1 = 17 > 9 x 8 > 2 x 2
    expect(network.layers[0]).toMatchObject({ H: 40, W: 35, convH: 19, convW: 17, outH: 9, outW: 8, spikePool: 4 })
    expect(network.layers[1]).toMatchObject({ C: 4, H: 2, W: 2 })
    const twice = parseNetwork('4C3-AP2-AP2-3FC', mnist)
    expect(twice.layers[0]).toMatchObject({ currentPool: 4, outH: 7 })
    expect(twice.text).toBe('4C3-AP2-AP2-3FC')
    expect(formatNetwork(twice)).toBe('4C3-AP4-3FC')
  })

  it('prints canonical text: no white space, no default stride or padding', () => {
    const text = ' 64 C 3 S1 P1 ( Encoding ) - AP 2 ( spikes )\n-\t010FC '
    expect(parseNetwork(text, mnist).text).toBe('64C3(Encoding)-AP2(spikes)-10FC')
    expect(parseNetwork('6C5S2P0-10FC', mnist).text).toBe('6C5S2P0-10FC')
    expect(parseNetwork('6C4P2-10FC', mnist).text).toBe('6C4-10FC')
    expect(parseNetwork('10FC(Encoding)', mnist)).toMatchObject({ text: '10FC(Encoding)', classes: 10 })
  })

  it('reads what it prints, for any network', () => {
    fc.assert(
      fc.property(networks(), (network) => {
        const { input, T } = network
        expect(parseNetwork(network.text, { input, T })).toEqual(network)
        expect(parseNetwork(formatNetwork(network), { input, T })).toEqual(network)
      }),
    )
  })

  it.each([
    ['', 1, 'expected a layer, got the end of the text'],
    ['  ', 3, 'expected a layer'],
    ['64C3-', 6, 'expected a layer, got the end of the text'],
    ['64C3--10FC', 6, 'expected a layer, got "-10FC"'],
    ['64C3-128X3-10FC', 9, 'expected C (convolution) or FC (fully connected), got "X3-10FC"'],
    ['64c3-10FC', 3, 'capital letters'],
    ['64C3–10FC', 5, 'joined by a plain hyphen'],
    ['64C3 10FC', 6, 'expected "-" or the end of the network'],
    ['64C-10FC', 4, 'the kernel size k of nCk (a number)'],
    ['64C3S-10FC', 6, 'the stride after S (a number)'],
    ['64C3P-10FC', 6, 'the padding after P (a number)'],
    ['64C3P1S2-10FC', 7, 'the stride comes once, before the padding'],
    ['64C3S0-10FC', 6, 'the stride after S from 1'],
    ['0C3-10FC', 1, 'output channels or neurons from 1'],
    ['64C0-10FC', 4, 'the kernel size k of nCk from 1'],
    ['64C3-AP-10FC', 8, 'the pooling size k of APk (a number)'],
    ['64C3-AP0-10FC', 8, 'the pooling size k of APk from 1'],
    ['64C3-AP2(spike)-10FC', 10, 'expected spikes)'],
    ['64C3(encoding)-10FC', 6, 'expected Encoding)'],
    ['64C3(Encoding-10FC', 14, 'close the mark: (Encoding)'],
    ['64C3.5-10FC', 5, 'expected "-" or the end of the network, got ".5-10FC"'],
    ['-64C3', 1, 'expected a layer'],
    ['99999999999C3-10FC', 1, 'to 2147483648'],
    ['64C3-10FC-AP2', 11, 'a fully connected layer has no map to pool'],
    ['64C3-10FC-64C3', 11, 'put convolutions before the FC layers'],
    ['AP2-64C3-10FC', 1, 'pool the input itself with AP2(spikes)'],
    ['64C3-AP2(spikes)-AP2-10FC', 18, 'partial sums are pooled first, then spikes'],
    ['64C3-AP29-10FC', 6, 'the map here is 28x28'],
    ['64C3-AP16(spikes)-10FC', 6, 'at most 15x15'],
    ['64C3-AP4(spikes)-AP4(spikes)-10FC', 18, 'at most 15x15, got 16x16'],
    ['64C3-64C3(Encoding)-10FC', 10, '(Encoding) on the first layer only, got (Encoding) on layer 2'],
    ['64C40P2-10FC', 4, 'a kernel up to 32, the padded input, got 40'],
    ['64C3-AP14-8C7P0-10FC', 13, 'a kernel up to 2'],
    ['AP2(spikes)', 12, 'expected a convolution or FC layer, got only pooling'],
    ['64C3-AP2(spikes)', 6, 'nothing reads these pooled spikes'],
    ['64C3-30000FC-10FC', 6, 'at most 1000000000 parameters, got 1505280576 up to fc1'],
  ])('points at the character: %s column %i', (text, column, part) => {
    const error = errorOf(() => parseNetwork(text, mnist))
    expect(error.column).toBe(column)
    expect(error.text).toBe(text)
    expect(error.message).toContain(part)
    expect(error.message).toContain(`column ${column}: expected`)
    expect(error.message.split('\n').at(-1)).toBe(`  ${' '.repeat(column - 1)}^`)
    expect(error.message.split('\n').at(-2)).toBe(`  ${text}`)
    expect(error.hint).toBeTruthy()
    expect(error).toBeInstanceOf(InputError)
  })

  it('prints the caret under the character', () => {
    expect(errorOf(() => parseNetwork('64C3-128X3-10FC', mnist)).message).toBe(
      [
        'network "64C3-128X3-10FC", column 9: expected C (convolution) or FC (fully connected), got "X3-10FC"; ' +
          'capital letters; write 64C3, 64C3S2P1, AP2, AP2(spikes) or 10FC, joined by "-".',
        '  64C3-128X3-10FC',
        '          ^',
      ].join('\n'),
    )
  })

  it.each([
    ['C', { C: 0, H: 1, W: 1 }, 1],
    ['H', { C: 1, H: 1.5, W: 1 }, 1],
    ['W', { C: 1, H: 1, W: Number.NaN }, 1],
    ['T', { C: 1, H: 1, W: 1 }, 0],
    ['T', { C: 1, H: 1, W: 1 }, Number.POSITIVE_INFINITY],
  ])('refuses an input with a bad %s', (axis, input, T) => {
    expect(() => parseNetwork('10FC', { input, T })).toThrow(`${axis} as an integer >= 1`)
  })

  it('throws an InputError or gives a network for any text', () => {
    const letters = fc.stringMatching(/^[0-9CSPAF()\- spikEncodg.]{0,14}$/)
    fc.assert(
      fc.property(letters, (text) => {
        try {
          expect(parseNetwork(text, mnist).layers.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('networkFromList', () => {
  it('pools spikes, defaults to stride 1 and padding k//2, marks the encoding layer', () => {
    const list: NetworkList = [
      { type: 'avgpool', k: 2 },
      { type: 'conv', out: 4, k: 3, stride: 2, pad: 0 },
      { type: 'conv', out: 5, k: 4 },
      { type: 'avgpool', k: 2 },
      { type: 'fc', out: 10 },
    ]
    expect(networkFromList(list, mnist).text).toBe('AP2(spikes)-4C3S2P0-5C4-AP2(spikes)-10FC')
    expect(networkFromList(list, mnist, true).text).toBe('AP2(spikes)-4C3S2P0(Encoding)-5C4-AP2(spikes)-10FC')
  })
})

describe('parseInputSize', () => {
  it('reads HxWxC and HxW', () => {
    expect(parseInputSize('32x28x3')).toEqual({ H: 32, W: 28, C: 3 })
    expect(parseInputSize(' 28 X 28 ')).toEqual({ H: 28, W: 28, C: 1 })
    expect(parseInputSize('42×42×2')).toEqual({ H: 42, W: 42, C: 2 })
  })

  it.each(['', '32', '32x', 'x32', '32x32x3x1', '32x0', '32x-1', '3.5x4', '1e2x3', 'axb', '32x32x'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseInputSize(text)).toThrow('HxWxC (height, width, channels) or HxW, integers >= 1')
    },
  )
})

describe('macsPerSample', () => {
  it('counts a spiking layer at every timestep and the encoding layer once', () => {
    const size = { input: { C: 2, H: 4, W: 4 }, T: 10 }
    // conv 3·2·9·16 = 864, fc 5·48 = 240
    expect(macsPerSample(parseNetwork('3C3-5FC', size))).toBe(10 * (864 + 240))
    expect(macsPerSample(parseNetwork('3C3(Encoding)-5FC', size))).toBe(864 + 10 * 240)
  })
})
