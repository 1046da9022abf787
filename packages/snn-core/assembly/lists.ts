/*
 * Which rows each output adds, written by walking the non-zero inputs in order and appending each to the lists of the
 * outputs it reaches: cost follows the non-zeros, and every list comes out in the order of the reference.
 *
 * A place table has 8 bytes per input place: u16 first output, u16 tap of that output, u8 rows and u8 columns of
 * outputs reached. Output (i, j) of them is first + i·width + j, its tap is tap + (i·S + j)·step.
 */

/** Bits of one map, channel after channel, each channel starting a word. */
function nextWord(bits: usize, word: i32): u32 {
  return load<u32>(bits + ((<usize>word) << 2))
}

/** Set bits of one channel of one map, ascending, as u32. */
function listBits(bits: usize, words: i32, out: usize): i32 {
  let found: i32 = 0
  for (let w = 0; w < words; w++) {
    let word = nextWord(bits, w)
    while (word !== 0) {
      store<u32>(out + ((<usize>found) << 2), (w << 5) + ctz(word))
      word &= word - 1
      found++
    }
  }
  return found
}

/**
 * Forward lists of spikes: output p of map m gets the rows c·taps + tap of its active inputs, c from 0.
 * @returns entries written
 */
export function listSpikes(
  bits: usize,
  mapStride: usize,
  maps: i32,
  channels: i32,
  words: i32,
  table: usize,
  width: i32,
  taps: i32,
  S: i32,
  step: i32,
  outputs: i32,
  lists: usize,
  counts: usize,
  cap: usize,
): i32 {
  memory.fill(counts, 0, (<usize>(maps * outputs)) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bits += mapStride) {
    const base = m * outputs
    let from = bits
    for (let c = 0; c < channels; c++, from += (<usize>words) << 2) {
      for (let w = 0; w < words; w++) {
        let word = nextWord(from, w)
        while (word !== 0) {
          const entry = table + ((<usize>((w << 5) + ctz(word))) << 3)
          word &= word - 1
          let p = base + <i32>load<u16>(entry)
          let tap = c * taps + <i32>load<u16>(entry, 2)
          const nx = <i32>load<u8>(entry, 5)
          for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, p += width, tap += S * step) {
            for (let x = 0; x < nx; x++) {
              const count = counts + ((<usize>(p + x)) << 2)
              const n = load<u32>(count)
              store<u16>(lists + ((<usize>(p + x) * cap + n) << 1), <u16>(tap + x * step))
              store<u32>(count, n + 1)
            }
            total += nx
          }
        }
      }
    }
  }
  return total
}

/** The same for bytes (levels or pixels): a byte q that is not 0 stands for the value `levels[q]`. */
export function listLevels(
  bytes: usize,
  mapStride: usize,
  maps: i32,
  channels: i32,
  places: i32,
  levels: usize,
  table: usize,
  width: i32,
  taps: i32,
  S: i32,
  step: i32,
  outputs: i32,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
): i32 {
  memory.fill(counts, 0, (<usize>(maps * outputs)) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bytes += mapStride) {
    const base = m * outputs
    let from = bytes
    for (let c = 0; c < channels; c++, from += <usize>places) {
      for (let i = 0; i < places; i++) {
        const q = <usize>load<u8>(from + <usize>i)
        if (q === 0) continue
        const value = load<f32>(levels + (q << 2))
        const entry = table + ((<usize>i) << 3)
        let p = base + <i32>load<u16>(entry)
        let tap = c * taps + <i32>load<u16>(entry, 2)
        const nx = <i32>load<u8>(entry, 5)
        for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, p += width, tap += S * step) {
          for (let x = 0; x < nx; x++) {
            const count = counts + ((<usize>(p + x)) << 2)
            const n = load<u32>(count)
            const at = <usize>(p + x) * cap + n
            store<u16>(lists + (at << 1), <u16>(tap + x * step))
            store<f32>(values + (at << 2), value)
            store<u32>(count, n + 1)
          }
          total += nx
        }
      }
    }
  }
  return total
}

/**
 * Input-gradient lists: input place p of map m gets the rows k·taps + tap and the values of the ∇u that reach it, k
 * from 0. With pooling every ∇u stands at pool × pool places of the convolution, walked in their raster order.
 * @param bits non-zero ∇u: neurons' places, channel after channel
 * @param gradU value of channel k at place i of map m: block(k) + (m·places + i)·width(k) + lane(k)
 * @param channelTable per channel 8 bytes: u32 byte offset of its first value, u32 bytes between places
 * @param places, outW places and width of the neurons' map; `convW` that of the convolution
 */
export function listGradients(
  bits: usize,
  mapStride: usize,
  maps: i32,
  channels: i32,
  words: i32,
  gradU: usize,
  channelTable: usize,
  firstMap: i32,
  places: i32,
  outW: i32,
  convW: i32,
  pool: i32,
  table: usize,
  width: i32,
  taps: i32,
  S: i32,
  inputs: i32,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  scratch: usize,
): i32 {
  memory.fill(counts, 0, (<usize>(maps * inputs)) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bits += mapStride) {
    const base = m * inputs
    let from = bits
    for (let k = 0; k < channels; k++, from += (<usize>words) << 2) {
      const stride = <usize>load<u32>(channelTable + ((<usize>k) << 3), 4)
      const grad =
        gradU + <usize>load<u32>(channelTable + ((<usize>k) << 3)) + <usize>((firstMap + m) * places) * stride
      const found = listBits(from, words, scratch)
      let run: i32 = 0
      while (run < found) {
        // places of one row of neurons (all of them without pooling: their order is that of the convolution)
        let end = found
        let row: i32 = 0
        if (pool > 1) {
          row = load<u32>(scratch + ((<usize>run) << 2)) / outW
          end = run + 1
          while (end < found && load<u32>(scratch + ((<usize>end) << 2)) / outW === row) end++
        }
        for (let dy = 0; dy < pool; dy++) {
          for (let i = run; i < end; i++) {
            const place = <i32>load<u32>(scratch + ((<usize>i) << 2))
            const value = load<f32>(grad + <usize>place * stride)
            if (value === 0) continue
            let conv = place
            if (pool > 1) conv = (row * pool + dy) * convW + (place - row * outW) * pool
            for (let dx = 0; dx < pool; dx++) {
              const entry = table + ((<usize>(conv + dx)) << 3)
              let p = base + <i32>load<u16>(entry)
              let tap = k * taps + <i32>load<u16>(entry, 2)
              const nx = <i32>load<u8>(entry, 5)
              for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, p += width, tap += S) {
                for (let x = 0; x < nx; x++) {
                  const count = counts + ((<usize>(p + x)) << 2)
                  const n = load<u32>(count)
                  const at = <usize>(p + x) * cap + n
                  store<u16>(lists + (at << 1), <u16>(tap + x))
                  store<f32>(values + (at << 2), value)
                  store<u32>(count, n + 1)
                }
                total += nx
              }
            }
          }
        }
        run = end
      }
    }
  }
  return total
}

/**
 * Weight-gradient lists of spikes: row c·taps + tap gets the places (m·places + neuron) whose ∇u it adds, in the order
 * of maps and places. Maps without any ∇u are left out.
 * @param pooled u16 per output of the convolution: its neuron, 0xffff where pooling drops it; 0: the output itself
 * @param active a word per map, 0 when all its ∇u are 0
 */
export function listPlaces(
  bits: usize,
  mapStride: usize,
  maps: i32,
  channels: i32,
  words: i32,
  table: usize,
  width: i32,
  taps: i32,
  S: i32,
  step: i32,
  pooled: usize,
  places: i32,
  active: usize,
  lists: usize,
  counts: usize,
  cap: usize,
): i32 {
  memory.fill(counts, 0, (<usize>(channels * taps)) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bits += mapStride) {
    if (load<u32>(active + ((<usize>m) << 2)) === 0) continue
    const base = m * places
    let from = bits
    for (let c = 0; c < channels; c++, from += (<usize>words) << 2) {
      for (let w = 0; w < words; w++) {
        let word = nextWord(from, w)
        while (word !== 0) {
          const entry = table + ((<usize>((w << 5) + ctz(word))) << 3)
          word &= word - 1
          let p = <i32>load<u16>(entry)
          let tap = c * taps + <i32>load<u16>(entry, 2)
          const nx = <i32>load<u8>(entry, 5)
          for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, p += width, tap += S * step) {
            for (let x = 0; x < nx; x++) {
              let place = p + x
              if (pooled !== 0) {
                place = <i32>load<u16>(pooled + ((<usize>place) << 1))
                if (place === 0xffff) continue
              }
              const row = <usize>(tap + x * step)
              const count = counts + (row << 2)
              const n = load<u32>(count)
              store<u16>(lists + ((row * cap + n) << 1), <u16>(base + place))
              store<u32>(count, n + 1)
              total++
            }
          }
        }
      }
    }
  }
  return total
}

/** The same for bytes (levels or pixels), with their values. */
export function listLevelPlaces(
  bytes: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  inputs: i32,
  levels: usize,
  table: usize,
  width: i32,
  taps: i32,
  S: i32,
  step: i32,
  pooled: usize,
  places: i32,
  active: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
): i32 {
  memory.fill(counts, 0, (<usize>(channels * taps)) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bytes += mapStride) {
    if (load<u32>(active + ((<usize>m) << 2)) === 0) continue
    const base = m * places
    let from = bytes
    for (let c = 0; c < channels; c++, from += channelStride) {
      for (let i = 0; i < inputs; i++) {
        const q = <usize>load<u8>(from + <usize>i)
        if (q === 0) continue
        const value = load<f32>(levels + (q << 2))
        const entry = table + ((<usize>i) << 3)
        let p = <i32>load<u16>(entry)
        let tap = c * taps + <i32>load<u16>(entry, 2)
        const nx = <i32>load<u8>(entry, 5)
        for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, p += width, tap += S * step) {
          for (let x = 0; x < nx; x++) {
            let place = p + x
            if (pooled !== 0) {
              place = <i32>load<u16>(pooled + ((<usize>place) << 1))
              if (place === 0xffff) continue
            }
            const row = <usize>(tap + x * step)
            const count = counts + (row << 2)
            const n = load<u32>(count)
            const at = row * cap + n
            store<u16>(lists + (at << 1), <u16>(base + place))
            store<f32>(values + (at << 2), value)
            store<u32>(count, n + 1)
            total++
          }
        }
      }
    }
  }
  return total
}

/**
 * Weight-gradient lists by ∇u: channel first + c gets, for each non-zero ∇u of the block's channel c in the order of maps
 * and places, the ∇u and where the window of inputs under it begins in the padded maps (m·padded + window). With pooling
 * every ∇u stands at pool × pool places of the convolution, in their raster order.
 * @param words of one block, a bit per channel [map][place]; those of `mask` count
 * @param gradU its values [map][place][channel], `width` channels
 * @param table 8 bytes per output of the convolution, whose last two say how many rows and columns of inputs it reads
 * @param windows u16 per output of the convolution
 * @param padded places of a padded map
 * @param counts continue from what is there
 * @returns inputs in these windows, padding apart
 */
export function listWindows(
  words: usize,
  mask: u32,
  maps: i32,
  outH: i32,
  outW: i32,
  convW: i32,
  pool: i32,
  gradU: usize,
  width: i32,
  table: usize,
  windows: usize,
  padded: i32,
  first: i32,
  lists: usize,
  values: usize,
  counts: usize,
  cap: i32,
): i32 {
  let total: i32 = 0
  const size = (<usize>width) << 2
  for (let m = 0, base = 0; m < maps; m++, base += padded) {
    for (let y = 0; y < outH; y++, words += (<usize>outW) << 2, gradU += <usize>outW * size) {
      for (let dy = 0; dy < pool; dy++) {
        const row = (y * pool + dy) * convW
        for (let x = 0; x < outW; x++) {
          let word = load<u32>(words + ((<usize>x) << 2)) & mask
          while (word !== 0) {
            const c = <i32>ctz(word)
            word &= word - 1
            const value = load<f32>(gradU + <usize>x * size + ((<usize>c) << 2))
            if (value === 0) continue
            const list = first + c
            const count = counts + ((<usize>list) << 2)
            const begin = <i32>load<u32>(count)
            let at = <usize>(list * cap + begin)
            for (let dx = 0; dx < pool; dx++, at++) {
              const conv = <usize>(row + x * pool + dx)
              store<u16>(lists + (at << 1), <u16>(base + <i32>load<u16>(windows + (conv << 1))))
              store<f32>(values + (at << 2), value)
              total += <i32>load<u8>(table + (conv << 3), 4) * <i32>load<u8>(table + (conv << 3), 5)
            }
            store<u32>(count, begin + pool)
          }
        }
      }
    }
  }
  return total
}

/*
 * Lists in any order: the ∇u of each place once, then for each input the lists of the places it reaches one after the
 * other.
 */

/**
 * ∇u at each of n places out of a block's words: appends row base + c·taps of each bit c that is set in a word and in
 * `mask`, and its value.
 * @param gradU `width` values a place
 * @param nibbles 16 bytes per four bits: the bytes that bring the values of those set together
 * @param positions see `listBits`; as there lists are written in pieces of 16 bytes (values: two of them)
 * @param append to what the lists have, else they begin
 */
export function listAtPlaces(
  words: usize,
  mask: u32,
  n: i32,
  base: i32,
  taps: i32,
  positions: usize,
  gradU: usize,
  width: i32,
  nibbles: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  append: bool,
): void {
  const factor = i16x8.splat(<i16>taps)
  const size = (<usize>width) << 2
  const from = <i32>(ctz(mask) >>> 3)
  const to = <i32>((39 - clz(mask)) >>> 3)
  for (let p = 0; p < n; p++, words += 4, counts += 4, gradU += size, lists += cap << 1, values += cap << 2) {
    let count: usize = append ? load<u32>(counts) : 0
    const word = load<u32>(words) & mask
    for (let i = from; i < to; i++) {
      const byte = (word >>> (i << 3)) & 255
      if (byte === 0) continue
      const rows = i16x8.mul(v128.load(positions + ((<usize>byte) << 4)), factor)
      v128.store(lists + (count << 1), i16x8.add(rows, i16x8.splat(<i16>(base + (i << 3) * taps))))
      const own = gradU + ((<usize>i) << 5)
      const low = <usize>(byte & 15)
      const high = <usize>(byte >>> 4)
      const next = values + (count << 2)
      v128.store(next, i8x16.swizzle(v128.load(own), v128.load(nibbles + (low << 4))))
      v128.store(
        next + ((<usize>popcnt(<u32>low)) << 2),
        i8x16.swizzle(v128.load(own, 16), v128.load(nibbles + (high << 4))),
      )
      count += <usize>popcnt(byte)
    }
    store<u32>(counts, <u32>count)
  }
}

/**
 * Joins the lists of the places that each target reaches: place first + i·width + j with its rows moved by
 * tap + i·down + j·right.
 * @param from lists of `sources` places a map
 * @param table per target 8 bytes: see the head of this file
 * @param total u32 that the number of entries is added to
 * @returns room of each list, the most entries and some more: lists are written in pieces of 16 bytes (values: two)
 */
export function joinLists(
  from: usize,
  fromValues: usize,
  fromCounts: usize,
  fromCap: usize,
  sources: i32,
  maps: i32,
  table: usize,
  targets: i32,
  width: i32,
  down: i32,
  right: i32,
  lists: usize,
  values: usize,
  counts: usize,
  total: usize,
): i32 {
  let most: u32 = 0
  let sum: u32 = 0
  for (let m = 0; m < maps; m++) {
    for (let t = 0; t < targets; t++) {
      const entry = table + ((<usize>t) << 3)
      let at = fromCounts + ((<usize>(m * sources + <i32>load<u16>(entry))) << 2)
      const nx = <i32>load<u8>(entry, 5)
      let n: u32 = 0
      for (let ny = <i32>load<u8>(entry, 4); ny > 0; ny--, at += (<usize>width) << 2)
        for (let x: usize = 0; x < <usize>nx; x++) n += load<u32>(at + (x << 2))
      store<u32>(counts + ((<usize>(m * targets + t)) << 2), n)
      most = max(most, n)
      sum += n
    }
  }
  store<u32>(total, load<u32>(total) + sum)
  const cap = <i32>((most + 15) & ~7)
  if (most === 0) return cap
  for (let m = 0; m < maps; m++) {
    for (let t = 0; t < targets; t++, lists += (<usize>cap) << 1, values += (<usize>cap) << 2) {
      const entry = table + ((<usize>t) << 3)
      const first = m * sources + <i32>load<u16>(entry)
      const tap = <i32>load<u16>(entry, 2)
      const nx = <i32>load<u8>(entry, 5)
      let to = lists
      let toValue = values
      for (let i = 0, ny = <i32>load<u8>(entry, 4); i < ny; i++) {
        for (let j = 0; j < nx; j++) {
          const source = <usize>(first + i * width + j)
          const n = <usize>load<u32>(fromCounts + (source << 2))
          const move = i16x8.splat(<i16>(tap + i * down + j * right))
          const rows = from + ((source * fromCap) << 1)
          for (let done: usize = 0; done < n; done += 8)
            v128.store(to + (done << 1), i16x8.add(v128.load(rows + (done << 1)), move))
          to += n << 1
          const own = fromValues + ((source * fromCap) << 2)
          for (let done: usize = 0; done < n; done += 4) v128.store(toValue + (done << 2), v128.load(own + (done << 2)))
          toValue += n << 2
        }
      }
    }
  }
  return cap
}
