import { type ConfigOf, choice, group, integer, number } from '@h2learn/config'
import { priceFields } from '@h2learn/cost-model'
import { forwardEngineFields } from '@h2learn/lut-pe'
import { backwardFields, backwardModes } from '@h2learn/sparse-backward'
import { weightUpdateEngineFields } from '@h2learn/weight-update'

/** What a chip has besides its engines and prices: the memories of Fig. 9, the clock of Table VIII, the schedule of Fig. 10. */
export const systemFields = {
  clock: group(
    { MHz: number(800, { above: 0, max: 10_000, unit: 'MHz', doc: 'clock of the chip (Table VIII)' }) },
    { doc: 'clock of the chip' },
  ),
  memory: group(
    {
      bandwidthGBps: number(128, {
        above: 0,
        max: 1_000_000,
        unit: 'GB/s',
        doc: 'bandwidth of each memory, in 10^9 bytes per second (Fig. 9)',
      }),
      layout: choice('three', ['three', 'shared'], {
        doc: 'two memories for feature maps that swap roles each sub-batch and one for weight gradients, or one for all with an arbiter',
      }),
    },
    { doc: 'off-chip memories' },
  ),
  schedule: group(
    {
      engines: choice('overlapped', ['overlapped', 'serial'], {
        doc: 'Forward of sub-batch k+1 beside Backward and Weight Update of k (the paper), or all in turn',
      }),
      layers: choice('free', ['free', 'barrier'], {
        doc: 'an update starts when its gradients are there, or both engines wait after every layer',
      }),
      layerTimes: choice('own', ['own', 'equal'], {
        doc: 'layers take what they take, or the work of each pass is spread evenly over its layers',
      }),
      buffers: choice('report', ['report', 'require'], {
        doc: 'a layer that needs more than its engine’s global buffer is reported, or refused',
      }),
    },
    { doc: 'how the passes of a batch group lie over each other' },
  ),
  subBatch: integer(4, { max: 65536, unit: 'samples', doc: 'samples an engine works on at a time' }),
} as const

/** Off-chip memories of Fig. 9. */
export type MemoryConfig = ConfigOf<typeof systemFields.memory.fields>

/** How the passes of a batch group lie over each other (Fig. 10), and what to do about buffers that are too small. */
export type ScheduleConfig = ConfigOf<typeof systemFields.schedule.fields>

/** Every field of a chip that is known by its formulas (`AnalyticChip`); what is left out is the paper's. */
export const chipFields = {
  ...systemFields,
  forward: group(forwardEngineFields, { doc: 'Forward Engine' }),
  weightUpdate: group(weightUpdateEngineFields, { doc: 'Weight Update Engine' }),
  backward: group(backwardFields, { doc: 'Backward Engine' }),
  backwardMode: choice('both', backwardModes, {
    doc: 'which zeros the Backward Engine skips: the paper’s engine both kinds, its baselines of Fig. 13 one kind or none',
  }),
  prices: group(priceFields, { doc: 'choices of the default price table' }),
} as const
