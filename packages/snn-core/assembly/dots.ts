/*
 * Input gradients where the mask of the layer below is open, and nowhere else: one dot product over the output channels
 * and taps for each open neuron. Cost follows the output sparsity, whatever the gradients are; sums go by lanes, not in
 * the order of the reference. Float32 only.
 */

/** sum + x · y; one rounding where fused. Never binary16. */
function plusProduct(sum: v128, x: v128, y: v128): v128 {
  return FUSED ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y))
}

function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  // ab holds a02 b02 a13 b13
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}

function addTo(address: usize, value: f32): void {
  store<f32>(address, load<f32>(address) + value)
}

/**
 * out[map][place][channel] += Σ over taps and output channels of weight · ∇u, for one block of each side, where the
 * mask's bit is set.
 * @param rows weights of the output block from the first input channel on: [input channel · taps + tap][output channel]
 * @param size bytes of one row, a multiple of 32
 * @param grad ∇u of the output block [map][output][channel]
 * @param table which outputs an input place reaches (see lists.ts), `outW` of them a row; taps go back by `stride`
 * @param masks a word per [map][place] with a bit per input channel
 * @param outSize bytes of one place of `out`
 * @param pairs room for 8 bytes a tap
 * @returns dot products of one tap each
 */
export function dotOpen(
  rows: usize,
  size: usize,
  taps: i32,
  S: i32,
  stride: i32,
  grad: usize,
  outputs: i32,
  outW: i32,
  table: usize,
  masks: usize,
  inputs: i32,
  maps: i32,
  out: usize,
  outSize: usize,
  pairs: usize,
): f64 {
  const channel: usize = <usize>taps * size
  let products: u32 = 0
  for (let m = 0; m < maps; m++, grad += <usize>outputs * size) {
    for (let p = 0; p < inputs; p++, masks += 4, out += outSize) {
      let word = load<u32>(masks)
      if (word === 0) continue
      const entry = table + ((<usize>p) << 3)
      const first = <i32>load<u16>(entry)
      const tap = <i32>load<u16>(entry, 2)
      const nx = <i32>load<u8>(entry, 5)
      let last = pairs
      for (let i = 0, ny = <i32>load<u8>(entry, 4); i < ny; i++) {
        for (let j = 0; j < nx; j++, last += 8) {
          store<u32>(last, <u32>(<usize>(tap - (i * S + j) * stride) * size))
          store<u32>(last, <u32>(grad + <usize>(first + i * outW + j) * size), 4)
        }
      }
      products += popcnt(word) * <u32>((last - pairs) >> 3)
      while (word !== 0) {
        const c0 = <usize>ctz(word)
        word &= word - 1
        const w0 = rows + c0 * channel
        if (word === 0) {
          // one channel left
          let a = f32x4.splat(0)
          let b = a
          for (let pair = pairs; pair < last; pair += 8) {
            let w = w0 + <usize>load<u32>(pair)
            let g = <usize>load<u32>(pair, 4)
            for (const end = g + size; g < end; g += 32, w += 32) {
              a = plusProduct(a, v128.load(g), v128.load(w))
              b = plusProduct(b, v128.load(g, 16), v128.load(w, 16))
            }
          }
          const sum = sumLanes(f32x4.add(a, b), a, a, a)
          addTo(out + (c0 << 2), f32x4.extract_lane(sum, 0))
          break
        }
        // up to four channels side by side; missing ones repeat the first and are not stored
        const c1 = <usize>ctz(word)
        word &= word - 1
        let c2 = c0
        let c3 = c0
        let many = 2
        if (word !== 0) {
          c2 = <usize>ctz(word)
          word &= word - 1
          many = 3
          if (word !== 0) {
            c3 = <usize>ctz(word)
            word &= word - 1
            many = 4
          }
        }
        const w1 = rows + c1 * channel
        const w2 = rows + c2 * channel
        const w3 = rows + c3 * channel
        let a0 = f32x4.splat(0)
        let a1 = a0
        let a2 = a0
        let a3 = a0
        let b0 = a0
        let b1 = a0
        let b2 = a0
        let b3 = a0
        if (many > 2) {
          for (let pair = pairs; pair < last; pair += 8) {
            let w = <usize>load<u32>(pair)
            let g = <usize>load<u32>(pair, 4)
            for (const end = g + size; g < end; g += 32, w += 32) {
              const x = v128.load(g)
              const y = v128.load(g, 16)
              a0 = plusProduct(a0, x, v128.load(w0 + w))
              a1 = plusProduct(a1, x, v128.load(w1 + w))
              a2 = plusProduct(a2, x, v128.load(w2 + w))
              a3 = plusProduct(a3, x, v128.load(w3 + w))
              b0 = plusProduct(b0, y, v128.load(w0 + w, 16))
              b1 = plusProduct(b1, y, v128.load(w1 + w, 16))
              b2 = plusProduct(b2, y, v128.load(w2 + w, 16))
              b3 = plusProduct(b3, y, v128.load(w3 + w, 16))
            }
          }
        } else {
          for (let pair = pairs; pair < last; pair += 8) {
            let w = <usize>load<u32>(pair)
            let g = <usize>load<u32>(pair, 4)
            for (const end = g + size; g < end; g += 32, w += 32) {
              const x = v128.load(g)
              const y = v128.load(g, 16)
              a0 = plusProduct(a0, x, v128.load(w0 + w))
              a1 = plusProduct(a1, x, v128.load(w1 + w))
              b0 = plusProduct(b0, y, v128.load(w0 + w, 16))
              b1 = plusProduct(b1, y, v128.load(w1 + w, 16))
            }
          }
        }
        const sum = sumLanes(f32x4.add(a0, b0), f32x4.add(a1, b1), f32x4.add(a2, b2), f32x4.add(a3, b3))
        addTo(out + (c0 << 2), f32x4.extract_lane(sum, 0))
        addTo(out + (c1 << 2), f32x4.extract_lane(sum, 1))
        if (many > 2) addTo(out + (c2 << 2), f32x4.extract_lane(sum, 2))
        if (many > 3) addTo(out + (c3 << 2), f32x4.extract_lane(sum, 3))
      }
    }
  }
  return products
}
