import { describe, expect, it } from 'vitest'
import { f16Round, f16Value } from '../../src/f16'
import { createKernels } from '../../src/fast/kernels'
import { rng } from '../../src/rng'

/** Every binary16 value, one NaN. */
const all = Float32Array.from({ length: 65536 }, (_, bits) => f16Value(bits)).filter(
  (x, i, values) => !Number.isNaN(x) || values.findIndex(Number.isNaN) === i,
)
const finite = all.filter(Number.isFinite)
const padded = (values: Float32Array) => {
  const whole = new Float32Array(Math.ceil(values.length / 4) * 4)
  whole.set(values)
  return whole
}

const MiB = 2 ** 20
const [LISTS, COUNTS, VALUES, ROWS, OUT] = [1, 2, 3, 4, 5].map((n) => n * MiB)

const kernels = createKernels(8 * MiB)!
const { f32, u32, u8 } = kernels.views
const u16 = new Uint16Array(u8.buffer)
const run = kernels.runAs('f16')

/** start + v · x, or start + x without v, for every x through `sumRows` with a block of 4. */
const sums = (start: number, x: Float32Array, v?: number): Float32Array => {
  const rows = padded(x)
  const n = rows.length / 4
  f32.set(rows, ROWS / 4)
  f32.fill(start, OUT / 4, OUT / 4 + rows.length)
  f32.fill(v ?? 0, VALUES / 4, VALUES / 4 + n)
  u32.fill(1, COUNTS / 4, COUNTS / 4 + n)
  for (let p = 0; p < n; p++) u16[LISTS / 2 + p] = p
  run.sumRows(4, ROWS, LISTS, v === undefined ? 0 : VALUES, COUNTS, 1, OUT, 16, n, 0)
  return f32.slice(OUT / 4, OUT / 4 + x.length)
}

/** x ÷ divisor by `divideAll`. */
const quotients = (x: Float32Array, divisor: number): Float32Array => {
  const values = padded(x)
  f32.set(values, OUT / 4)
  run.divideAll(OUT, values.length * 4, divisor)
  return f32.slice(OUT / 4, OUT / 4 + x.length)
}

const same = (got: Float32Array, want: (i: number) => number, what: (i: number) => string) => {
  const wrong = got.findIndex((g, i) => !Object.is(g, want(i)))
  expect(wrong < 0 ? '' : `${what(wrong)}: ${got[wrong]}, not ${want(wrong)}`).toBe('')
}
/** −0 as 0: sums start from 0 and never become −0. */
const plain = (x: number) => (x === 0 ? 0 : x)

/** Operands at every edge: zeros, subnormals, the least normal, ones that make ties, the largest, ±∞, NaN. */
const edges = [
  ...[0, 1, 2, 3, 512, 1022, 1023, 1024, 1025, 2047, 2048].map((n) => n * 2 ** -24),
  ...[2 ** -13, 2 ** -12, 2 ** -11, 0.5, 1, 1 + 2 ** -10, 1.5, 2 - 2 ** -10, 3, 1 / 3, 2048, 2049, 4095, 32768],
  ...[15.99, 16, 16.016, 32, 65472, 65504, Number.POSITIVE_INFINITY, Number.NaN],
].flatMap((x) => [f16Round(x), -f16Round(x)])

describe('the FP16 kernels', () => {
  it('add as binary16 does: every value to those at the edges and to random ones', () => {
    const { below } = rng(3)
    for (const a of [...edges, ...Array.from({ length: 10 }, () => finite[below(finite.length)])]) {
      const got = sums(a, all).map(plain)
      same(
        got,
        (i) => plain(f16Round(a + all[i])),
        (i) => `${a} + ${all[i]}`,
      )
    }
    // 65520 is the tie between the largest number, which is odd, and 2^16, which is ∞; 65488 that down to 65472
    expect([...sums(65504, Float32Array.of(15.9921875, 16, -16))]).toEqual([65504, Number.POSITIVE_INFINITY, 65472])
  })

  it('multiply, then add, as binary16 does', () => {
    const { below } = rng(4)
    for (const v of [...edges, ...Array.from({ length: 10 }, () => finite[below(finite.length)])]) {
      const start = [0, -65504, 2 ** -24, 1][below(4)]
      const got = sums(start, all, v).map(plain)
      same(
        got,
        (i) => plain(f16Round(start + f16Round(v * all[i]))),
        (i) => `${start} + ${v} · ${all[i]}`,
      )
    }
    // a product beyond 65504 is ∞ whatever is added: −65504 + 65536 would be 32
    expect(sums(-65504, Float32Array.of(256), 256)[0]).toBe(Number.POSITIVE_INFINITY)
    // ties among the subnormals: 1.5 and 2.5 · 2^−24
    expect([...sums(0, Float32Array.of(3 * 2 ** -24, 5 * 2 ** -24), 0.5)]).toEqual([2 ** -23, 2 ** -23])
  })

  it('round every tie and its neighbours in float32 like f16Round, signs of zeros included', () => {
    const word = new Uint32Array(1)
    const float = new Float32Array(word.buffer)
    const near = (x: number, step: number) => {
      float[0] = x
      word[0] += step
      return float[0]
    }
    const ascending = finite.filter((x) => x >= 0).sort()
    const ties = [...ascending].map((x, i) => (x + (ascending[i + 1] ?? 65536)) / 2)
    const values = Float32Array.from(
      [...ties, ...ascending].flatMap((x) => [x, near(x, 1), x > 0 ? near(x, -1) : 0]).flatMap((x) => [x, -x]),
    )
    same(
      quotients(values, 1),
      (i) => f16Round(values[i]),
      (i) => `${values[i]}`,
    )
  })

  it.each([3, 4, 9, 16, 25])('divide every value by %d as the reference does', (divisor) => {
    same(
      quotients(all, divisor),
      (i) => f16Round(Math.fround(all[i] / divisor)),
      (i) => `${all[i]} ÷ ${divisor}`,
    )
  })

  it('round after each addition of a long list, in blocks of every width, and ±∞ stays', () => {
    const { next, below } = rng(5)
    for (const width of [4, 8, 16, 32]) {
      const [rows, many] = [60, 300]
      const scale = Float32Array.from({ length: width }, (_, lane) => 2 ** ((lane % 4) * 9 - 14))
      const table = Float32Array.from({ length: rows * width }, (_, i) =>
        f16Round(scale[i % width] * 4 * (next() - (i % 4 === 3 ? 0.2 : 0.5))),
      )
      const list = Uint16Array.from({ length: many }, () => below(rows))
      const values = Float32Array.from({ length: many }, () => f16Round(next() * 2 - 1))
      for (const scaled of [false, true]) {
        f32.set(table, ROWS / 4)
        f32.set(values, VALUES / 4)
        f32.fill(0, OUT / 4, OUT / 4 + width)
        u16.set(list, LISTS / 2)
        u32[COUNTS / 4] = many
        run.sumRows(width, ROWS, LISTS, scaled ? VALUES : 0, COUNTS, many, OUT, width * 4, 1, 0)
        const want = Float32Array.from({ length: width }, (_, lane) =>
          list.reduce((sum, row, i) => {
            const x = table[row * width + lane]
            return f16Round(sum + (scaled ? f16Round(values[i] * x) : x))
          }, 0),
        )
        expect([...f32.slice(OUT / 4, OUT / 4 + width)]).toEqual([...want])
        if (!scaled) expect([...want].some((x) => x === Number.POSITIVE_INFINITY)).toBe(true)
      }
    }
  })
})
