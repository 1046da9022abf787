import { formatNetwork, macsPerSample, parameterCount } from '@h2learn/snn-core'
import type { Reproduction } from '../compare/reproduced'
import { type Benchmark, paper } from '../published'
import { benchmarkNetwork } from '../roofline'
import { engineVariables } from './engine-variables'
import type { FigureParts } from './figure'

/** What the symbols of Table IV are called in this code. */
const namesInCode: { readonly [S in keyof typeof paper.symbols]: string } = {
  s: 'spikes',
  u: 'potentials',
  '∇s': 'gradS',
  '∇u': 'gradU',
  '∇s̃': 'spikeGradMask',
  '∇ũ': 'potentialGradMask',
  w: 'weights',
  '∇w': 'gradW',
}

/** Table IV: symbols, and the names that stand for them here. */
export const symbolTable = (): FigureParts => ({
  rows: (Object.keys(paper.symbols) as (keyof typeof paper.symbols)[]).map(
    (symbol): Reproduction => ({
      id: 'Table IV',
      quantity: symbol,
      paper: paper.symbols[symbol],
      model: namesInCode[symbol],
      kind: 'identity',
      agrees: true,
      note: 'the name in the code',
    }),
  ),
})

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join()

/** Table V: inputs, outputs and formats of the stages, read off the engines' types. */
export const stageTable = (): FigureParts => {
  const stages = Object.keys(engineVariables) as (keyof typeof engineVariables)[]
  const sides = stages.flatMap((stage) =>
    (['inputs', 'outputs'] as const).map((side): Reproduction => {
      const printed = paper.stages[stage][side]
      const ours = engineVariables[stage][side].map(({ symbol }) => symbol)
      return {
        id: 'Table V',
        quantity: `${stage}: ${side}`,
        paper: printed.value.join(', '),
        model: ours.join(', '),
        kind: 'identity',
        agrees: sameSet(printed.value, ours),
        note: printed.note,
      }
    }),
  )
  const all = stages.flatMap((stage) => [...engineVariables[stage].inputs, ...engineVariables[stage].outputs])
  const bare = (symbol: string) => symbol.replace(/[_^].*$/, '')
  const binary = [...new Set(all.filter(({ format }) => format === 'binary').map(({ symbol }) => bare(symbol)))]
  return {
    rows: [
      ...sides,
      {
        id: 'Table V',
        quantity: 'variables in the binary format',
        paper: paper.binary.value.join(', '),
        model: binary.join(', '),
        kind: 'identity',
        agrees: sameSet(paper.binary.value, binary),
        note: paper.binary.note,
      },
      ...stages.map(
        (stage): Reproduction => ({
          id: 'Table V',
          quantity: `${stage}: major operation`,
          paper: `${paper.stages[stage].operation} (${paper.stages[stage].equation})`,
          model: engineVariables[stage].inputs.some(
            ({ symbol, format }) => format === 'binary' && /^s(\^|_t)/.test(symbol) && stage !== 'backward',
          )
            ? 'spike-based convolution or matrix product'
            : 'sparse FP16 convolution or matrix product',
          kind: 'identity',
          agrees: true,
          note: 'the operand beside the spikes is FP16; Backward has FP16 on both sides',
        }),
      ),
    ],
    notes: [
      'Inputs, outputs and formats are held by the compiler: a member of an engine that this table does not know, or knows in another format, does not compile.',
    ],
  }
}

/** Table VI: networks as printed, read and printed again, with their sizes. */
export const networkTable = (): FigureParts => ({
  rows: (Object.keys(paper.networks) as Benchmark[]).flatMap((name): readonly Reproduction[] => {
    const printed = paper.networks[name].network
    const network = benchmarkNetwork(name)
    const text = formatNetwork(network)
    return [
      {
        id: 'Table VI',
        quantity: `network of ${name}`,
        paper: printed.value,
        model: text,
        kind: 'identity',
        agrees: text === printed.value,
        note: printed.note,
      },
      {
        id: 'Table VI',
        quantity: `parameters, ${name}`,
        paper: null,
        model: parameterCount(network),
        unit: 'weights',
        kind: 'not printed',
      },
      {
        id: 'Table VI',
        quantity: `dense multiply-accumulates of a forward pass, ${name}`,
        paper: null,
        model: macsPerSample(network),
        unit: 'MAC/sample',
        kind: 'not printed',
        note: 'T 10, the encoding layer once',
      },
    ]
  }),
})
