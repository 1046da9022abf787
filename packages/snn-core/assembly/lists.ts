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
 * Weight-gradient lists by ∇u: channel k gets, for each of its non-zero ∇u in the order of maps and places, the ∇u and
 * where the window of inputs under it begins in the padded maps (m·padded + window). Arguments as in `listGradients`.
 * @param windows u16 per output of the convolution
 * @param padded places of a padded map
 * @returns inputs in these windows, padding apart
 */
export function listWindows(
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
  windows: usize,
  padded: i32,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  scratch: usize,
): i32 {
  let total: i32 = 0
  for (let k = 0; k < channels; k++, bits += (<usize>words) << 2, lists += cap << 1, values += cap << 2) {
    const stride = <usize>load<u32>(channelTable + ((<usize>k) << 3), 4)
    const first = gradU + <usize>load<u32>(channelTable + ((<usize>k) << 3)) + <usize>(firstMap * places) * stride
    let n: usize = 0
    for (let m = 0; m < maps; m++) {
      const base = m * padded
      const grad = first + <usize>(m * places) * stride
      const found = listBits(bits + <usize>m * mapStride, words, scratch)
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
            for (let dx = 0; dx < pool; dx++, n++) {
              const at = <usize>(conv + dx)
              store<u16>(lists + (n << 1), <u16>(base + <i32>load<u16>(windows + (at << 1))))
              store<f32>(values + (n << 2), value)
              total += <i32>load<u8>(table + (at << 3), 4) * <i32>load<u8>(table + (at << 3), 5)
            }
          }
        }
        run = end
      }
    }
    store<u32>(counts + ((<usize>k) << 2), <u32>n)
  }
  return total
}
