import { calibrate } from '@h2learn/accelerator'
import {
  clockEnergy,
  leakageEnergy,
  leakagePower,
  type PriceTable,
  priceEnergy,
  type Seconds,
} from '@h2learn/cost-model'
import { cycles } from '@h2learn/hw'
import {
  type BackwardActivity,
  backwardEngine,
  backwardTileActivity,
  denseBackwardEngine,
} from '@h2learn/sparse-backward'
import { paper } from '../published'

/** Random tiles: enough that their mean is known to half a percent. */
const trials = 200

/** What an array does to a tile does not depend on prices. */
let activities: Readonly<Record<'dense' | 'both', BackwardActivity>> | undefined

const known = () => {
  const share = paper.backward.sparsity.value / 100
  const of = (mode: 'dense' | 'both') =>
    backwardTileActivity(mode, { outputSparsity: share, inputSparsity: share, trials })
  activities ??= { dense: of('dense'), both: of('both') }
  return activities
}

/**
 * Energy of the dense Backward Engine over that of the sparse one at 75 % / 75 % (Fig. 13b): actions, ungated clocks and
 * leakage; `k_energy` fitted to the printed power for the price table at hand.
 */
export const backwardEnergySaving = (table: PriceTable): number => {
  const { kEnergy } = calibrate(table)
  const energy = (mode: 'dense' | 'both') => {
    const { counts, cycles: taken } = known()[mode]
    const { parts } = mode === 'dense' ? denseBackwardEngine() : backwardEngine()
    const time = (taken / paper.chip.clock.value) as Seconds
    return (
      priceEnergy(counts, table, kEnergy).total +
      clockEnergy(parts, cycles(taken), table, kEnergy) +
      leakageEnergy(leakagePower(parts, table).total, time)
    )
  }
  return energy('dense') / energy('both')
}
