import type { Layer, LayerInput, Network, NeuronConfig, Precision, RealArray, Weights } from '../src/api'
import { f16Round } from '../src/f16'
import { surrogate } from '../src/neuron'
import { rng } from '../src/rng'
import { getBit, sizeOf, tensor } from '../src/tensor'

/**
 * The learning rule written out with plain nested loops over dense arrays: no skipping, no reordering, one rounding
 * after every operation. Everything here is TBCHW or KCRS, flat.
 */
type Values = number[]
export const rounding = { f64: (x: number) => x, f32: Math.fround, f16: f16Round } as const

/** What a layer reads at every timestep, as dense numbers. */
export const denseInput = (input: LayerInput, T: number, precision: Precision): Values => {
  const round = rounding[precision]
  if (input.kind === 'spikes')
    return Array.from({ length: sizeOf('TBCHW', input.data.shape) }, (_, i) => getBit(input.data.data, i))
  if (input.kind === 'levels') return Array.from(input.data.data, (q) => round(q / input.levels))
  const once = Array.from(input.data.data, (v) => round(input.kind === 'pixels' ? v / 256 : v))
  return Array.from({ length: T }, () => once).flat()
}

/** Mean of a window: adjacent pairs level by level, an odd one passes on, then ÷ their number. */
const mean = (window: Values, round: (x: number) => number): number => {
  let level = window
  while (level.length > 1) {
    const next: Values = []
    for (let i = 0; i < level.length; i += 2)
      next.push(i + 1 < level.length ? round(level[i] + level[i + 1]) : level[i])
    level = next
  }
  return round(level[0] / window.length)
}

export const naiveCurrent = (
  layer: Layer,
  x: Values,
  maps: number,
  w: Values,
  round: (x: number) => number,
): Values => {
  const { K, C, H, W, R, S, stride, padding, convH, convW, outH, outW, currentPool: p } = layer
  const out: Values = []
  for (let map = 0; map < maps; map++)
    for (let k = 0; k < K; k++) {
      const conv: Values = []
      for (let oy = 0; oy < convH; oy++)
        for (let ox = 0; ox < convW; ox++) {
          let acc = 0
          for (let c = 0; c < C; c++)
            for (let r = 0; r < R; r++)
              for (let s = 0; s < S; s++) {
                const y = oy * stride + r - padding
                const xx = ox * stride + s - padding
                if (y < 0 || y >= H || xx < 0 || xx >= W) continue
                const value = x[((map * C + c) * H + y) * W + xx]
                acc = round(acc + round(value * w[((k * C + c) * R + r) * S + s]))
              }
          conv.push(acc)
        }
      for (let y = 0; y < outH; y++)
        for (let xx = 0; xx < outW; xx++) {
          const window: Values = []
          for (let dy = 0; dy < p; dy++)
            for (let dx = 0; dx < p; dx++) window.push(conv[(y * p + dy) * convW + xx * p + dx])
          out.push(p === 1 ? window[0] : mean(window, round))
        }
    }
  return out
}

/** Gradients of pooled maps spread over h×w, ÷p². */
export const naiveSpread = (
  g: Values,
  channels: number,
  h: number,
  w: number,
  p: number,
  round: (x: number) => number,
): Values => {
  const [ph, pw] = [Math.floor(h / p), Math.floor(w / p)]
  return Array.from({ length: channels * h * w }, (_, i) => {
    const c = Math.floor(i / (h * w))
    const y = Math.floor(Math.floor((i % (h * w)) / w) / p)
    const x = Math.floor((i % w) / p)
    return y < ph && x < pw ? round(g[(c * ph + y) * pw + x] / (p * p)) : 0
  })
}

/** ∇u at the size of the convolution. */
const convGrad = ({ K, convH, convW, currentPool }: Layer, g: Values, maps: number, round: (x: number) => number) =>
  currentPool === 1 ? g : naiveSpread(g, maps * K, convH, convW, currentPool, round)

export const naiveGradInput = (layer: Layer, gradU: Values, maps: number, w: Values, round: (x: number) => number) => {
  const { K, C, H, W, R, S, stride, padding, convH, convW } = layer
  const g = convGrad(layer, gradU, maps, round)
  const out: Values = []
  for (let map = 0; map < maps; map++)
    for (let c = 0; c < C; c++)
      for (let y = 0; y < H; y++)
        for (let x = 0; x < W; x++) {
          let acc = 0
          for (let k = 0; k < K; k++)
            for (let oy = 0; oy < convH; oy++)
              for (let ox = 0; ox < convW; ox++) {
                const r = y - oy * stride + padding
                const s = x - ox * stride + padding
                if (r < 0 || r >= R || s < 0 || s >= S) continue
                const grad = g[((map * K + k) * convH + oy) * convW + ox]
                acc = round(acc + round(grad * w[((k * C + c) * R + r) * S + s]))
              }
          out.push(acc)
        }
  return out
}

/** `still`: the input does not change in time, so ∇u is summed over t first and multiplied once. */
export const naiveGradWeights = (
  layer: Layer,
  x: Values,
  gradU: Values,
  T: number,
  B: number,
  still: boolean,
  round: (x: number) => number,
) => {
  const { K, C, H, W, R, S, stride, padding, convH, convW } = layer
  const g = convGrad(layer, gradU, T * B, round)
  const out: Values = []
  const at = (t: number, b: number, k: number, o: number) => g[((t * B + b) * K + k) * convH * convW + o]
  for (let k = 0; k < K; k++)
    for (let c = 0; c < C; c++)
      for (let r = 0; r < R; r++)
        for (let s = 0; s < S; s++) {
          let acc = 0
          for (let b = 0; b < B; b++)
            for (let t = 0; t < (still ? 1 : T); t++)
              for (let y = 0; y < H; y++)
                for (let xx = 0; xx < W; xx++) {
                  const oy = (y + padding - r) / stride
                  const ox = (xx + padding - s) / stride
                  if (!Number.isInteger(oy) || !Number.isInteger(ox)) continue
                  if (oy < 0 || oy >= convH || ox < 0 || ox >= convW) continue
                  let grad = 0
                  if (still) for (let step = 0; step < T; step++) grad = round(grad + at(step, b, k, oy * convW + ox))
                  else grad = at(t, b, k, oy * convW + ox)
                  acc = round(acc + round(x[(((t * B + b) * C + c) * H + y) * W + xx] * grad))
                }
          out.push(acc)
        }
  return out
}

/** A firing function and its derivative: the step with its surrogate, or a smooth twin whose derivative is exact. */
export interface Firing {
  readonly fire: (u: number) => number
  readonly derivative: (u: number) => number
}

export const step = (neuron: NeuronConfig): Firing => ({
  fire: (u) => (u >= neuron.fireThreshold ? 1 : 0),
  derivative: surrogate(neuron),
})

/** clip(β·(u − th_l), 0, β·(th_r − th_l)): its true derivative is the rectangle of Eq. 4. */
export const smooth = ({ gradWindow: [low, high], surrogate: shape }: NeuronConfig): Firing => {
  const beta = shape.kind === 'rectangular' ? shape.height : Number.NaN
  return {
    fire: (u) => beta * (Math.min(Math.max(u, low), high) - low),
    derivative: (u) => (low < u && u < high ? beta : 0),
  }
}

export interface NaiveStep {
  readonly loss: number
  readonly u: Values[]
  readonly s: Values[]
  readonly gradU: Values[]
  readonly gradS: Values[]
  readonly gradW: Values[]
}

/** Forward pass, rate loss (mean of (r − y)²), Eq. 2 and 3; firing of any kind, constants already rounded. */
export const naiveStep = (
  network: Network,
  weights: readonly Values[],
  input: Values,
  labels: readonly number[],
  neuron: NeuronConfig,
  { fire, derivative }: Firing,
  precision: Precision,
): NaiveStep => {
  const { T, layers, classes } = network
  const B = labels.length
  const round = rounding[precision]
  const { leak, fireThreshold, reset, detachReset } = neuron
  const x: Values[] = []
  const u: Values[] = []
  const s: Values[] = []
  let next = input
  layers.forEach((layer, l) => {
    x[l] = next
    const current = naiveCurrent(layer, next, T * B, weights[l], round)
    const n = current.length / T
    u[l] = []
    s[l] = []
    for (let i = 0; i < current.length; i++) {
      const [last, fired] = i < n ? [0, 0] : [u[l][i - n], s[l][i - n]]
      const kept =
        reset === 'zero'
          ? round(round(leak * last) * (1 - fired))
          : round(leak * round(last - round(fireThreshold * fired)))
      u[l].push(round(kept + current[i]))
      s[l].push(fire(u[l][i]))
    }
    const { K, outH, outW, spikePool: p } = layer
    next = s[l]
    if (p > 1) {
      next = []
      for (let map = 0; map < T * B * K; map++)
        for (let y = 0; y < Math.floor(outH / p); y++)
          for (let xx = 0; xx < Math.floor(outW / p); xx++) {
            let sum = 0
            for (let dy = 0; dy < p; dy++)
              for (let dx = 0; dx < p; dx++) sum += s[l][(map * outH + y * p + dy) * outW + xx * p + dx]
            next.push(round(sum / (p * p)))
          }
    }
  })
  const counts = Array.from({ length: B * classes }, (_, i) => {
    let n = 0
    for (let t = 0; t < T; t++) n += s[layers.length - 1][t * B * classes + i]
    return n
  })
  const errors = counts.map((n, i) => n / T - (labels[Math.floor(i / classes)] === i % classes ? 1 : 0))
  const loss = errors.reduce((sum, e) => sum + e * e, 0) / (B * classes)
  const gradU: Values[] = []
  const gradS: Values[] = []
  const gradW: Values[] = []
  let spatial = Array.from({ length: T }, () => errors.map((e) => round((2 * e) / (B * classes * T)))).flat()
  for (let l = layers.length - 1; l >= 0; l--) {
    const n = u[l].length / T
    gradU[l] = new Array(u[l].length).fill(0)
    gradS[l] = new Array(u[l].length).fill(0)
    for (let i = u[l].length - 1; i >= 0; i--) {
      const later = i + n < u[l].length ? gradU[l][i + n] : 0
      const factor = reset === 'zero' ? round(-leak * u[l][i]) : round(-leak * fireThreshold)
      gradS[l][i] = detachReset ? spatial[i] : round(round(factor * later) + spatial[i])
      const keep = reset === 'zero' ? 1 - s[l][i] : 1
      const open = round(derivative(u[l][i]))
      gradU[l][i] = round(round(round(leak * later) * keep) + round(gradS[l][i] * open))
    }
    const still = layers[l].encoding
    gradW[l] = naiveGradWeights(layers[l], x[l], gradU[l], T, B, still, round)
    if (l === 0) break
    const below = layers[l - 1]
    spatial = naiveGradInput(layers[l], gradU[l], T * B, weights[l], round)
    if (below.spikePool > 1)
      spatial = naiveSpread(spatial, T * B * below.K, below.outH, below.outW, below.spikePool, round)
  }
  return { loss, u, s, gradU, gradS, gradW }
}

/** Seeded normal weights of a network, rounded to a precision; gain is in units of 1/√fan-in. */
export const randomWeights = (network: Network, seed: number, precision: Precision, gain = 2): Weights[] => {
  const { normal } = rng(seed)
  return network.layers.map(({ K, C, R, S }) => {
    const values = Array.from({ length: K * C * R * S }, () =>
      rounding[precision]((gain * normal()) / Math.sqrt(C * R * S)),
    )
    const data = precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values)
    return tensor('KCRS', precision === 'f64' ? 'f64' : 'f32', { K, C, R, S }, data as RealArray)
  })
}

/** Seeded random values: normal, a share `density` of them not zero, rounded. */
export const randomValues = (n: number, seed: number, density: number, precision: Precision): Values => {
  const { normal, next } = rng(seed)
  return Array.from({ length: n }, () => (next() < density ? rounding[precision](normal()) : 0))
}

export const realArray = (values: Values, precision: Precision): RealArray =>
  precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values)
export const realType = (precision: Precision): 'f64' | 'f32' => (precision === 'f64' ? 'f64' : 'f32')

/** Index and values of the first difference (−0 counts as 0), or undefined: what an expect can show. */
export const firstDifference = (ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
  if (ours.length !== theirs.length) return { lengths: [ours.length, theirs.length] }
  for (let i = 0; i < theirs.length; i++)
    if (!(ours[i] === theirs[i])) return { index: i, ours: ours[i], theirs: theirs[i] }
  return undefined
}
