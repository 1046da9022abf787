import type { DigitShape } from './digit-shape'
import { eight } from './eight'
import { five } from './five'
import { four } from './four'
import { nine } from './nine'
import { one } from './one'
import { seven } from './seven'
import { six } from './six'
import { three } from './three'
import { two } from './two'
import { zero } from './zero'

/**
 * The ways people write each digit, upright, before slant and deformation: [digit][way].
 * Modelling choice: shapes and shares were set by eye beside MNIST's training images, no pixel of which is used.
 */
export const digitShapes: readonly (readonly DigitShape[])[] = [
  zero,
  one,
  two,
  three,
  four,
  five,
  six,
  seven,
  eight,
  nine,
]
