import { extname } from 'node:path'
import { InputError, nearest, parseJson, shown } from '@h2learn/config'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { readTextFile } from '../text-file'
import type { JsonSchema } from './chip-schema'
import { parseYaml } from './yaml-text'

/**
 * The content of a file that somebody wrote: JSON where the name ends in .json, else YAML (which JSON is, too).
 * @param option that names the file, for errors; default the file itself
 * @throws InputError with the place of the mistake
 */
export const readStructured = async (path: string, option?: string): Promise<unknown> => {
  const text = await readTextFile(path, 'a YAML or JSON file', option)
  return extname(path).toLowerCase() === '.json'
    ? parseJson(path, text, 'a file with comments is YAML: name it .yaml')
    : parseYaml(path, text)
}

/** Names of the fields of a schema, those of its groups by their paths. */
const pathsOf = ({ properties }: JsonSchema): readonly string[] =>
  Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>).flatMap(([name, inner]) =>
    name === '$schema' ? [] : [name, ...pathsOf(inner).map((path) => `${name}.${path}`)],
  )

const explain = (where: string, { instancePath, keyword, params, parentSchema, data, message }: ErrorObject) => {
  const place = instancePath.slice(1).replaceAll('/', '.')
  const at = place === '' ? where : `${where}: ${place}`
  const got = shown(data)
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema as { properties: object }).properties).filter((key) => key !== '$schema')
    const meant = nearest(String(params.additionalProperty), pathsOf(parentSchema as JsonSchema))
    return new InputError({
      where: at,
      expected: known.join(', '),
      got: `"${params.additionalProperty}"`,
      ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
    })
  }
  if (keyword === 'enum')
    return new InputError({ where: at, expected: (params.allowedValues as unknown[]).join(' or '), got })
  if (keyword === 'type')
    return new InputError({ where: at, expected: `a value of type ${[params.type].flat().join(' or ')}`, got })
  if (keyword === 'required')
    return new InputError({ where: at, expected: `a field "${params.missingProperty}"`, got: 'none' })
  return new InputError({ where: at, expected: `a value that ${message ?? 'is valid'}`, got })
}

const compiled = new WeakMap<JsonSchema, ValidateFunction>()

const validatorOf = async (schema: JsonSchema): Promise<ValidateFunction> => {
  const known = compiled.get(schema)
  if (known) return known
  const { Ajv } = await import('ajv')
  const made = new Ajv({ verbose: true, allowUnionTypes: true, strict: false }).compile(schema)
  compiled.set(schema, made)
  return made
}

/** Checks a value against a schema. @throws InputError naming the place, what was expected and what stands there */
export const requireSchema = async (where: string, value: unknown, schema: JsonSchema): Promise<void> => {
  const validate = await validatorOf(schema)
  if (validate(value)) return
  // of several ways that all fail the deepest one says most, and of those as deep a field says more than a type
  const telling = ({ instancePath, keyword }: ErrorObject) =>
    2 * instancePath.length + (keyword === 'additionalProperties' ? 1 : 0)
  throw explain(
    where,
    validate.errors!.reduce((best, error) => (telling(error) > telling(best) ? error : best)),
  )
}
