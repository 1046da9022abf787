import { chipFields } from '@h2learn/accelerator'
import { type FieldGroup, type Fields, fieldRows, isGroup } from '@h2learn/config'
import { wrapped } from '../command/wrapped'

const comment = (text: string, indent: string) => wrapped(text, 98 - indent.length).map((line) => `${indent}# ${line}`)

const lines = (fields: Fields, indent: string): readonly string[] =>
  Object.entries(fields).flatMap(([name, member]): readonly string[] => {
    if (isGroup(member))
      return [
        '',
        ...comment((member as FieldGroup<Fields>).doc, indent),
        `${indent}${name}:`,
        ...lines(member.fields, `${indent}  `),
      ]
    const range = `${member.range}${member.unit ? ` ${member.unit}` : ''}`
    return [...comment(`${member.doc}; ${range}`, indent), `${indent}${name}: ${JSON.stringify(member.default)}`]
  })

/** A chip file with every field at its default, which is the paper's chip, and with what each field is and may be. */
export const chipTemplate = (): string =>
  `${[
    ...comment(
      'A chip: every field with the value of the paper, or the default where the paper prints none. Lines may be left out. Use it with: h2learn simulate --benchmark cifar10 --chip chip.yaml',
      '',
    ),
    ...lines(chipFields, ''),
  ].join('\n')}\n`

/** What `--set` takes: every field by its path, with the values that can be listed, and else with its default. */
export const chipSettings = (): readonly (readonly [setting: string, about: string])[] =>
  fieldRows(chipFields).flatMap(({ path, values, default: preset, doc }) =>
    (values ?? [preset]).map(
      (value) => [`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`, doc] as const,
    ),
  )
