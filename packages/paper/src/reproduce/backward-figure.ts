import { calibrateFill } from '../calibrate-fill'
import type { Reproduction } from '../compare/reproduced'
import {
  type BackwardDesignPoint,
  backwardGroupSizes,
  backwardTileSizes,
  backwardVariants,
} from '../design-space/backward'
import { paper } from '../published'
import { backwardEnergySaving } from './backward-energy'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

const share = paper.backward.sparsity.value / 100
const work = { outputSparsity: share, inputSparsity: share }
const words = { dense: 'dense', input: 'input sparsity only', output: 'output sparsity only', both: 'both' } as const

const leakageShare = ({ tileEnergy_pJ: e }: BackwardDesignPoint) => (100 * (e.glbLeakage + e.logicLeakage)) / e.total
const arrayShare = ({ tileEnergy_pJ: e }: BackwardDesignPoint) => (100 * (e.macs + e.acc)) / e.total
const arrayEnergy = ({ tileEnergy_pJ: e }: BackwardDesignPoint) => e.macs + e.acc

/** Fig. 13: the Backward Engine against its baselines, and its area by PE group size. */
export const backwardFigure = ({ spread }: ReproduceContext): FigureParts => {
  const points = backwardVariants(work)
  const of = (mode: BackwardDesignPoint['mode']) => points.find((point) => point.mode === mode)!
  const { both, dense, input, output } = {
    both: of('both'),
    dense: of('dense'),
    input: of('input'),
    output: of('output'),
  }
  const fill = calibrateFill()
  const groups = backwardGroupSizes({ ...work, trials: 60 }, [1, 2, 4, 8])
  const tiles = backwardTileSizes({ ...work, trials: 60 })
  const { speedup, energy, singleSparsity, leakage, densePeArray, inputOnlyPeArray, bufferArea } = paper.backward
  const glb = groups.map(({ area_mm2 }) => area_mm2.glb)
  const row = (quantity: string, model: number, unit: string, note?: string): Reproduction => ({
    id: 'Fig. 13',
    quantity,
    paper: null,
    model,
    unit,
    kind: 'not printed',
    note,
  })
  const rows: readonly Reproduction[] = [
    {
      id: 'Fig. 13',
      quantity: 'both sparsities over dense, speed',
      paper: speedup.value,
      model: fill.speedup,
      unit: 'ratio',
      kind: 'calibrated',
      note: `fill = ${fill.fill} cycles, the integer nearest to it; ${both.speedupWithRates.toFixed(2)} with the rates of finders, Acc and Grad`,
    },
    {
      id: 'Fig. 13',
      quantity: 'both sparsities over dense, energy',
      paper: energy.value,
      ...spread(backwardEnergySaving),
      unit: 'ratio',
      kind: 'prediction',
      note: 'leakage included, k_energy fitted for every choice of unit costs',
    },
    {
      id: 'Fig. 13',
      quantity: 'output sparsity only over input sparsity only, speed',
      paper: singleSparsity.value,
      model: output.speedup / input.speedup,
      unit: 'ratio',
      kind: 'prediction',
      agrees: Math.abs(output.speedup / input.speedup - 1) <= 0.1,
      note: 'within 10 % counts as similar',
    },
    row('output sparsity only over dense, speed', output.speedup, 'ratio'),
    row('input sparsity only over dense, speed', input.speedup, 'ratio'),
    row('output sparsity only over dense, energy', output.energySaving, 'ratio'),
    row('input sparsity only over dense, energy', input.energySaving, 'ratio'),
    {
      id: 'Fig. 13',
      quantity: 'leakage, share of the energy with both sparsities',
      paper: leakage.value,
      model: leakageShare(both),
      unit: '%',
      kind: 'prediction',
      agrees: leakageShare(both) > 33 && both.tileEnergy_pJ.glbLeakage > both.tileEnergy_pJ.logicLeakage,
      note: `at 360 K; dense ${leakageShare(dense).toFixed(0)} %. Huge: above a third, buffers more than logic`,
    },
    {
      id: 'Fig. 13',
      quantity: 'PE array with Acc, share of the dense engine’s energy',
      paper: densePeArray.value,
      model: arrayShare(dense),
      unit: '%',
      kind: 'prediction',
      agrees: arrayShare(dense) > 50,
    },
    {
      id: 'Fig. 13',
      quantity: 'PE array with Acc, input sparsity only over output sparsity only, energy',
      paper: inputOnlyPeArray.value,
      model: arrayEnergy(input) / arrayEnergy(output),
      unit: 'ratio',
      kind: 'prediction',
      agrees: arrayEnergy(input) > arrayEnergy(output),
      note: 'the paper says much higher; here only the Acc adds more partial sums',
    },
    {
      id: 'Fig. 13',
      quantity: 'area grows with the PE group size, the buffer does not',
      paper: bufferArea.value,
      model: `${groups.map(({ area_mm2 }) => area_mm2.total.toFixed(1)).join(', ')} mm2 for 1, 2, 4, 8 PEs; buffer ${glb[0]!.toFixed(2)}`,
      kind: 'prediction',
      agrees:
        groups.every((point, i) => i === 0 || point.area_mm2.total > groups[i - 1]!.area_mm2.total) &&
        new Set(glb).size === 1,
    },
    ...groups.map((point) =>
      row(`area with ${point.groupSize} PEs a group`, point.area_mm2.total, 'mm2', 'k_area, calibrated'),
    ),
    ...tiles.flatMap((point) => [
      row(`${point.tile}×${point.tile} tiles: both over dense, speed`, point.speedup, 'ratio'),
      row(`${point.tile}×${point.tile} tiles: area`, point.area_mm2.total, 'mm2', 'k_area, calibrated'),
    ]),
  ]
  return {
    rows,
    series: [
      {
        title: 'Area by PE group size',
        caption: 'The PEs and their buffers grow, the global buffer does not.',
        mark: 'stack',
        x: 'PEs per group',
        y: 'mm²',
        points: groups.flatMap(({ groupSize, area_mm2: { total: _, ...parts } }) =>
          Object.entries(parts).map(([series, y]) => ({ x: String(groupSize), y: y as number, series })),
        ),
      },
      {
        title: 'Energy of a tile',
        caption: 'The four Backward Engines at 75 % / 75 % zeros; k_energy calibrated.',
        mark: 'stack',
        x: 'engine',
        y: 'nJ',
        points: points.flatMap(({ mode, tileEnergy_pJ: { total: _, ...parts } }) =>
          Object.entries(parts).map(([series, y]) => ({ x: words[mode], y: (y as number) / 1e3, series })),
        ),
      },
    ],
  }
}
