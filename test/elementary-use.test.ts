import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const below = (folder: string, recursive: boolean): string[] =>
  existsSync(root + folder)
    ? readdirSync(root + folder, { recursive, encoding: 'utf8' })
        .filter((file) => /\.m?ts$|\.mjs$/.test(file))
        .map((file) => `${folder}/${file}`)
    : []

/** Sources of packages and examples, without tests and what was built. */
const sources = (): string[] => [
  ...readdirSync(`${root}packages`).flatMap((name) => below(`packages/${name}/src`, true)),
  ...below('examples', false),
  ...readdirSync(`${root}examples`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => below(`examples/${name}`, false)),
]

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')

/** Functions whose last bits the language leaves to the engine. */
const left = /\bMath\.(?:a?(?:cos|sin|tan)h?|atan2|cbrt|expm1|exp|hypot|log1p|log10|log2|log|pow)\b/g
/** A power; only those of 2 and 10 have the same bits everywhere, where they are exact. */
const power = /(\S+)\s*\*\*/g

const offences = (text: string): string[] => {
  const code = withoutComments(text)
  const powers = [...code.matchAll(power)].filter(([, base]) => !/(?:^|[^\w.)\]])(?:2|10)$/.test(base!))
  return [...code.matchAll(left), ...powers].map(([found]) => found!)
}

it('finds functions that engines compute each in their own way', () => {
  expect(offences('const a = Math.exp(1) + Math.log2 (b)')).toHaveLength(2)
  expect(offences('x ** 2, (a + b) ** n, y12 ** k, x.2 ** 3, 1.2 ** n')).toHaveLength(5)
  expect(offences('2 ** -25, 10 ** n, (2 ** k), Math.sqrt(x), Math.log1pish // Math.exp(x) ** 3')).toEqual([])
})

it('no result depends on the engine: sources use `elementary` of @h2learn/elementary and products', () => {
  const found = sources().flatMap((file) =>
    offences(readFileSync(root + file, 'utf8')).map((offence) => `${file}: ${offence}`),
  )
  expect(sources().length).toBeGreaterThan(300)
  expect(found).toEqual([])
})
