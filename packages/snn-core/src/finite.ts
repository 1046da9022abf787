import type { DType, Tensor } from './api'
import { InputError } from './errors'
import { f16Value } from './f16'

/** Place of the first value that is NaN or infinite; −1 where all are finite. */
export const firstNonFinite = (values: ArrayLike<number>): number => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i
  return -1
}

/** Indices along every axis of element i of a row-major array: what NumPy takes between brackets. */
export const indicesOf = (shape: readonly number[], i: number): number[] => {
  const indices: number[] = []
  let left = i
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices.unshift(left % shape[axis]!)
    left = Math.floor(left / shape[axis]!)
  }
  return indices
}

/** Place of the first binary16 pattern that is NaN; −1 where there is none. */
const firstNaN = (patterns: Uint16Array): number => {
  for (let i = 0; i < patterns.length; i++) if ((patterns[i]! & 0x7fff) > 0x7c00) return i
  return -1
}

/**
 * Refuses tensors of reals that no pass can have computed: NaN, and in float32 or float64 an infinity too. In binary16 an
 * infinity is an overflow, which hardware of that format goes on with.
 * @param where names the tensor in the error
 * @throws InputError naming the first such element by its axes
 */
export const requireNumbers = ({ layout, dtype, shape, data }: Tensor<string, DType>, where: string): void => {
  if (dtype === 'u8' || dtype === 'bit') return
  const half = dtype === 'f16'
  const at = half ? firstNaN(data as Uint16Array) : firstNonFinite(data)
  if (at < 0) return
  const axes = [...layout]
  const indices = indicesOf(
    axes.map((axis) => (shape as Readonly<Record<string, number>>)[axis]!),
    at,
  )
  throw new InputError({
    where,
    expected: half ? 'numbers' : 'finite numbers',
    got: `${half ? f16Value(data[at]!) : data[at]} at ${axes.map((axis, a) => `${axis} ${indices[a]}`).join(', ')}`,
    hint: 'training that diverged leaves such values: lower the learning rate or the loss scale',
  })
}
