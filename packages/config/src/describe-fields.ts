import { type Fields, isGroup, type JsonSchema } from './field'

/** JSON Schema (draft 7) of a table: ranges, defaults and meaning of every field; other fields are refused. */
export const fieldsSchema = (fields: Fields, doc: string): JsonSchema => ({
  type: 'object',
  description: doc,
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(fields).map(([name, member]) => [
      name,
      isGroup(member)
        ? fieldsSchema(member.fields, member.doc)
        : {
            ...member.schema,
            default: member.default,
            description: member.unit ? `${member.doc} (${member.unit})` : member.doc,
          },
    ]),
  ),
})

/** One field of a table as documentation lists it. */
export interface FieldRow {
  /** Dotted path, such as memory.bandwidthGBps. */
  readonly path: string
  readonly default: unknown
  readonly range: string
  readonly unit: string
  readonly doc: string
  /** All values it can have, where they can be listed. */
  readonly values?: readonly unknown[]
}

/** The fields of a table one by one, those of groups by their path. */
export const fieldRows = (fields: Fields, above = ''): readonly FieldRow[] =>
  Object.entries(fields).flatMap(([name, member]): readonly FieldRow[] => {
    const path = `${above}${name}`
    if (isGroup(member)) return fieldRows(member.fields, `${path}.`)
    const values = member.schema.type === 'boolean' ? [false, true] : member.schema.enum
    const { range, unit = '', doc } = member
    return [{ path, default: member.default, range, unit, doc, ...(Array.isArray(values) && { values }) }]
  })
