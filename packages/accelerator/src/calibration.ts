import { calibrationTargets, fitArea, fitEnergy, type Hertz, type PriceTable, type Watts } from '@h2learn/cost-model'
import { cycles, squareMillimetres } from '@h2learn/hw'
import { busyForwardActivity, forwardEngine } from '@h2learn/lut-pe'
import { backwardEngine, busyBackwardActivity } from '@h2learn/sparse-backward'
import { busyWeightUpdateActivity, weightUpdateEngine } from '@h2learn/weight-update'
import type { Calibration } from './api'

const known = new WeakMap<PriceTable, Calibration>()

/**
 * Fits `k_area` and `k_energy` on the paper's own engines: three printed areas, and the printed power with all engines
 * busy and the Backward Engine dense (assumption: the paper does not say). The constants belong to the price table and
 * the technology, so a chip with other engines keeps them; a table that brings factors of its own keeps those.
 */
export const calibrate = (table: PriceTable): Calibration => {
  const before = known.get(table)
  if (before) return before
  const engines = {
    forward: { engine: forwardEngine(), activity: { counts: busyForwardActivity(), cycles: 1 } },
    weightUpdate: { engine: weightUpdateEngine(), activity: { counts: busyWeightUpdateActivity(), cycles: 1 } },
    backward: { engine: backwardEngine(), activity: busyBackwardActivity() },
  }
  const names = ['forward', 'weightUpdate', 'backward'] as const
  const area = fitArea({
    engines: names.map((name) => ({
      name,
      parts: engines[name].engine.parts,
      printedArea: squareMillimetres(calibrationTargets.areas[name].value),
    })),
    table,
    ...(table.factors && { kArea: table.factors.kArea }),
  })
  const power = fitEnergy({
    activities: names.map((name) => ({
      name,
      counts: engines[name].activity.counts,
      cycles: cycles(engines[name].activity.cycles),
      parts: engines[name].engine.parts,
    })),
    clock: calibrationTargets.clock.value as Hertz,
    printedPower: calibrationTargets.power.value as Watts,
    table,
    ...(table.factors && { kEnergy: table.factors.kEnergy }),
  })
  const calibration = { kArea: area.kArea, kEnergy: power.kEnergy, area, power }
  known.set(table, calibration)
  return calibration
}
