import { fieldNames, readFields, requireKnown } from '@h2learn/config'
import { type PricedPart, type PriceTable, priceArea, priceTable, type Tally } from '@h2learn/cost-model'
import { ConfigError } from '@h2learn/hw'
import { forwardEngine } from '@h2learn/lut-pe'
import { backwardEngine } from '@h2learn/sparse-backward'
import { weightUpdateEngine } from '@h2learn/weight-update'
import type {
  Accelerator,
  AcceleratorConfig,
  BackwardEngine,
  Chip,
  Engines,
  ForwardEngine,
  WeightUpdateEngine,
} from './api'
import { calibrate } from './calibration'
import { systemFields } from './chip-fields'
import { simulate } from './simulate'

const where = 'accelerator'

const checkEngine = (role: string, engine: unknown) => {
  const given = (typeof engine === 'object' && engine !== null ? engine : {}) as Partial<ForwardEngine>
  const missing = (member: string, expected: string, got: unknown) =>
    new ConfigError({
      where: `${where}: ${role} engine ${given.name ?? ''}`.trim(),
      expected: `${expected} ${member}`,
      got: engine === given ? typeof got : String(engine),
      hint: 'an engine has name, run, measure, time, count, parts and glbKiB; start from forwardEngine(), backwardEngine() or weightUpdateEngine()',
    })
  for (const member of ['run', 'measure', 'time', 'count'] as const)
    if (typeof given[member] !== 'function') throw missing(member, 'a function', given[member])
  if (typeof given.name !== 'string') throw missing('name', 'a text', given.name)
  if (typeof given.parts !== 'object' || given.parts === null) throw missing('parts', 'an object', given.parts)
}

/**
 * Builds a chip from engines, memories, a clock and prices; whatever is left out is the paper's (Fig. 9, Tables VII and
 * VIII). Any engine can be replaced by an object of the same shape; an action or part without a price does not compile.
 * @param config fields and ranges: `systemFields`
 * @throws ConfigError for a field that does not exist, impossible numbers, an engine without a member, a part without a price
 */
export const accelerator = <
  Forward extends ForwardEngine = ForwardEngine,
  WeightUpdate extends WeightUpdateEngine = WeightUpdateEngine,
  Backward extends BackwardEngine = BackwardEngine,
  Prices extends PriceTable = PriceTable,
>(
  config: AcceleratorConfig<Forward, WeightUpdate, Backward, Prices> = {},
): Accelerator => {
  const {
    forward,
    backward,
    weightUpdate,
    prices: given,
    ...rest
  } = requireKnown(where, config, [
    'forward',
    'backward',
    'weightUpdate',
    'prices',
    ...fieldNames(systemFields),
  ]) as AcceleratorConfig
  const { clock, memory, schedule, subBatch } = readFields(where, systemFields, rest)
  const engines: Engines = {
    forward: forward ?? forwardEngine({ subBatch }),
    backward: backward ?? backwardEngine(),
    weightUpdate: weightUpdate ?? weightUpdateEngine({ subBatch }),
  }
  for (const [role, engine] of Object.entries(engines)) checkEngine(role, engine)
  const clockHz = clock.MHz * 1e6
  const prices: PriceTable = given ?? defaultPrices
  const calibration = calibrate(prices)
  const areaOf = (engine: { readonly parts: Tally<PricedPart> }) => priceArea(engine.parts, prices, calibration.kArea)
  const area = {
    forward: areaOf(engines.forward),
    backward: areaOf(engines.backward),
    'weight-update': areaOf(engines.weightUpdate),
  }
  const chip: Chip = {
    engines,
    memory,
    schedule,
    memoryNames: { pair: ['Mem 0', 'Mem 1'], gradients: memory.layout === 'shared' ? 'Mem' : 'Mem 2' },
    bytesPerCycle: (memory.bandwidthGBps * 1e9) / clockHz,
    clockHz,
    subBatch,
    prices,
    calibration,
  }
  return {
    ...chip,
    area: { ...area, total_mm2: area.forward.total + area.backward.total + area['weight-update'].total },
    simulate: (records, options) => simulate(chip, records, options),
  }
}

/** One table for all chips without prices of their own, so that the fits run once. */
const defaultPrices = priceTable()
