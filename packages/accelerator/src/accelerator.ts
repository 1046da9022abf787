import { type PricedPart, type PriceTable, priceArea, priceTable, type Tally } from '@h2learn/cost-model'
import { ConfigError, requireInteger } from '@h2learn/hw'
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
  MemoryConfig,
  ScheduleConfig,
  WeightUpdateEngine,
} from './api'
import { calibrate } from './calibration'
import { simulate } from './simulate'

const where = 'accelerator'

/** The memories of Fig. 9 and the clock of Table VIII. */
const defaults = { bandwidthGBps: 128, layout: 'three', MHz: 800, subBatch: 4 } as const

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

const positive = (name: string, value: number) => {
  if (!(value > 0 && value < Infinity))
    throw new ConfigError({ where: `${where}: ${name}`, expected: 'a number above 0', got: String(value) })
  return value
}

const memoryOf = ({ bandwidthGBps = defaults.bandwidthGBps, layout = defaults.layout }: Partial<MemoryConfig>) => {
  if (layout !== 'three' && layout !== 'shared')
    throw new ConfigError({ where: `${where}: memory.layout`, expected: '"three" or "shared"', got: String(layout) })
  return { bandwidthGBps: positive('memory.bandwidthGBps', bandwidthGBps), layout }
}

/** Words each option of the schedule can be, the default first. */
const scheduleWords: { readonly [Name in keyof ScheduleConfig]: readonly ScheduleConfig[Name][] } = {
  engines: ['overlapped', 'serial'],
  layers: ['free', 'barrier'],
  layerTimes: ['own', 'equal'],
  buffers: ['report', 'require'],
}

const scheduleOf = (given: Partial<ScheduleConfig>): ScheduleConfig => {
  const chosen = Object.entries(scheduleWords).map(([name, words]) => {
    const value = given[name as keyof ScheduleConfig] ?? words[0]
    if (!(words as readonly unknown[]).includes(value))
      throw new ConfigError({
        where: `${where}: schedule.${name}`,
        expected: words.map((word) => `"${word}"`).join(' or '),
        got: String(value),
      })
    return [name, value]
  })
  return Object.fromEntries(chosen) as ScheduleConfig
}

/**
 * Builds a chip from engines, memories, a clock and prices; whatever is left out is the paper's (Fig. 9, Tables VII and
 * VIII). Any engine can be replaced by an object of the same shape; an action or part without a price does not compile.
 * @param config clock in MHz > 0; bandwidth in GB/s > 0; subBatch integer >= 1
 * @throws ConfigError for impossible numbers, an engine without a member, a part without a price
 */
export const accelerator = <
  Forward extends ForwardEngine = ForwardEngine,
  WeightUpdate extends WeightUpdateEngine = WeightUpdateEngine,
  Backward extends BackwardEngine = BackwardEngine,
  Prices extends PriceTable = PriceTable,
>(
  config: AcceleratorConfig<Forward, WeightUpdate, Backward, Prices> = {},
): Accelerator => {
  const subBatch = requireInteger(`${where}: subBatch`, config.subBatch ?? defaults.subBatch)
  const engines: Engines = {
    forward: config.forward ?? forwardEngine({ subBatch }),
    backward: config.backward ?? backwardEngine(),
    weightUpdate: config.weightUpdate ?? weightUpdateEngine({ subBatch }),
  }
  for (const [role, engine] of Object.entries(engines)) checkEngine(role, engine)
  const memory = memoryOf(config.memory ?? {})
  const schedule = scheduleOf(config.schedule ?? {})
  const clockHz = positive('clock.MHz', config.clock?.MHz ?? defaults.MHz) * 1e6
  const prices: PriceTable = config.prices ?? defaultPrices
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
