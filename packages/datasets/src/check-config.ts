import { InputError } from '@h2learn/snn-core'
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
