import { chipSchema, type JsonSchema } from '../chip/chip-schema'

/** The benchmarks of Table VI by the names of the command. */
export const sweepBenchmarks = {
  mnist: 'MNIST',
  cifar10: 'CIFAR10',
  'n-mnist': 'N-MNIST',
  'cifar10-dvs': 'CIFAR10-DVS',
  imagenet: 'ImageNet',
} as const

export type SweepBenchmark = keyof typeof sweepBenchmarks

/** Whether a name is a benchmark's. */
export const isSweepBenchmark = (name: string): name is SweepBenchmark => Object.hasOwn(sweepBenchmarks, name)

/** Most points of a sweep. */
export const mostPoints = 1_000_000

const count = (maximum: number) => ({ type: 'integer', minimum: 1, maximum }) as const

const assumptions = [
  'hiddenFill',
  'fullSizeStorage',
  'noFirstFill',
  'unboundedSoma',
  'idealRates',
  'independentMasks',
] as const

/**
 * The fields of a point that are not the chip's: they say what is trained and how the model looks at it. With the largest
 * values a point still runs in seconds on the networks of the paper.
 */
export const problemFields = {
  batch: count(65_536),
  pooling: { enum: ['current', 'spikes'] },
  trials: count(1000),
  seed: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  T: count(1000),
  assume: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(assumptions.map((name) => [name, { type: 'boolean' }])),
  },
} as const satisfies JsonSchema

/** Whether a dotted path is a field of the problem and not of the chip. */
export const isProblemField = (path: string): boolean => Object.hasOwn(problemFields, path.split('.')[0]!)

/** JSON Schema of a point without its chip. */
export const problemSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: problemFields,
}

const axis: JsonSchema = {
  anyOf: [
    { type: 'array', minItems: 1 },
    {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to'],
      properties: {
        from: { type: 'number' },
        to: { type: 'number' },
        steps: { type: 'integer', minimum: 2, maximum: mostPoints },
        log: { type: 'boolean' },
        integer: { type: 'boolean' },
      },
    },
  ],
}

const text = { type: 'string', minLength: 1 } as const
const { T, ...common } = problemFields

/** JSON Schema of the file that `h2learn sweep` takes. */
export const sweepSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['vary'],
  properties: {
    $schema: { type: 'string' },
    name: text,
    benchmarks: { type: 'array', items: { enum: Object.keys(sweepBenchmarks) }, minItems: 1, uniqueItems: true },
    networks: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'network', 'input', 'T', 'density'],
        properties: {
          name: text,
          network: text,
          input: text,
          T,
          density: {
            anyOf: [
              text,
              {
                type: 'object',
                additionalProperties: false,
                required: ['output_sparsity', 'input_sparsity'],
                properties: { output_sparsity: { type: 'array' }, input_sparsity: { type: 'array' } },
              },
            ],
          },
        },
      },
    },
    chip: { anyOf: [text, chipSchema] },
    ...common,
    vary: { type: 'object', minProperties: 1, additionalProperties: axis },
    sample: count(mostPoints),
  },
}

const branchesOf = (schema: JsonSchema): readonly JsonSchema[] => [
  schema,
  ...((schema.anyOf as readonly JsonSchema[] | undefined) ?? []),
]

const propertyOf = (schema: JsonSchema, key: string): JsonSchema | undefined => {
  for (const { properties } of branchesOf(schema))
    if (properties !== undefined && Object.hasOwn(properties as object, key))
      return (properties as Record<string, JsonSchema>)[key]
  return undefined
}

/**
 * The schema of a field that can be varied, by its dotted path: of the chip or of the problem.
 * @returns undefined when there is no such field, or when it is a group of fields
 */
export const schemaOfField = (path: string): JsonSchema | undefined => {
  const keys = path.split('.')
  if (keys.includes('$schema')) return undefined
  let schema: JsonSchema | undefined = isProblemField(path) ? problemSchema : chipSchema
  for (const key of keys) schema = schema && propertyOf(schema, key)
  return schema?.properties === undefined ? schema : undefined
}

/** What can be varied, in words. */
export const fieldsInWords = `a field of the chip such as memory.bandwidthGBps or backward.tile, or ${Object.keys(
  problemFields,
)
  .map((name) => (name === 'assume' ? 'assume.<name>' : name))
  .join(', ')}`
