import type { Reproduction } from '../compare/reproduced'
import { lutDesignChoices } from '../design-space/flips'
import { bestLutDesign, type LutEngineName, lutDesignPoint, lutDesignSpace } from '../design-space/lut'
import { subLutText } from '../design-space/rows'
import { lutEngineSplit } from '../design-space/split'
import { paper } from '../published'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

const engines = { forward: 'Forward Engine', weightUpdate: 'Weight Update Engine' } as const
const names = Object.keys(engines) as LutEngineName[]

/** Printed ratios and settings of the engines. */
const printed = {
  forward: { area: paper.lut.forwardArea, energy: paper.lut.forwardEnergy, best: paper.lut.forwardSubLuts },
  weightUpdate: {
    area: paper.lut.weightUpdateArea,
    energy: paper.lut.weightUpdateEnergy,
    best: paper.lut.weightUpdateSubLuts,
  },
} as const

const spaces = (engine: LutEngineName) => lutDesignSpace({ engine })

/** Fig. 11: which sub-LUTs are best, and what they save at parallelism 4. */
export const lutDesignFigure = ({ spread }: ReproduceContext): FigureParts => {
  const rows = names.flatMap((engine): readonly Reproduction[] => {
    const { area, energy, best } = printed[engine]
    const points = spaces(engine)
    const chosen = bestLutDesign(points, 'energy')
    const byArea = bestLutDesign(points, 'area')
    const choices = lutDesignChoices(engine)
    const kept = choices.filter(({ asDefault }) => asDefault).length
    const note = 'PEs and Acc only, parallelism 4; the range is that over the unit costs'
    return [
      {
        id: 'Fig. 11',
        quantity: `${engines[engine]}: best number of sub-LUTs, by energy`,
        paper: best.value,
        model: chosen.subLuts,
        unit: 'sub-LUTs per PE',
        kind: 'prediction',
        note: `${subLutText(chosen.subLutInputs)} inputs; the same number wins under ${kept} of ${choices.length} other choices`,
      },
      {
        id: 'Fig. 11',
        quantity: `${engines[engine]}: best number of sub-LUTs, by area`,
        paper: best.value,
        model: byArea.subLuts,
        unit: 'sub-LUTs per PE',
        kind: 'prediction',
        note: `${subLutText(byArea.subLutInputs)} inputs; against ${best.value} sub-LUTs ${(100 * (byArea.areaSaving / points.find((p) => p.subLuts === best.value)!.areaSaving - 1)).toFixed(1)} % less area`,
      },
      {
        id: 'Fig. 11',
        quantity: `${engines[engine]}: non-LUT over LUT, area`,
        paper: area.value,
        ...spread((table) => lutDesignPoint({ engine }, table).areaSaving),
        unit: 'ratio',
        kind: 'prediction',
        note,
      },
      {
        id: 'Fig. 11',
        quantity: `${engines[engine]}: non-LUT over LUT, energy`,
        paper: energy.value,
        ...spread((table) => lutDesignPoint({ engine }, table).energySaving),
        unit: 'ratio',
        kind: 'prediction',
        note,
      },
      {
        id: 'Fig. 11',
        quantity: `${engines[engine]}: non-LUT over LUT, energy of a whole layer`,
        paper: null,
        ...spread((table) => lutDesignPoint({ engine }, table).layerEnergySaving),
        unit: 'ratio',
        kind: 'not printed',
        note: 'filling of the sub-LUTs included; 128 to 128 channels of 16×16',
      },
    ]
  })
  return {
    rows,
    series: names.map((engine) => ({
      title: `Sub-LUTs of the ${engines[engine]}`,
      caption: `Area and energy of PEs and Acc relative to the non-LUT design; the paper takes ${printed[engine].best.value}.`,
      mark: 'line',
      x: 'sub-LUTs per PE',
      y: 'relative to non-LUT',
      logY: true,
      points: spaces(engine).flatMap((point) => [
        { x: point.subLuts, y: 1 / point.areaSaving, series: 'area' },
        { x: point.subLuts, y: 1 / point.energySaving, series: 'energy' },
      ]),
    })),
  }
}

const lanes = [1, 2, 4, 8] as const

/** Fig. 12: what parallelism does to area, energy and throughput. */
export const lutParallelismFigure = (_: ReproduceContext): FigureParts => {
  const points = names.flatMap((engine) => lutDesignSpace({ engine, lanes }))
  const rows = names.flatMap((engine) =>
    lanes.flatMap((parallelism): readonly Reproduction[] => {
      const point = points.find(
        (p) => p.engine === engine && p.lanes === parallelism && p.subLuts === printed[engine].best.value,
      )!
      const one = points.find((p) => p.engine === engine && p.lanes === 1 && p.subLuts === point.subLuts)!
      const at = `${engines[engine]}, parallelism ${parallelism}`
      const paperAt = (value: number) => (parallelism === 4 ? value : null)
      const kind = parallelism === 4 ? 'prediction' : 'not printed'
      return [
        {
          id: 'Fig. 12',
          quantity: `${at}: area saving`,
          paper: paperAt(printed[engine].area.value),
          model: point.areaSaving,
          unit: 'ratio',
          kind,
        },
        {
          id: 'Fig. 12',
          quantity: `${at}: energy saving`,
          paper: paperAt(printed[engine].energy.value),
          model: point.energySaving,
          unit: 'ratio',
          kind,
        },
        {
          id: 'Fig. 12',
          quantity: `${at}: area of PEs and Acc`,
          paper: null,
          model: point.area_mm2,
          unit: 'mm2',
          kind: 'not printed',
          note: 'k_area, calibrated',
        },
        {
          id: 'Fig. 12',
          quantity: `${at}: throughput over parallelism 1`,
          paper: null,
          model: one.layerCycles / point.layerCycles,
          unit: 'ratio',
          kind: 'not printed',
          note: 'compute cycles of the reference layer, fill of the sub-LUTs included',
        },
      ]
    }),
  )
  const splits = names.flatMap((engine) =>
    (['LUT', 'non-LUT'] as const).flatMap((design) => lutEngineSplit(engine, design)),
  )
  return {
    rows,
    series: [
      {
        title: 'Area by component',
        caption: 'LUT engines beside their non-LUT baselines, parallelism 4 (calibrated factor, split predicted).',
        mark: 'stack',
        x: 'engine',
        y: 'mm²',
        points: splits.map(({ engine, design, component, area_mm2 }) => ({
          x: `${engines[engine]}, ${design}`,
          y: area_mm2,
          series: component,
        })),
      },
      {
        title: 'Power by component',
        caption: 'Every PE busy, leakage included.',
        mark: 'stack',
        x: 'engine',
        y: 'W',
        points: splits.map(({ engine, design, component, dynamic_W, leakage_W }) => ({
          x: `${engines[engine]}, ${design}`,
          y: dynamic_W + leakage_W,
          series: component,
        })),
      },
    ],
  }
}
