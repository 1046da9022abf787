import { calibrate, peakThroughput } from '@h2learn/accelerator'
import { bufferLeakage, splitPower } from '@h2learn/cost-model'
import { forwardEngine } from '@h2learn/lut-pe'
import { backwardConfig, backwardEngine } from '@h2learn/sparse-backward'
import { weightUpdateEngine } from '@h2learn/weight-update'
import type { Reproduction } from '../compare/reproduced'
import { paper } from '../published'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

const roles = {
  forward: { role: 'forward', name: 'Forward Engine' },
  weightUpdate: { role: 'weight-update', name: 'Weight Update Engine' },
  backward: { role: 'backward', name: 'Backward Engine' },
} as const
const names = Object.keys(roles) as (keyof typeof roles)[]

/** What the engines of the model are made of, under the names of Table VII. */
const counted = () => {
  const [forward, update, backward] = [forwardEngine(), weightUpdateEngine(), backwardEngine()]
  const { rows, cols, groupSize } = backwardConfig()
  const { config: f } = forward
  const { config: u } = update
  return {
    forward: {
      rows: f.rows,
      cols: f.cols,
      subLuts: f.subLutInputs.length,
      subLutBytes: 2 ** f.subLutInputs[0]! * 2,
      adders: forward.parts['acc.adder'] / f.lanes,
      parallelism: f.lanes,
      somas: forward.parts['soma.lane'] / f.lanes,
      glb: forward.glbKiB,
    },
    weightUpdate: {
      rows: u.rows,
      cols: u.cols,
      subLuts: u.subLutInputs.length,
      subLutBytes: 2 ** u.subLutInputs[0]! * 2,
      adders: update.parts['acc.adder'] / u.lanes,
      parallelism: u.lanes,
      glb: update.glbKiB,
    },
    backward: {
      rows,
      cols,
      groupSize,
      outputFinders: backward.parts.outputFinder,
      inputFinders: backward.parts.inputFinder,
      macs: backward.parts['mac.multiplier'],
      adders: backward.parts['acc.adder'],
      grads: backward.parts['grad.unit'],
      glb: backward.glbKiB,
    },
  }
}

const countRows = (): readonly Reproduction[] => {
  const ours = counted()
  return names.flatMap((engine) =>
    Object.entries<number>(ours[engine]).map(([part, model]): Reproduction => {
      const printed = (paper.engines[engine] as Record<string, { value: number; unit: string; note?: string }>)[part]!
      return {
        id: 'Table VII',
        quantity: `${roles[engine].name}: ${part}`,
        paper: printed.value,
        model,
        unit: printed.unit,
        kind: 'identity',
        note: printed.note,
      }
    }),
  )
}

/** Table VII: counts of the engines and their areas. */
export const engineTable = ({ chip, spread }: ReproduceContext): FigureParts => {
  const areas = names.map((engine): Reproduction => {
    const { role, name } = roles[engine]
    const published = paper.engines[engine].area.value
    const parts = chip.engines[engine].parts
    const fitted = (of: typeof chip.calibration) => of.area.engines.find((fit) => fit.name === engine)!.model as number
    return {
      id: 'Table VII',
      quantity: `area of the ${name}`,
      paper: published,
      ...spread((table) => fitted(calibrate(table))),
      unit: 'mm2',
      kind: 'calibrated',
      note: `k_area, one constant on three areas; buffers ${((parts['glb.KiB'] ?? 0) / 1).toFixed(1)} KiB of it ${chip.area[role].buffers.toFixed(2)} mm2`,
    }
  })
  return {
    rows: [...countRows(), ...areas],
    series: [
      {
        title: 'Areas of the engines',
        caption: 'Printed areas beside the model’s, whose one constant is fitted to them.',
        mark: 'bar',
        x: 'engine',
        y: 'mm²',
        points: names.flatMap((engine) => [
          { x: roles[engine].name, y: paper.engines[engine].area.value, series: 'paper' },
          { x: roles[engine].name, y: chip.area[roles[engine].role].total, series: 'model' },
        ]),
      },
    ],
  }
}

/** Table VIII: the chip as a whole, beside the V100's own figures, which the model does not touch. */
export const chipTable = ({ chip, spread }: ReproduceContext): FigureParts => {
  const { power, area } = chip.calibration
  const { engines } = power
  const row = (
    quantity: string,
    published: number,
    model: number,
    unit: string,
    kind: Reproduction['kind'],
    note?: string,
  ) => ({ id: 'Table VIII', quantity, paper: published, model, unit, kind, note }) satisfies Reproduction
  const part = (quantity: string, model: number, note?: string): Reproduction => ({
    id: 'Table VIII',
    quantity,
    paper: null,
    model,
    unit: 'W',
    kind: 'not printed',
    note,
  })
  const bufferKiB = names.reduce((sum, engine) => sum + chip.engines[engine].glbKiB, 0)
  const splits = [
    ...engines.map((split) =>
      part(`power of the ${roles[split.name as keyof typeof roles].name}, all busy`, splitPower(split)),
    ),
    part('of it arithmetic, storage and clock', power.total.logic, 'k_energy, calibrated'),
    part('of it accesses of the global buffers', power.total.bufferAccesses),
    part('of it leakage of the global buffers', power.total.bufferLeakage, 'CACTI at 360 K'),
    part('of it leakage of the logic', power.total.logicLeakage),
    ...[300, 330, 345, 360].map((temperature) =>
      part(
        `leakage of the global buffers at ${temperature} K`,
        (bufferLeakage(temperature) * bufferKiB) / 1e3,
        temperature === 345 ? 'interpolated' : 'CACTI',
      ),
    ),
  ]
  return {
    rows: [
      {
        ...row('area of the chip', paper.chip.area.value, area.total.model, 'mm2', 'calibrated'),
        ...spread((table) => calibrate(table).area.total.model),
        note: 'sum of the three fitted areas',
      },
      row('clock', paper.chip.clock.value / 1e6, chip.clockHz / 1e6, 'MHz', 'identity'),
      row('memories', paper.chip.memories.value, chip.memoryNames.pair.length + 1, 'memories', 'identity'),
      row('bandwidth of each memory', paper.chip.memoryBandwidth.value, chip.memory.bandwidthGBps, 'GB/s', 'identity'),
      row(
        'peak throughput',
        paper.chip.throughput.value,
        peakThroughput(chip) / 1e12,
        'TFLOPS',
        'identity',
        'adders, and MACs twice, times the clock',
      ),
      row(
        'power, all engines busy',
        paper.chip.power.value,
        splitPower(power.total),
        'W',
        'calibrated',
        'k_energy, one constant, Backward dense; off-chip memory apart',
      ),
      ...splits,
      ...(
        [
          ['area of V100', 'area', 'mm2', 1],
          ['clock of V100', 'clock', 'MHz', 1e-6],
          ['memory bandwidth of V100', 'memoryBandwidth', 'GB/s', 1],
          ['peak throughput of V100', 'throughput', 'TFLOPS', 1],
          ['board power of V100', 'power', 'W', 1],
        ] as const
      ).map(
        ([quantity, key, unit, scale]): Reproduction => ({
          id: 'Table VIII',
          quantity,
          paper: paper.v100[key].value * scale,
          model: null,
          unit,
          kind: 'identity',
          note: 'a given of the comparison; not modelled',
        }),
      ),
    ],
    series: [
      {
        title: 'Where 20.57 W go',
        caption:
          'All engines busy, Backward dense; the sum is calibrated, the split is what the unit costs make of it.',
        mark: 'stack',
        x: 'engine',
        y: 'W',
        points: engines.flatMap((split) =>
          (
            [
              ['logic', split.logic],
              ['buffer accesses', split.bufferAccesses],
              ['buffer leakage', split.bufferLeakage],
              ['logic leakage', split.logicLeakage],
            ] as const
          ).map(([series, y]) => ({ x: roles[split.name as keyof typeof roles].name, y, series })),
        ),
      },
    ],
  }
}
