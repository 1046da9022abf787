import { curve, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 1. */
export const one: readonly DigitShape[] = [
  { name: 'stroke', share: 8, draw: (u) => [curve([0.5, 0], [0.5 + u(-0.04, 0.04), 0.5], [0.5, 1])] },
  {
    name: 'stroke with flag',
    share: 1,
    draw: (u) => [polyline([0.5 - u(0.1, 0.26), u(0.12, 0.26)], [0.5, 0], [0.5, 1])],
  },
  {
    name: 'flag and foot',
    share: 0.7,
    draw: (u) => {
      const foot = u(0.16, 0.34)
      return [
        polyline([0.5 - u(0.12, 0.3), u(0.12, 0.28)], [0.5, 0], [0.5, 1]),
        polyline([0.5 - foot, 1], [0.5 + foot, 1 - u(0, 0.04)]),
      ]
    },
  },
]
