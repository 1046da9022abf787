import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { elementary } from '../src/elementary'

type Name = keyof typeof elementary
const vectors = JSON.parse(readFileSync(new URL('golden/vectors.json', import.meta.url), 'utf8')) as Record<
  Name,
  number[][]
>

/** Distance of a positive double to the next larger one. */
const ulp = (x: number): number => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(x))
  view.setBigUint64(0, view.getBigUint64(0) + 1n)
  return view.getFloat64(0) - Math.abs(x)
}

describe.each(Object.keys(elementary) as Name[])('elementary.%s', (name) => {
  const errors = vectors[name].map((row) => {
    const args = row.slice(0, -2) as [number, number]
    const [nearest, rest] = row.slice(-2) as [number, number]
    return { args, error: Math.abs((elementary[name](...args) - nearest) / ulp(nearest) - rest) }
  })

  const bound = { exp: 0.51, log: 0.51, log1p: 0.51, pow: 0.51, sin: 0.7, cos: 0.7, hypot: 1 }[name]

  it('is as near to the exact values as its README says of the exact values', () => {
    const worst = errors.reduce((a, b) => (a.error > b.error ? a : b))
    expect(vectors[name].length).toBeGreaterThan(200)
    expect(worst.error, `at ${worst.args}`).toBeLessThan(bound)
  })
})

it('is exact where a power is a double', () => {
  for (let base = 2; base < 60; base++)
    for (let n = 0, exact = 1n; exact < 2n ** 53n; n++, exact *= BigInt(base))
      expect(elementary.pow(base, n)).toBe(Number(exact))
  for (let n = -1074; n < 1024; n++) expect(elementary.pow(2, n)).toBe(2 ** n)
  expect(elementary.pow(0.25, 1.5)).toBe(0.125)
})

it('has the special values of Math', () => {
  const values = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, Infinity, -Infinity, NaN, 5e-324, 1e300]
  const near = (ours: number, theirs: number, what: string) => {
    if (!(Math.abs(ours - theirs) <= 2 * ulp(theirs))) expect(ours, what).toBe(theirs)
  }
  for (const x of values) {
    for (const name of ['exp', 'log', 'log1p', 'sin', 'cos'] as const)
      if (!(x === 1e300 && (name === 'sin' || name === 'cos'))) near(elementary[name](x), Math[name](x), `${name} ${x}`)
    for (const y of values) {
      near(elementary.pow(x, y), x ** y, `pow ${x} ${y}`)
      near(elementary.hypot(x, y), Math.hypot(x, y), `hypot ${x} ${y}`)
    }
  }
})

it('refuses angles that it cannot reduce', () => {
  expect(() => elementary.cos(1e7)).toThrow(
    /elementary.cos: expected an angle of at most 1,000,000 radians, got 10000000/,
  )
})
