/** A part of a JSON Schema (draft 7). */
export type JsonSchema = Readonly<Record<string, unknown>>

const size = { type: 'integer', minimum: 1 } as const
const flag = { type: 'boolean' } as const
const positive = { type: 'number', exclusiveMinimum: 0 } as const
const subLuts = { type: 'array', items: { type: 'integer', minimum: 1, maximum: 12 }, minItems: 1 } as const
const words = (...of: readonly (string | number | boolean)[]) => ({ enum: of })
const fields = (properties: JsonSchema, description: string): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: false,
  properties,
})

/** JSON Schema of a chip: every field of Table VII and VIII that can differ, with the model's own options. */
export const chipSchema: JsonSchema = fields(
  {
    $schema: { type: 'string' },
    clock: fields({ MHz: positive }, 'clock in MHz'),
    memory: fields(
      { bandwidthGBps: positive, layout: words('three', 'shared') },
      'bandwidth of each memory in GB/s; three memories, or one with an arbiter',
    ),
    schedule: fields(
      {
        engines: words('overlapped', 'serial'),
        layers: words('free', 'barrier'),
        layerTimes: words('own', 'equal'),
        buffers: words('report', 'require'),
      },
      'how the passes of a batch group lie over each other',
    ),
    subBatch: { ...size, description: 'samples an engine works on at a time' },
    forward: fields(
      {
        rows: size,
        cols: size,
        lanes: size,
        subLutInputs: subLuts,
        somas: size,
        tile: size,
        tMax: size,
        subBatch: size,
        shadowLut: flag,
        glbKiB: positive,
      },
      'Forward Engine',
    ),
    weightUpdate: fields(
      {
        rows: size,
        cols: size,
        lanes: size,
        subLutInputs: subLuts,
        tile: size,
        subBatch: size,
        shadowLut: flag,
        glbKiB: positive,
      },
      'Weight Update Engine',
    ),
    backward: fields(
      {
        rows: size,
        cols: size,
        groupSize: size,
        tile: size,
        minCycles: { type: 'integer', minimum: 0, maximum: 2 },
        fill: { type: 'integer', minimum: 0, maximum: 1024 },
        tMax: size,
        kernel: size,
        glbKiB: positive,
        idealRates: flag,
        fullSizeStorage: flag,
      },
      'Backward Engine',
    ),
    backwardMode: {
      ...words('both', 'dense', 'input', 'output'),
      description: 'which zeros the Backward Engine skips',
    },
    prices: {
      description: 'choices of the price table, or the name of a JSON file with another technology',
      anyOf: [
        { type: 'string', minLength: 1 },
        fields(
          {
            arithmetic: words('horowitz', 'synthesis'),
            clock: words('gated', 'free'),
            glitches: flag,
            temperature: words(300, 330, 360),
            storage: words('flip-flop', 'latch'),
          },
          'choices of the default price table',
        ),
      ],
    },
  },
  'a chip: what is left out is the paper’s',
)
