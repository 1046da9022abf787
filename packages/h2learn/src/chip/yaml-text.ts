import { InputError, requirePlainData, shown } from '@h2learn/config'
import type { Alias, Document, LineCounter, Node, Pair, Scalar, YAMLMap } from 'yaml'

/** Longest text that is read: a chip or a sweep takes some kilobytes, and a quarter of a million characters take a second. */
const mostCharacters = 2 ** 18

/** Most references to anchors: each may stand for a part of the file, and such parts for others. */
const mostAliases = 100

/** Most brackets that are open at a time: the parser makes an error for each of very many, and each holds the whole text. */
const mostOpen = 200

/** Whether more brackets are open at a time than any chip or sweep has, those in quotation marks included. */
const isTooDeep = (text: string): boolean => {
  let open = 0
  for (const c of text) {
    if (c === '[' || c === '{') open++
    else if ((c === ']' || c === '}') && open > 0) open--
    if (open > mostOpen) return true
  }
  return false
}

const tooManyLevels = (where: string) =>
  new InputError({ where, expected: 'YAML or JSON of a usual size', got: 'too many levels in each other' })

/** Finds what the parser takes without a word and nobody can have meant. @throws InputError with line and column */
const requireSound = (
  { visit, isScalar }: typeof import('yaml'),
  where: string,
  document: Document,
  lines: LineCounter,
): void => {
  const placeOf = (node: Node | undefined) => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0)
    return `${where}, line ${line}, column ${col}`
  }
  const aliases: { readonly alias: Alias; readonly path: readonly unknown[] }[] = []
  const firstRepeated = (map: YAMLMap): Pair | undefined => {
    const keys = new Set<string>()
    return map.items.find(({ key }) => {
      const name = String((key as Scalar).value)
      if (keys.has(name)) return true
      keys.add(name)
      return false
    })
  }
  visit(document, {
    Alias: (_, alias, path) => {
      aliases.push({ alias, path: [...path] })
    },
    Map: (_, map) => {
      for (const { key } of map.items)
        if (!isScalar(key) || (typeof key.value === 'object' && key.value !== null))
          throw new InputError({
            where: placeOf(key as Node),
            expected: 'a text before the colon',
            got: 'a list, an object or a reference',
          })
      const pair = firstRepeated(map)
      if (pair)
        throw new InputError({
          where: placeOf(pair.key as Node),
          expected: 'each key once',
          got: `${shown(String((pair.key as Scalar).value))} again`,
        })
    },
  })
  if (aliases.length > mostAliases)
    throw new InputError({
      where: placeOf(aliases[mostAliases]!.alias),
      expected: `at most ${mostAliases} references such as *name`,
      got: String(aliases.length),
    })
  for (const { alias, path } of aliases) {
    const target = alias.resolve(document)
    if (target === undefined)
      throw new InputError({
        where: placeOf(alias),
        expected: `an anchor &${alias.source} before it`,
        got: `*${alias.source} alone`,
        hint: 'a text that begins with * needs quotation marks',
      })
    if (path.includes(target))
      throw new InputError({
        where: placeOf(alias),
        expected: 'a reference to something before it',
        got: `*${alias.source} inside of &${alias.source}`,
      })
  }
}

/**
 * Reads YAML, and with it JSON, that somebody wrote.
 * @param where names the file in errors
 * @throws InputError with line and column for what is no YAML, for references without an anchor, in a circle or too many of them,
 *   for a key that stands twice, and as `requirePlainData`
 */
export const parseYaml = async (where: string, text: string): Promise<unknown> => {
  if (text.length > mostCharacters)
    throw new InputError({
      where,
      expected: `at most ${mostCharacters} characters`,
      got: String(text.length),
      hint: 'is it the right file?',
    })
  if (isTooDeep(text)) throw tooManyLevels(where)
  const yaml = await import('yaml')
  const lines = new yaml.LineCounter()
  try {
    // the parser compares each key with all before it, which takes minutes for very many
    const document = yaml.parseDocument(text, { prettyErrors: true, uniqueKeys: false, lineCounter: lines })
    // a warning is about a tag such as !!float that does not fit what it stands before
    const [first] = [...document.errors, ...document.warnings]
    if (first?.message.includes('call stack')) throw tooManyLevels(where)
    if (first)
      throw new InputError({ where, expected: 'YAML or JSON', got: first.message.split('\n')[0]!.replace(/:$/, '') })
    requireSound(yaml, where, document, lines)
    return requirePlainData(where, document.toJS({ maxAliasCount: mostAliases }))
  } catch (error) {
    if (error instanceof InputError) throw error
    if (error instanceof RangeError) throw tooManyLevels(where)
    // what the parser throws for references that grow without bound
    throw new InputError({ where, expected: 'YAML or JSON of a usual size', got: (error as Error).message })
  }
}
