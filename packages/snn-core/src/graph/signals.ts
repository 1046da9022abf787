import type { LayerInput, Maps, Precision, RealArray } from '../api'
import { arithmetic, storageOf } from '../arithmetic'
import { bitWords, getBit, setBit, tensor } from '../tensor'
import type { MapShape, Signal } from './api'
import { mapSize } from './operators/operator'

/** True for values that are the same at every timestep. */
export const isStill = (signal: Signal): boolean => signal.kind === 'pixels' || signal.kind === 'analog'

export const signalShape = ({ data }: Signal): MapShape => {
  const { C, H, W } = data.shape
  return { C, H, W }
}

/** Timesteps and samples; values that are the same at every timestep have T = 1. */
export const signalExtent = (signal: Signal): { readonly T: number; readonly B: number } =>
  signal.kind === 'pixels' || signal.kind === 'analog'
    ? { T: 1, B: signal.data.shape.B }
    : { T: signal.data.shape.T, B: signal.data.shape.B }

/** The values of a signal as reals of a precision, each rounded once: TBCHW, T = 1 for still values. */
export const signalValues = (signal: Signal, precision: Precision): RealArray => {
  const { T, B } = signalExtent(signal)
  const ops = arithmetic(precision)
  const out = ops.zeros(T * B * mapSize(signalShape(signal)))
  const { data } = signal.data
  if (signal.kind === 'spikes') for (let i = 0; i < out.length; i++) out[i] = getBit(signal.data.data, i)
  else {
    const unit = signal.kind === 'levels' ? signal.levels : signal.kind === 'pixels' ? 256 : 1
    for (let i = 0; i < out.length; i++) out[i] = data[i] / unit
    ops.settle(out, 0, out.length)
  }
  return out
}

/** Real values that change in time. */
export const realSignal = (
  values: RealArray,
  { C, H, W }: MapShape,
  T: number,
  B: number,
  precision: Precision,
): Signal => ({ kind: 'real', data: tensor('TBCHW', storageOf(precision), { T, B, C, H, W }, values) })

/**
 * A signal as the layers of a chain read it. Real values that change in time become T·B samples of one timestep each:
 * they lie in memory in that order already.
 */
export const asLayerInput = (signal: Signal): LayerInput => {
  if (signal.kind !== 'real') return signal
  const { T, B, C, H, W } = signal.data.shape
  const { dtype, data } = signal.data
  return { kind: 'analog', data: tensor('BCHW', dtype, { B: T * B, C, H, W }, data) }
}

/** The same values as maps of T timesteps of B samples each. */
export const reshapeTime = (maps: Maps, T: number, B: number): Maps => {
  const { C, H, W } = maps.shape
  return tensor('TBCHW', maps.dtype, { T, B, C, H, W }, maps.data)
}

/** n packed bits from bit `from` on. */
const sliceBits = (words: Uint32Array, from: number, n: number): Uint32Array => {
  const out = new Uint32Array(bitWords(n))
  for (let i = 0; i < n; i++) if (getBit(words, from + i)) setBit(out, i)
  return out
}

/** One timestep of a signal. Values that are the same at every timestep are returned as they are. */
export const atStep = (signal: Signal, t: number): Signal => {
  if (signal.kind === 'pixels' || signal.kind === 'analog') return signal
  const { B, C, H, W } = signal.data.shape
  const shape = { T: 1, B, C, H, W }
  const n = B * C * H * W
  switch (signal.kind) {
    case 'spikes':
      return { kind: 'spikes', data: tensor('TBCHW', 'bit', shape, sliceBits(signal.data.data, t * n, n)) }
    case 'levels': {
      const { levels, data } = signal
      return { kind: 'levels', levels, data: tensor('TBCHW', 'u8', shape, data.data.subarray(t * n, (t + 1) * n)) }
    }
    case 'real': {
      const { dtype, data } = signal.data
      return { kind: 'real', data: tensor('TBCHW', dtype, shape, data.slice(t * n, (t + 1) * n)) }
    }
  }
}

/** The signal one timestep later, zeros at the first. @param T timesteps of the network */
export const delayedSignal = (signal: Signal, T: number, precision: Precision): Signal => {
  const { B } = signalExtent(signal)
  const map = signalShape(signal)
  const n = B * mapSize(map)
  const shape = { T, B, ...map }
  if (signal.kind === 'spikes') {
    const bits = tensor('TBCHW', 'bit', shape)
    for (let i = 0; i < (T - 1) * n; i++) if (getBit(signal.data.data, i)) setBit(bits.data, i + n)
    return { kind: 'spikes', data: bits }
  }
  if (signal.kind === 'levels') {
    const data = new Uint8Array(T * n)
    data.set(signal.data.data.subarray(0, (T - 1) * n), n)
    return { kind: 'levels', levels: signal.levels, data: tensor('TBCHW', 'u8', shape, data) }
  }
  const values = signalValues(signal, precision)
  const out = arithmetic(precision).zeros(T * n)
  if (isStill(signal)) for (let t = 1; t < T; t++) out.set(values, t * n)
  else out.set(values.subarray(0, (T - 1) * n), n)
  return realSignal(out, map, T, B, precision)
}

/** Channels `from` .. `from + count − 1` of every map. */
export const channelsOf = (signal: Signal, from: number, count: number): Signal => {
  const { T, B } = signalExtent(signal)
  const { C, H, W } = signalShape(signal)
  if (from === 0 && count === C) return signal
  const whole = C * H * W
  const part = count * H * W
  const shape = { T, B, C: count, H, W }
  if (signal.kind === 'spikes') {
    const bits = tensor('TBCHW', 'bit', shape)
    for (let map = 0; map < T * B; map++)
      for (let i = 0; i < part; i++)
        if (getBit(signal.data.data, map * whole + from * H * W + i)) setBit(bits.data, map * part + i)
    return { kind: 'spikes', data: bits }
  }
  const { data } = signal.data
  const out = new (data.constructor as new (n: number) => typeof data)(T * B * part)
  for (let map = 0; map < T * B; map++) {
    const at = map * whole + from * H * W
    out.set(data.subarray(at, at + part), map * part)
  }
  const still = { B, C: count, H, W }
  switch (signal.kind) {
    case 'levels':
      return { ...signal, data: tensor('TBCHW', 'u8', shape, out as Uint8Array) }
    case 'pixels':
      return { ...signal, data: tensor('BCHW', 'u8', still, out as Uint8Array) }
    case 'analog':
      return { ...signal, data: tensor('BCHW', signal.data.dtype, still, out as RealArray) }
    case 'real':
      return { ...signal, data: tensor('TBCHW', signal.data.dtype, shape, out as RealArray) }
  }
}
