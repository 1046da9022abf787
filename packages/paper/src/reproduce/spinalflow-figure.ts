import { measuredStage, streamedStage, sumTallies, timesAsOften } from '@h2learn/accelerator'
import {
  elapsed,
  leakageEnergy,
  leakagePower,
  type PricedAction,
  type PricedPart,
  priceArea,
  priceEnergy,
  spinalFlowReference,
  type Tally,
  withSpinalFlowPrices,
} from '@h2learn/cost-model'
import { type Cycles, cycles, picoJoules } from '@h2learn/hw'
import { forwardWhatIf } from '@h2learn/lut-pe'
import { defaultNeuron, type Layer, rng, type Spikes, setBit, sizeOf, tensor, type Weights } from '@h2learn/snn-core'
import { spinalFlowEngine } from '@h2learn/spinalflow'
import type { Reproduction } from '../compare/reproduced'
import { paper } from '../published'
import { benchmarkNetwork } from '../roofline'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'
import { recordedRun } from './sparsities'

const samples = 4

/** Spikes of a layer's input, drawn at a density. */
const drawnSpikes = ({ C, H, W }: Layer, T: number, density: number): Spikes => {
  const spikes = tensor('TBCHW', 'bit', { T, B: 1, C, H, W })
  const random = rng(C * 1000 + H)
  const bits = sizeOf('TBCHW', spikes.shape)
  for (let i = 0; i < bits; i++) if (random.next() < density) setBit(spikes.data, i)
  return spikes
}

/** Weights that nothing looks at: cycles and counts of both machines do not depend on them. */
const noWeights = ({ K, C, R, S }: Layer): Weights<'f16'> => tensor('KCRS', 'f16', { K, C, R, S })

/** Time, energy and area of a machine on all layers but the encoding one, per sample. */
interface MachineFigures {
  readonly seconds: number
  readonly energy_J: number
  readonly area_mm2: number
}

const layersOf = () => benchmarkNetwork('CIFAR10').layers.filter(({ encoding }) => !encoding)
const T = paper.networks.CIFAR10.T

/** SpinalFlow on drawn spikes. */
const spinalFlow = ({ chip }: ReproduceContext, densities: readonly number[]): MachineFigures => {
  const engine = spinalFlowEngine()
  const prices = withSpinalFlowPrices(chip.prices)
  const { kArea, kEnergy } = chip.calibration
  const { clock } = spinalFlowReference
  const works = layersOf().map((layer, i) =>
    engine.measure({
      layer,
      T,
      B: 1,
      input: { kind: 'spikes', data: drawnSpikes(layer, T, densities[i]!) },
      weights: noWeights(layer),
      neuron: defaultNeuron,
    }),
  )
  const taken: Cycles = cycles(works.reduce((sum, work) => sum + engine.time(work).latency, 0))
  const seconds = elapsed(taken, clock)
  const spent = works.reduce((sum, work) => sum + priceEnergy(engine.count(work), prices, kEnergy).total, 0)
  const leak = leakageEnergy(leakagePower(engine.parts, prices).total, seconds)
  return {
    seconds,
    energy_J: picoJoules(spent + leak) * 1e-12,
    area_mm2: priceArea(engine.parts, prices, kArea).total,
  }
}

/** The Forward Engine on the same layers; its array takes every position, spike or not. */
const forward = ({ chip }: ReproduceContext): MachineFigures => {
  const engine = chip.engines.forward
  const { kArea, kEnergy } = chip.calibration
  const stages = layersOf().map((layer) =>
    streamedStage(
      chip,
      measuredStage('forward', engine, layer.name, forwardWhatIf({ layer, T, B: samples, outputDensity: 1 })),
    ),
  )
  const taken: Cycles = cycles(stages.reduce((sum, stage) => sum + stage.cycles, 0))
  const seconds = taken / chip.clockHz
  const counts = timesAsOften<PricedAction>(1 / samples, sumTallies(stages.map((stage) => stage.counts)))
  const parts = engine.parts as Tally<PricedPart>
  const leak = leakagePower(parts, chip.prices).total * (seconds / samples)
  return {
    seconds: seconds / samples,
    energy_J: priceEnergy(counts, chip.prices, kEnergy).total * 1e-12 + leak,
    area_mm2: priceArea(parts, chip.prices, kArea).total,
  }
}

/** Spikes per neuron and timestep that initial weights are set to, and the range of trained networks. */
const usual = 0.15
const range = [0.05, 0.1, 0.15, 0.2, 0.3] as const

/** Fig. 15(a): the Forward Engine against SpinalFlow on CIFAR10, without the encoding layer, which SpinalFlow cannot. */
export const spinalFlowFigure = (context: ReproduceContext): FigureParts => {
  const ours = forward(context)
  const layers = layersOf()
  const at = (density: number) =>
    spinalFlow(
      context,
      layers.map(() => density),
    )
  const swept = range.map((density) => ({ density, figures: at(density) }))
  const theirs = swept.find(({ density }) => density === usual)!.figures
  const recorded = recordedRun(context.own, 'CIFAR10')?.firingRates
  const trained = recorded && spinalFlow(context, recorded.slice(0, layers.length))
  const areaTime = ({ area_mm2, seconds }: MachineFigures) => area_mm2 * seconds
  const areaRatio = (figures: MachineFigures) => areaTime(figures) / areaTime(ours)
  const energyRatio = (figures: MachineFigures) => figures.energy_J / ours.energy_J
  const over = (of: (figures: MachineFigures) => number) => {
    const values = swept.map(({ figures }) => of(figures))
    return { model: of(theirs), low: Math.min(...values), high: Math.max(...values) }
  }
  const quoted = { ...theirs, area_mm2: spinalFlowReference.area, energy_J: spinalFlowReference.power * theirs.seconds }
  const note = `drawn spikes, ${usual} per neuron and timestep (range ${range[0]} to ${range.at(-1)}); layers after the encoding one; SpinalFlow at 200 MHz (unverified)`
  const row = (
    quantity: string,
    values: { model: number; low?: number; high?: number },
    unit: string,
    more = note,
  ): Reproduction => ({
    id: 'Fig. 15(a)',
    quantity,
    paper: null,
    ...values,
    unit,
    kind: 'estimate',
    note: more,
  })
  return {
    rows: [
      {
        id: 'Fig. 15(a)',
        quantity: 'area at equal throughput, SpinalFlow over Forward Engine',
        paper: paper.cifar10.spinalFlow.value,
        ...over(areaRatio),
        unit: 'ratio',
        kind: 'estimate',
        agrees: areaRatio(theirs) > 1,
        note,
      },
      {
        id: 'Fig. 15(a)',
        quantity: 'energy per sample, SpinalFlow over Forward Engine',
        paper: paper.cifar10.spinalFlow.value,
        ...over(energyRatio),
        unit: 'ratio',
        kind: 'estimate',
        agrees: energyRatio(theirs) > 1,
        note,
      },
      row(
        'time per sample, SpinalFlow over Forward Engine',
        over(({ seconds }) => seconds / ours.seconds),
        'ratio',
      ),
      row(
        'area, SpinalFlow over Forward Engine',
        { model: theirs.area_mm2 / ours.area_mm2 },
        'ratio',
        'bare areas: SpinalFlow is the smaller and far slower machine',
      ),
      row(
        'energy per sample with the quoted 162 mW, over Forward Engine',
        { model: energyRatio(quoted) },
        'ratio',
        spinalFlowReference.source,
      ),
      row(
        'area at equal throughput with the quoted 2.09 mm2, over Forward Engine',
        { model: areaRatio(quoted) },
        'ratio',
        spinalFlowReference.source,
      ),
      row(
        'area of SpinalFlow by our unit costs',
        { model: theirs.area_mm2 },
        'mm2',
        `quoted ${spinalFlowReference.area} mm2, ${spinalFlowReference.source}`,
      ),
      row(
        'energy per sample, Forward Engine',
        { model: ours.energy_J * 1e6 },
        'uJ',
        'dynamic and leakage of the engine alone',
      ),
      ...(trained === undefined
        ? []
        : [
            row(
              'energy per sample at the firing rates of our own training, over Forward Engine',
              { model: energyRatio(trained) },
              'ratio',
              'rates of every layer from the last recorded step of our CIFAR10 run',
            ),
          ]),
    ],
    series: [
      {
        title: 'SpinalFlow over Forward Engine',
        caption:
          'Energy, and area at equal throughput, by spikes per neuron and timestep; the Forward Engine takes the same time at any rate.',
        mark: 'line',
        x: 'spikes per neuron and timestep',
        y: 'ratio',
        points: swept.flatMap(({ density, figures }) => [
          { x: density, y: energyRatio(figures), series: 'energy per sample' },
          { x: density, y: areaRatio(figures), series: 'area at equal throughput' },
        ]),
      },
    ],
    notes: [
      'SpinalFlow infers only, codes in time and cannot take the encoding layer; its parameters come from third parties and are unverified.',
      'Both machines are priced with the same unit costs and the same calibrated factors.',
    ],
  }
}
