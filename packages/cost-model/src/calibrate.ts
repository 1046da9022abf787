import type { Cycles, SquareMillimetres } from '@h2learn/hw'
import { ConfigError, requireInteger, squareMillimetres } from '@h2learn/hw'
import type { FixedAction, Hertz, PricedPart, PriceTable, RegisterRead, Watts } from './api'
import { priceArea } from './area'
import { clockEnergy, priceEnergy } from './energy'
import { leakagePower } from './leakage'
import type { Tally } from './prices'
import { averagePower, elapsed, watts } from './quantities'

/** (model / printed − 1) in percent. */
const errorPct = (model: number, printed: number) => 100 * (model / printed - 1)

/** One engine's printed area beside the fitted one. */
export interface AreaResidual {
  readonly name: string
  readonly printed: SquareMillimetres
  readonly model: SquareMillimetres
  readonly error_pct: number
}

/** `k_area` with the residuals it leaves. */
export interface AreaFit {
  readonly kArea: number
  readonly engines: readonly AreaResidual[]
  readonly total: AreaResidual
}

/**
 * `k_area`: the factor on logic that brings the engine areas nearest to the printed ones, least squares of relative errors.
 * Minimises Σ (k·L/P + G/P − 1)², so k = Σ L(P − G)/P² / Σ (L/P)²   with L logic, G buffers, P printed.
 * One constant for all engines; the buffers' price is not fitted (it would come out below the bit cell).
 * @throws ConfigError when there is nothing to fit, or when the buffers alone exceed the printed areas
 */
export const fitArea = (input: {
  readonly engines: readonly {
    readonly name: string
    readonly parts: Tally<PricedPart>
    readonly printedArea: SquareMillimetres
  }[]
  readonly table: PriceTable
  /** A factor to take as it is instead of fitting one; the residuals are then those it leaves. */
  readonly kArea?: number
}): AreaFit => {
  const bare = input.engines.map(({ name, parts, printedArea }) => {
    if (!(printedArea > 0))
      throw new ConfigError({
        where: `cost-model/fitArea: ${name}`,
        expected: 'a printed area above 0 mm2',
        got: String(printedArea),
      })
    const { logic, buffers } = priceArea(parts, input.table, 1)
    return { name, printed: printedArea, logic, buffers }
  })
  const over = bare.reduce(
    (sum, { logic, buffers, printed }) => sum + (logic * (printed - buffers)) / (printed * printed),
    0,
  )
  const under = bare.reduce((sum, { logic, printed }) => sum + (logic / printed) * (logic / printed), 0)
  const kArea = input.kArea ?? over / under
  if (!(kArea > 0))
    throw new ConfigError({
      where: 'cost-model/fitArea',
      expected: 'engines with logic, and buffers below the printed areas',
      got: `k_area ${kArea}`,
    })
  const residual = (name: string, printed: number, model: number): AreaResidual => ({
    name,
    printed: squareMillimetres(printed),
    model: squareMillimetres(model),
    error_pct: errorPct(model, printed),
  })
  const engines = bare.map(({ name, printed, logic, buffers }) => residual(name, printed, kArea * logic + buffers))
  const sumOf = (key: 'printed' | 'model') => engines.reduce((sum, engine) => sum + engine[key], 0)
  return { kArea, engines, total: residual('total', sumOf('printed'), sumOf('model')) }
}

/** Where one engine's power goes, after the fit. */
export interface PowerSplit {
  readonly name: string
  /** Logic actions and ungated clocks, times `k_energy`. */
  readonly logic: Watts
  readonly bufferAccesses: Watts
  readonly logicLeakage: Watts
  readonly bufferLeakage: Watts
}

/** All power of a split, W. */
export const splitPower = ({ logic, bufferAccesses, logicLeakage, bufferLeakage }: PowerSplit): Watts =>
  watts(logic + bufferAccesses + logicLeakage + bufferLeakage)

/** `k_energy` with the split of the power it leads to; the split adds up to the printed power. */
export interface EnergyFit {
  readonly kEnergy: number
  readonly printed: Watts
  readonly engines: readonly PowerSplit[]
  readonly total: PowerSplit
}

/**
 * `k_energy`: the factor on the logic's dynamic energy that brings the power of all engines running together to the
 * printed one: k = (P − buffer accesses − leakage) / logic.
 * @param input.activities what each engine does, over how many cycles, and what it is made of
 * @throws ConfigError when buffers and leakage alone exceed the printed power, or an engine's activity takes no cycle
 */
export const fitEnergy = (input: {
  readonly activities: readonly {
    readonly name: string
    readonly counts: Tally<FixedAction | RegisterRead>
    readonly cycles: Cycles
    readonly parts: Tally<PricedPart>
  }[]
  readonly clock: Hertz
  readonly printedPower: Watts
  readonly table: PriceTable
  /** A factor to take as it is instead of fitting one; the split then adds up to what it gives, not to the printed power. */
  readonly kEnergy?: number
}): EnergyFit => {
  const { table, clock, printedPower } = input
  const bare = input.activities.map(({ name, counts, cycles, parts }): PowerSplit => {
    const time = elapsed(cycles, clock)
    const energy = priceEnergy(counts, table, 1)
    const leakage = leakagePower(parts, table)
    return {
      name,
      logic: watts(averagePower(energy.logic, time) + averagePower(clockEnergy(parts, cycles, table, 1), time)),
      bufferAccesses: averagePower(energy.buffers, time),
      logicLeakage: leakage.logic,
      bufferLeakage: leakage.buffers,
    }
  })
  const sumOf = (splits: readonly PowerSplit[], key: Exclude<keyof PowerSplit, 'name'>) =>
    watts(splits.reduce((sum, split) => sum + split[key], 0))
  const fixed = sumOf(bare, 'bufferAccesses') + sumOf(bare, 'logicLeakage') + sumOf(bare, 'bufferLeakage')
  const kEnergy = input.kEnergy ?? (printedPower - fixed) / sumOf(bare, 'logic')
  if (!(kEnergy > 0 && kEnergy < Infinity))
    throw new ConfigError({
      where: 'cost-model/fitEnergy',
      expected: `logic activity, and buffers with leakage below the printed ${printedPower} W`,
      got: `${fixed.toFixed(2)} W of buffers and leakage, k_energy ${kEnergy}`,
    })
  const engines = bare.map((split) => ({ ...split, logic: watts(kEnergy * split.logic) }))
  return {
    kEnergy,
    printed: printedPower,
    engines,
    total: {
      name: 'total',
      logic: sumOf(engines, 'logic'),
      bufferAccesses: sumOf(engines, 'bufferAccesses'),
      logicLeakage: sumOf(engines, 'logicLeakage'),
      bufferLeakage: sumOf(engines, 'bufferLeakage'),
    },
  }
}

/** `fill` with the speed-up it leads to. */
export interface FillFit {
  readonly fill: number
  readonly speedup: number
  readonly printed: number
  readonly error_pct: number
}

/**
 * `fill`: the integer number of cycles that a tile loses before its first MAC, such that the speed-up of the sparse over the
 * dense Backward Engine comes nearest to the printed one; the smaller of two equally near. Both engines pay it.
 * @param input.speedupAt the speed-up with a given fill, in cycles
 * @param input.largest the largest fill tried (64 unless told)
 * @throws ConfigError when a speed-up is no finite number
 */
export const fitFill = (input: {
  readonly speedupAt: (fill: number) => number
  readonly printed: number
  readonly largest?: number
}): FillFit => {
  const largest = requireInteger('cost-model/fitFill: largest', input.largest ?? 64, 0)
  let best: FillFit | undefined
  for (let fill = 0; fill <= largest; fill++) {
    const speedup = input.speedupAt(fill)
    if (!Number.isFinite(speedup))
      throw new ConfigError({
        where: `cost-model/fitFill: fill ${fill}`,
        expected: 'a finite speed-up',
        got: String(speedup),
      })
    if (!best || Math.abs(speedup - input.printed) < Math.abs(best.speedup - input.printed))
      best = { fill, speedup, printed: input.printed, error_pct: errorPct(speedup, input.printed) }
  }
  return best!
}
