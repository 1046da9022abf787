import { requireKnown, requireObject } from '@h2learn/config'
import { InputError, type Samples } from '@h2learn/snn-core'
import type { DatasetSplit } from './api'

/** Largest block of samples that is made in one go; more would fail deep inside instead of here. */
const maxBytes = 2 ** 31 - 1

/** @throws InputError unless value is an integer from `low` to `high` */
export const checkInteger = (where: string, name: string, value: unknown, low: number, high: number): void => {
  if (!Number.isSafeInteger(value) || (value as number) < low || (value as number) > high)
    throw new InputError({ where, expected: `${name} to be an integer from ${low} to ${high}`, got: String(value) })
}

/** @throws InputError unless value is a finite number from `low` to `high` */
export const checkNumber = (where: string, name: string, value: unknown, low: number, high: number): void => {
  if (!(typeof value === 'number' && value >= low && value <= high))
    throw new InputError({ where, expected: `${name} to be a number from ${low} to ${high}`, got: String(value) })
}

/** @throws InputError unless value is one of the known words */
export const checkWord = (where: string, name: string, value: unknown, known: readonly string[]): void => {
  if (typeof value !== 'string' || !known.includes(value))
    throw new InputError({ where, expected: `${name} to be one of ${known.join(', ')}`, got: String(value) })
}

/** @throws InputError unless split is 'train' or 'test' */
export const checkSplit = (where: string, split: DatasetSplit): void =>
  checkWord(where, 'split', split, ['train', 'test'])

/** Bytes of a block of samples, N·T·C·H·W. @throws InputError when it is too large to hold */
export const blockBytes = (where: string, ...extents: readonly number[]): number => {
  const bytes = extents.reduce((product, extent) => product * extent, 1)
  if (bytes > maxBytes)
    throw new InputError({
      where,
      expected: `at most ${maxBytes} bytes of samples`,
      got: `${extents.join(' × ')} = ${bytes}`,
      hint: 'take fewer samples, timesteps or pixels at a time',
    })
  return bytes
}

/**
 * The input of every encoder: samples of pixels, N·C·H·W bytes.
 * @throws InputError for what is no samples, samples of spikes, or data that do not fit their shape
 */
export const checkPixels = (where: string, samples: Samples): void => {
  const what = 'samples of pixels ({ kind, count, shape, data, ... })'
  requireObject(where, samples, what, ['kind', 'count', 'shape', 'data'])
  const { kind, count, shape, data, name } = samples
  if (kind !== 'pixels')
    throw new InputError({ where, expected: 'samples of pixels', got: `${String(kind)} (${String(name)})` })
  requireObject(where, shape, 'samples with a shape', ['C', 'H', 'W'])
  const bytes = count * shape.C * shape.H * shape.W
  if (!(data instanceof Uint8Array) || data.length !== bytes)
    throw new InputError({
      where,
      expected: `${count} × ${shape.C} × ${shape.H} × ${shape.W} bytes of pixels`,
      got: data instanceof Uint8Array ? `${data.length} bytes` : 'no Uint8Array as data',
    })
}

/** @throws InputError unless config is an object of known fields */
export const checkFields = (where: string, config: unknown, known: readonly string[]): void => {
  requireKnown(where, config, known)
}

/** @throws InputError unless value is an event recording with its four lists */
export const checkRecording = (where: string, recording: unknown): void => {
  const lists = ['x', 'y', 'polarity', 'time']
  const found = requireObject(where, recording, 'an event recording', ['width', 'height', ...lists])
  const wrong = lists.find((name) => !ArrayBuffer.isView(found[name]))
  if (wrong !== undefined)
    throw new InputError({ where, expected: `a typed array as ${wrong} of the recording`, got: typeof found[wrong] })
}
