import { arc, curve, joined } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 0. */
export const zero: readonly DigitShape[] = [
  {
    name: 'oval',
    share: 8,
    draw: (u) => {
      const wide = u(0.27, 0.48)
      return [arc(0.5, 0.5, wide, 0.5, u(-140, -50), -u(335, 385))]
    },
  },
  {
    name: 'oval, closed by a hook',
    share: 2,
    draw: (u) => {
      const wide = u(0.28, 0.42)
      const round = arc(0.5, 0.5, wide, 0.5, u(-80, -50), -u(320, 345))
      return [joined(round, [0.5 + u(-0.1, 0.15), u(0.02, 0.2)])]
    },
  },
  {
    name: 'egg, ends crossing',
    share: 2,
    draw: (u) => {
      const left = u(0.06, 0.2)
      const right = u(0.78, 0.96)
      return [
        curve(
          [u(0.56, 0.74), u(0, 0.12)],
          [0.4, 0],
          [left + 0.04, 0.3],
          [left, 0.66],
          [0.28, 0.96],
          [0.5, 1],
          [right - 0.1, 0.8],
          [right, 0.44],
          [right - 0.12, 0.14],
          [u(0.48, 0.6), u(0, 0.08)],
          [u(0.28, 0.42), u(0.04, 0.16)],
        ),
      ]
    },
  },
]
