import { add, div, mul, sub } from './arithmetic'

/*
 * Neurons of one block of channels, all places and timesteps: real values [sample][timestep][place][channel], bits one
 * word per [sample][timestep][place] with one bit per channel. `vectors` is the block's width / 4; `valid` has the
 * bits of its channels that exist.
 */

/**
 * Eq. 1 and 5 over T: potentials into `u` (may be `current` itself), spikes and masks as words, and the potentials
 * with an open window side by side: nothing else of them is needed later.
 * @param currentStep bytes between timesteps of the current, 0 when it is the same at every timestep
 * @param values where the open potentials go: whole vectors are written, none beyond its place if all were open
 * @param starts a word per map: address of its first open potential
 * @param nibbles per four bits of a mask the bytes that bring its values together
 * @param counts two u32 that the number of spikes and of open windows is added to
 */
export function integrate(
  current: usize,
  currentSample: usize,
  currentStep: usize,
  u: usize,
  spikes: usize,
  masks: usize,
  values: usize,
  starts: usize,
  nibbles: usize,
  samples: i32,
  T: i32,
  places: i32,
  vectors: i32,
  valid: u32,
  leak: f32,
  threshold: f32,
  low: f32,
  high: f32,
  subtract: bool,
  counts: usize,
): void {
  const step: usize = (<usize>(places * vectors)) << 4
  const a = f32x4.splat(leak)
  const th = f32x4.splat(threshold)
  const lo = f32x4.splat(low)
  const hi = f32x4.splat(high)
  const keep = i32x4.splat(subtract ? -1 : 0)
  let fires: u32 = 0
  let opens: u32 = 0
  for (let b = 0; b < samples; b++, current += currentSample) {
    let from = current
    for (let t = 0; t < T; t++, from += currentStep, starts += 4) {
      let input = from
      store<u32>(starts, <u32>values)
      for (let p = 0; p < places; p++, spikes += 4, masks += 4) {
        let fired: u32 = 0
        let open: u32 = 0
        for (let v = 0; v < vectors; v++, u += 16, input += 16) {
          let x = v128.load(input)
          if (t > 0) {
            const last = v128.load(u - step)
            const left = v128.bitselect(v128.and(sub(last, th), keep), last, f32x4.ge(last, th))
            x = add(mul(a, left), x)
          }
          v128.store(u, x)
          fired |= (<u32>i32x4.bitmask(f32x4.ge(x, th))) << (v << 2)
          const some = i32x4.bitmask(v128.and(f32x4.gt(x, lo), f32x4.lt(x, hi))) & ((valid >>> (v << 2)) & 15)
          v128.store(values, i8x16.swizzle(x, v128.load(nibbles + ((<usize>some) << 4))))
          values += (<usize>popcnt(some)) << 2
          open |= some << (v << 2)
        }
        fired &= valid
        store<u32>(spikes, fired)
        store<u32>(masks, open)
        fires += popcnt(fired)
        opens += popcnt(open)
      }
    }
  }
  store<u32>(counts, load<u32>(counts) + fires)
  store<u32>(counts, load<u32>(counts, 4) + opens, 4)
}

/**
 * Eq. 2 over T, rectangular surrogate: turns the spatial term in `grad` into ∇u in place.
 * @param spikes, masks, starts as `integrate` wrote them, and the open potentials where `starts` points
 * @param nibbles per four bits the bytes that bring values to their lanes; then lanes of ones per four bits
 * @param active a word per sample: 0 when its gradient is exactly zero; its words become 0, `grad` is left alone
 * @param nonZeros words of [∇u ≠ 0]
 * @param activeMaps a word per map that is set when any ∇u of it is not 0
 * @param counts three u32: non-zero ∇u, and how many of them FP16 would flush, are added; the third becomes 1 when any
 * ∇u is ±∞ or NaN
 */
export function potentialGradients(
  spikes: usize,
  masks: usize,
  starts: usize,
  nibbles: usize,
  grad: usize,
  nonZeros: usize,
  active: usize,
  activeMaps: usize,
  samples: i32,
  T: i32,
  places: i32,
  vectors: i32,
  valid: u32,
  leak: f32,
  threshold: f32,
  height: f32,
  toZero: bool,
  detach: bool,
  counts: usize,
): void {
  const step: usize = (<usize>(places * vectors)) << 4
  const a = f32x4.splat(leak)
  const minusA = f32x4.splat(-leak)
  const h = f32x4.splat(height)
  const resetFactor = mul(minusA, f32x4.splat(threshold))
  const lanes = nibbles + 256
  const zeroing = i32x4.splat(toZero ? -1 : 0)
  const attached = i32x4.splat(detach ? 0 : -1)
  const tiny = f32x4.splat(<f32>1 / <f32>33554432)
  const none = f32x4.splat(0)
  let left: u32 = 0
  let flushed: u32 = 0
  let largest = none
  for (let b = 0; b < samples; b++) {
    const sample: usize = <usize>b * <usize>T * step
    const map = <usize>(b * T)
    const words = nonZeros + ((map * <usize>places) << 2)
    if (load<u32>(active + ((<usize>b) << 2)) === 0) {
      memory.fill(words, 0, (<usize>(T * places)) << 2)
      continue
    }
    for (let t = T - 1; t >= 0; t--) {
      let at: usize = sample + <usize>t * step
      let word = words + ((<usize>(t * places)) << 2)
      let place = ((map + <usize>t) * <usize>places) << 2
      let value = <usize>load<u32>(starts + ((map + <usize>t) << 2))
      let any: u32 = 0
      for (let p = 0; p < places; p++, word += 4, place += 4) {
        let bits: u32 = 0
        let small: u32 = 0
        let openBits = load<u32>(masks + place)
        let firedBits = load<u32>(spikes + place)
        for (let v = 0; v < vectors; v++, at += 16, openBits >>>= 4, firedBits >>>= 4) {
          const some = (<usize>(openBits & 15)) << 4
          const fired = v128.load(lanes + ((<usize>(firedBits & 15)) << 4))
          const open = v128.load(lanes + some)
          const x = i8x16.swizzle(v128.load(value), v128.load(nibbles + some))
          value += (<usize>popcnt(openBits & 15)) << 2
          let gs = v128.load(grad + at)
          let carried = none
          if (t < T - 1) {
            const later = v128.load(grad + at + step)
            const factor = v128.bitselect(mul(minusA, x), resetFactor, zeroing)
            gs = v128.bitselect(add(mul(factor, later), gs), gs, attached)
            carried = v128.andnot(mul(a, later), v128.and(fired, zeroing))
          }
          const g = v128.bitselect(add(carried, mul(gs, h)), carried, open)
          v128.store(grad + at, g)
          const alive = f32x4.ne(g, none)
          // magnitudes in the order of their bits, NaN on top
          const size = f32x4.abs(g)
          largest = i32x4.max_s(largest, size)
          bits |= (<u32>i32x4.bitmask(alive)) << (v << 2)
          small |= (<u32>i32x4.bitmask(v128.and(alive, f32x4.le(size, tiny)))) << (v << 2)
        }
        bits &= valid
        store<u32>(word, bits)
        any |= bits
        left += popcnt(bits)
        flushed += popcnt(small & valid)
      }
      if (any !== 0) store<u32>(activeMaps + ((map + <usize>t) << 2), 1)
    }
  }
  store<u32>(counts, load<u32>(counts) + left)
  store<u32>(counts, load<u32>(counts, 4) + flushed, 4)
  if (v128.any_true(i32x4.ge_s(largest, i32x4.splat(0x7f800000)))) store<u32>(counts, 1, 8)
}

/**
 * Words per place with a bit per channel, turned into bits per channel with a bit per place.
 * @param channels how many channels exist
 * @param channelStride bytes of one channel's bits
 */
export function transposeBits(
  words: usize,
  maps: i32,
  places: i32,
  channels: i32,
  bits: usize,
  mapStride: usize,
  channelStride: usize,
): void {
  for (let m = 0; m < maps; m++, bits += mapStride) {
    memory.fill(bits, 0, <usize>channels * channelStride)
    for (let p = 0; p < places; p++, words += 4) {
      let word = load<u32>(words)
      const to = bits + ((<usize>(p >>> 5)) << 2)
      const bit: u32 = (<u32>1) << (p & 31)
      while (word !== 0) {
        const at = to + <usize>ctz(word) * channelStride
        word &= word - 1
        store<u32>(at, load<u32>(at) | bit)
      }
    }
  }
}

/**
 * Bytes of `maps` maps, one after the other, as bits: one where the byte is not 0, each map starting a word of `target`.
 * Reads whole vectors; the last word of a map is filled up with zeros.
 */
export function packBytes(bytes: usize, maps: i32, places: i32, target: usize): void {
  const none = i8x16.splat(0)
  for (let m = 0; m < maps; m++, bytes += <usize>places) {
    let from = bytes
    for (let left = places; left > 0; left -= 32, from += 32, target += 4) {
      let word = <u32>i8x16.bitmask(i8x16.ne(v128.load(from), none))
      word |= (<u32>i8x16.bitmask(i8x16.ne(v128.load(from, 16), none))) << 16
      if (left < 32) word &= ((<u32>1) << left) - 1
      store<u32>(target, word)
    }
  }
}

/**
 * `APk` before the neuron: sums of a convolution [map][convH·convW][channel] averaged over k×k into
 * [map][outH·outW][channel]; k = 2 as (a+b)+(c+d), others as a tree of adjacent pairs in raster order.
 * @param window room for k² vectors
 */
export function poolCurrents(
  sums: usize,
  out: usize,
  maps: i32,
  vectors: i32,
  convH: i32,
  convW: i32,
  outH: i32,
  outW: i32,
  k: i32,
  window: usize,
): void {
  const area = f32x4.splat(<f32>(k * k))
  const place: usize = (<usize>vectors) << 4
  for (let m = 0; m < maps; m++, sums += <usize>(convH * convW) * place) {
    for (let y = 0; y < outH; y++) {
      for (let x = 0; x < outW; x++) {
        let from = sums + <usize>(y * k * convW + x * k) * place
        for (let v = 0; v < vectors; v++, from += 16, out += 16) {
          let left = 0
          for (let dy = 0; dy < k; dy++)
            for (let dx = 0; dx < k; dx++, left++)
              v128.store(window + ((<usize>left) << 4), v128.load(from + <usize>(dy * convW + dx) * place))
          while (left > 1) {
            const pairs = left >>> 1
            for (let i: usize = 0; i < <usize>pairs; i++)
              v128.store(window + (i << 4), add(v128.load(window + (i << 5)), v128.load(window + (i << 5), 16)))
            if (left & 1) v128.store(window + ((<usize>pairs) << 4), v128.load(window + ((<usize>(left - 1)) << 4)))
            left = (left + 1) >>> 1
          }
          v128.store(out, div(v128.load(window), area))
        }
      }
    }
  }
}

/** values ÷ divisor, in place. */
export function divideAll(values: usize, bytes: usize, divisor: f32): void {
  const d = f32x4.splat(divisor)
  for (const end = values + bytes; values < end; values += 16) v128.store(values, div(v128.load(values), d))
}

/** Sums over T from +0, t ascending: [sample][timestep][values] into [sample][values]; inactive samples give 0. */
export function sumOverTime(values: usize, out: usize, active: usize, samples: i32, T: i32, bytes: usize): void {
  for (let b = 0; b < samples; b++, values += <usize>T * bytes, out += bytes) {
    if (load<u32>(active + ((<usize>b) << 2)) === 0) {
      memory.fill(out, 0, bytes)
      continue
    }
    for (let at: usize = 0; at < bytes; at += 16) {
      let sum = f32x4.splat(0)
      for (let t = 0; t < T; t++) sum = add(sum, v128.load(values + <usize>t * bytes + at))
      v128.store(out + at, sum)
    }
  }
}

/** `APk(spikes)`: bits of maps·channels maps of H × W counted over k×k into bytes. */
export function poolBits(bits: usize, channelStride: usize, channels: i32, H: i32, W: i32, k: i32, out: usize): void {
  const poolH = H / k
  const poolW = W / k
  for (let c = 0; c < channels; c++, bits += channelStride) {
    for (let y = 0; y < poolH; y++) {
      for (let x = 0; x < poolW; x++, out++) {
        let fired: u32 = 0
        for (let dy = 0; dy < k; dy++) {
          for (let dx = 0; dx < k; dx++) {
            const place = (y * k + dy) * W + x * k + dx
            fired += (load<u32>(bits + ((<usize>(place >>> 5)) << 2)) >>> (place & 31)) & 1
          }
        }
        store<u8>(out, <u8>fired)
      }
    }
  }
}

/** Gradients of pooled spikes ÷ k² at every neuron of their window, 0 at dropped ones: [map][places][channel]. */
export function spreadGradients(pooled: usize, out: usize, maps: i32, vectors: i32, H: i32, W: i32, k: i32): void {
  const poolH = H / k
  const poolW = W / k
  const area = f32x4.splat(<f32>(k * k))
  for (let m = 0; m < maps; m++) {
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const py = y / k
        const px = x / k
        const from = pooled + ((<usize>((m * poolH + py) * poolW + px) * <usize>vectors) << 4)
        for (let v: usize = 0; v < <usize>vectors; v++, out += 16) {
          if (py < poolH && px < poolW) v128.store(out, div(v128.load(from + (v << 4)), area))
          else v128.store(out, f32x4.splat(0))
        }
      }
    }
  }
}
