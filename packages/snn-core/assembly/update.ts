/*
 * The optimiser's step in place: every value is computed in float64 and rounded once to float32, as `updateWeights`
 * does. Lengths are bytes, whole vectors.
 */

/** Larger of magnitudes in the order of their bits, NaN on top: without float32's own maximum and its rules for NaN. */
function larger(most: v128, x: v128): v128 {
  return i32x4.max_s(most, f32x4.abs(x))
}

/** Largest magnitude; NaN when any value is NaN. */
export function largest(values: usize, bytes: usize): f32 {
  let a = f32x4.splat(0)
  let b = a
  let c = a
  let d = a
  const end = values + bytes
  for (const whole = end - (bytes & 63); values < whole; values += 64) {
    a = larger(a, v128.load(values))
    b = larger(b, v128.load(values, 16))
    c = larger(c, v128.load(values, 32))
    d = larger(d, v128.load(values, 48))
  }
  for (; values < end; values += 16) a = larger(a, v128.load(values))
  const most = i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d))
  return reinterpret<f32>(
    max(
      max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)),
      max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)),
    ),
  )
}

function high(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3)
}

/** Two float64x2 as one float32x4. */
function join(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5)
}

/** w ← w − η·∇w. */
export function updateSgd(w: usize, g: usize, bytes: usize, rate: f64): void {
  const eta = f64x2.splat(rate)
  for (const end = w + bytes; w < end; w += 16, g += 16) {
    const x = v128.load(w)
    const d = v128.load(g)
    const low = f64x2.sub(f64x2.promote_low_f32x4(x), f64x2.mul(eta, f64x2.promote_low_f32x4(d)))
    const top = f64x2.sub(f64x2.promote_low_f32x4(high(x)), f64x2.mul(eta, f64x2.promote_low_f32x4(high(d))))
    v128.store(w, join(low, top))
  }
}

/** v ← μ·v + ∇w; w ← w − η·v. */
export function updateMomentum(w: usize, g: usize, v: usize, bytes: usize, rate: f64, momentum: f64): void {
  const eta = f64x2.splat(rate)
  const mu = f64x2.splat(momentum)
  for (const end = w + bytes; w < end; w += 16, g += 16, v += 16) {
    const x = v128.load(w)
    const d = v128.load(g)
    const o = v128.load(v)
    const low = f64x2.add(f64x2.mul(mu, f64x2.promote_low_f32x4(o)), f64x2.promote_low_f32x4(d))
    const top = f64x2.add(f64x2.mul(mu, f64x2.promote_low_f32x4(high(o))), f64x2.promote_low_f32x4(high(d)))
    v128.store(v, join(low, top))
    v128.store(
      w,
      join(
        f64x2.sub(f64x2.promote_low_f32x4(x), f64x2.mul(eta, low)),
        f64x2.sub(f64x2.promote_low_f32x4(high(x)), f64x2.mul(eta, top)),
      ),
    )
  }
}

/** Adam's two moments and step; `scale1`, `scale2` correct their bias. */
export function updateAdam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  bytes: usize,
  rate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  scale1: f64,
  scale2: f64,
): void {
  const b1 = f64x2.splat(beta1)
  const b2 = f64x2.splat(beta2)
  const k1 = f64x2.splat(1 - beta1)
  const k2 = f64x2.splat(1 - beta2)
  const s1 = f64x2.splat(scale1)
  const s2 = f64x2.splat(scale2)
  const eta = f64x2.splat(rate)
  const eps = f64x2.splat(epsilon)
  for (const end = w + bytes; w < end; w += 16, g += 16, m += 16, v += 16) {
    let mean = f64x2.splat(0)
    let square = f64x2.splat(0)
    let next = f64x2.splat(0)
    for (let half = 0; half < 16; half += 8) {
      const d = f64x2.promote_low_f32x4(v128.load64_zero(g + half))
      const a = f64x2.add(f64x2.mul(b1, f64x2.promote_low_f32x4(v128.load64_zero(m + half))), f64x2.mul(k1, d))
      const s = f64x2.add(
        f64x2.mul(b2, f64x2.promote_low_f32x4(v128.load64_zero(v + half))),
        f64x2.mul(f64x2.mul(k2, d), d),
      )
      const move = f64x2.div(f64x2.mul(eta, f64x2.mul(a, s1)), f64x2.add(f64x2.sqrt(f64x2.mul(s, s2)), eps))
      const x = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(w + half)), move)
      if (half === 0) {
        mean = f32x4.demote_f64x2_zero(a)
        square = f32x4.demote_f64x2_zero(s)
        next = f32x4.demote_f64x2_zero(x)
      } else {
        v128.store(m, v128.shuffle<f32>(mean, f32x4.demote_f64x2_zero(a), 0, 1, 4, 5))
        v128.store(v, v128.shuffle<f32>(square, f32x4.demote_f64x2_zero(s), 0, 1, 4, 5))
        v128.store(w, v128.shuffle<f32>(next, f32x4.demote_f64x2_zero(x), 0, 1, 4, 5))
      }
    }
  }
}
