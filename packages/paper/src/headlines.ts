import { accelerator, peakThroughput } from '@h2learn/accelerator'
import { lutAreaRatio, lutEnergyRatio, type PriceTable, priceSpread, priceTable, splitPower } from '@h2learn/cost-model'
import { cycles } from '@h2learn/hw'
import { adderForwardEngine, busyAdderForwardActivity, busyForwardActivity, forwardEngine } from '@h2learn/lut-pe'
import {
  adderWeightUpdateEngine,
  busyAdderWeightUpdateActivity,
  busyWeightUpdateActivity,
  weightUpdateEngine,
} from '@h2learn/weight-update'
import { analyticBenchmark } from './benchmark'
import { calibrateFill } from './calibrate-fill'
import { type ComparisonRow, compareWithPaper } from './compare/compare'
import { paper } from './published'
import { backwardEnergySaving } from './reproduce/backward-energy'

const one = cycles(1)

const forwardSides = {
  lut: { counts: busyForwardActivity(), parts: forwardEngine().parts, cycles: one },
  nonLut: { counts: busyAdderForwardActivity(), parts: adderForwardEngine().parts, cycles: one },
}
const updateSides = {
  lut: { counts: busyWeightUpdateActivity(), parts: weightUpdateEngine().parts, cycles: one },
  nonLut: { counts: busyAdderWeightUpdateActivity(), parts: adderWeightUpdateEngine().parts, cycles: one },
}

const areaRatio = ({ lut, nonLut }: typeof forwardSides | typeof updateSides, table: PriceTable) =>
  lutAreaRatio({ lut: lut.parts, nonLut: nonLut.parts, table })
const energyRatio = ({ lut, nonLut }: typeof forwardSides | typeof updateSides, table: PriceTable) =>
  lutEnergyRatio({ lut, nonLut, table } as Parameters<typeof lutEnergyRatio>[0])

/**
 * The headline figures of the paper beside the model's, with their kind: identities, calibrated figures and predictions;
 * predictions of the cost model with their range over the reasonable unit costs. Misses stay visible.
 */
export const headlineComparisons = (): readonly ComparisonRow[] => {
  const chip = accelerator({ prices: priceTable() })
  const { area, calibration } = chip
  const { lut, backward, engines, againstV100 } = paper
  const power = splitPower(calibration.power.total)
  const predicted = (id: string, quantity: string, published: number, of: (table: PriceTable) => number) => {
    const { value, low, high } = priceSpread(of)
    return { id, quantity, paper: published, model: value, unit: '', kind: 'prediction', low, high } as const
  }
  const calibrated = (id: string, quantity: string, published: number, model: number, unit: string) =>
    ({ id, quantity, paper: published, model, unit, kind: 'calibrated' }) as const
  const fill = calibrateFill()
  const sparsity = `${backward.sparsity.value} %`
  return compareWithPaper([
    {
      id: 'Table VIII throughput',
      quantity: 'peak throughput',
      paper: paper.chip.throughput.value,
      model: peakThroughput(chip) / 1e12,
      unit: 'TFLOPS',
      kind: 'identity',
    },
    calibrated(
      'Table VII Forward area',
      'area of the Forward Engine',
      engines.forward.area.value,
      area.forward.total,
      'mm2',
    ),
    calibrated(
      'Table VII Weight Update area',
      'area of the Weight Update Engine',
      engines.weightUpdate.area.value,
      area['weight-update'].total,
      'mm2',
    ),
    calibrated(
      'Table VII Backward area',
      'area of the Backward Engine',
      engines.backward.area.value,
      area.backward.total,
      'mm2',
    ),
    calibrated('Table VIII area', 'area of the chip', paper.chip.area.value, area.total_mm2, 'mm2'),
    calibrated('Table VIII power', 'power, all engines busy', paper.chip.power.value, power, 'W'),
    calibrated(
      'Fig. 13 speed',
      `Backward Engine, ${sparsity}/${sparsity} against dense: speed`,
      backward.speedup.value,
      fill.speedup,
      '',
    ),
    predicted(
      'Fig. 13 energy',
      `Backward Engine, ${sparsity}/${sparsity} against dense: energy`,
      backward.energy.value,
      backwardEnergySaving,
    ),
    predicted('Fig. 11 Forward area', 'Forward Engine, LUT against adders: area', lut.forwardArea.value, (table) =>
      areaRatio(forwardSides, table),
    ),
    predicted(
      'Fig. 11 Forward energy',
      'Forward Engine, LUT against adders: energy',
      lut.forwardEnergy.value,
      (table) => energyRatio(forwardSides, table),
    ),
    predicted(
      'Fig. 11 Weight Update area',
      'Weight Update Engine, LUT against adders: area',
      lut.weightUpdateArea.value,
      (table) => areaRatio(updateSides, table),
    ),
    predicted(
      'Fig. 11 Weight Update energy',
      'Weight Update Engine, LUT against adders: energy',
      lut.weightUpdateEnergy.value,
      (table) => energyRatio(updateSides, table),
    ),
    ...(['MNIST', 'CIFAR10', 'ImageNet'] as const).map((name) => ({
      id: `Fig. 16 ${name}`,
      quantity: `speed-up over V100, ${name} (sparsities of Table III)`,
      paper: againstV100.speedup.value,
      model: analyticBenchmark(name).speedup!.scheduled,
      unit: '',
      kind: 'prediction' as const,
    })),
    {
      id: 'Fig. 16 area',
      quantity: 'area of V100 / printed area of the chip',
      paper: againstV100.area.value,
      model: paper.v100.area.value / paper.chip.area.value,
      unit: '',
      kind: 'identity',
    },
  ])
}
