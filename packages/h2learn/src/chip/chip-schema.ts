import { chipFields } from '@h2learn/accelerator'
import { fieldsSchema, type JsonSchema } from '@h2learn/config'

export type { JsonSchema }

const { properties, ...chip } = fieldsSchema(chipFields, 'a chip: what is left out is the paper’s') as {
  readonly properties: Readonly<Record<string, JsonSchema>>
}

/** JSON Schema of a chip file: every field of `chipFields`, with prices as choices or as the name of a file. */
export const chipSchema: JsonSchema = {
  ...chip,
  properties: {
    $schema: { type: 'string' },
    ...properties,
    prices: {
      description: 'choices of the price table, or the name of a JSON file with another technology',
      anyOf: [{ type: 'string', minLength: 1 }, properties.prices],
    },
  },
}
