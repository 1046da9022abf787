import type { Reproduction } from '../compare/reproduced'
import { paper } from '../published'
import type { ReproduceContext } from './context'
import { engineScaling, type ScalingCase, type ScalingCell } from './engine-scaling'
import type { FigureParts } from './figure'
import type { Miss, MissVariation } from './miss'

const engines = {
  forward: 'Forward Engine',
  weightUpdate: 'Weight Update Engine',
  backward: 'Backward Engine',
} as const

/** Layers and rules that the paper leaves open, the default first. */
const cases: readonly (ScalingCase & { readonly name: string })[] = [
  { name: 'default' },
  ...[128, 256, 512].flatMap((channels) =>
    (['compressed', 'dense'] as const).flatMap((potentials) =>
      [false, true].map((idealRates) => ({
        name: `${channels} channels, potentials ${potentials}${idealRates ? ', ideal rates' : ''}`,
        channels,
        potentials,
        idealRates,
      })),
    ),
  ),
]

/** Twice, give or take the filling of buffers: what counts as doubled. */
const doubled = 1.9

const helps = ({ engine, dimension }: ScalingCell): boolean => paper.doublingHelps[engine].value[dimension]

/** Whether a cell shows what the paper says of it. */
const agreesWithPaper = (cell: ScalingCell): boolean =>
  cell.change === 'halved' || helps(cell) ? cell.speedup >= doubled : cell.speedup < doubled

/** Cells that show the paper's pattern, by engine, under every case. */
export const scalingMiss = (): Miss => {
  const names = Object.keys(engines) as (keyof typeof engines)[]
  const tried = cases.map(({ name, ...given }): MissVariation => {
    const cells = engineScaling(given)
    const of = (engine: keyof typeof engines) =>
      cells.filter((cell) => cell.engine === engine && agreesWithPaper(cell)).length
    const values = names.map(of)
    const all = values.reduce((sum, n) => sum + n, 0)
    return { change: name, values: [...values, all], explains: all === cells.length }
  })
  return {
    title: 'Cells of Fig. 14 that do not show the paper’s pattern',
    statement: `Of 18 cells ${tried[0]!.values.at(-1)} do under the defaults: every doubling of the Forward Engine still doubles where its potentials are stored compressed, and halving the PE group of the Backward Engine costs less than half, since smaller groups wait less for their slowest PE.`,
    columns: [...names.map((name) => `${engines[name]}, of 6`), 'all, of 18'],
    tried,
    criterion: 'all 18 cells',
  }
}

/** Fig. 14: every engine with rows, columns and parallelism halved and doubled. */
export const scalingFigure = (_: ReproduceContext): FigureParts => {
  const all = cases.map(({ name, ...given }) => ({ name, cells: engineScaling(given) }))
  const [usual] = all
  const rows = usual!.cells.map((cell, i): Reproduction => {
    const values = all.map(({ cells }) => cells[i]!.speedup)
    const numeric = cell.change === 'halved' || helps(cell)
    return {
      id: 'Fig. 14',
      quantity: `${engines[cell.engine]}, ${cell.dimension} ${cell.change}`,
      paper:
        cell.change === 'halved' ? paper.halvingCosts.value : helps(cell) ? paper.doublingGives.value : 'less than 2',
      model: cell.speedup,
      low: Math.min(...values),
      high: Math.max(...values),
      unit: 'ratio',
      kind: 'prediction',
      agrees: agreesWithPaper(cell),
      note: numeric
        ? `agrees from ${doubled} on; 256 to 256 channels of 16×16, 75 % / 75 % zeros; range over layers and rules`
        : `agrees below ${doubled}`,
    }
  })
  const agreeing = (cells: readonly ScalingCell[]) => cells.filter(agreesWithPaper).length
  const [worst, best] = [
    all.reduce((a, b) => (agreeing(b.cells) < agreeing(a.cells) ? b : a)),
    all.reduce((a, b) => (agreeing(b.cells) > agreeing(a.cells) ? b : a)),
  ]
  return {
    rows: [
      ...rows,
      {
        id: 'Fig. 14',
        quantity: 'cells that show the paper’s pattern',
        paper: usual!.cells.length,
        model: agreeing(usual!.cells),
        low: agreeing(worst.cells),
        high: agreeing(best.cells),
        unit: 'of 18 cells',
        kind: 'prediction',
        note: `fewest with ${worst.name}, most with ${best.name}`,
      },
    ],
    series: [
      {
        title: 'Doubling a dimension',
        caption: 'Throughput over that of Table VII; the paper says 2 for three of the nine and less for the others.',
        mark: 'bar',
        x: 'dimension doubled',
        y: 'speed-up',
        points: usual!.cells
          .filter(({ change }) => change === 'doubled')
          .map(({ engine, dimension, speedup }) => ({ x: dimension, y: speedup, series: engines[engine] })),
      },
      {
        title: 'Halving a dimension',
        caption: 'Speed of Table VII over that with half; the paper says 2 for all.',
        mark: 'bar',
        x: 'dimension halved',
        y: 'speed-up',
        points: usual!.cells
          .filter(({ change }) => change === 'halved')
          .map(({ engine, dimension, speedup }) => ({ x: dimension, y: speedup, series: engines[engine] })),
      },
    ],
    notes: [
      'The page with the paper’s layer is missing in our copy: every cell is given for one layer, with its range over layers of 128 to 512 channels, compressed and dense potentials, and ideal rates.',
    ],
  }
}
