import { curve, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 7. */
export const seven: readonly DigitShape[] = [
  {
    name: 'plain',
    share: 5,
    draw: (u) => {
      const right = u(0.74, 0.94)
      return [polyline([u(0.06, 0.2), u(0, 0.14)], [right, u(-0.02, 0.08)], [u(0.34, 0.52), 1])]
    },
  },
  {
    name: 'round shoulder',
    share: 5,
    draw: (u) => {
      const right = u(0.72, 0.88)
      return [
        curve(
          [u(0.06, 0.18), u(0.06, 0.2)],
          [0.26, u(0.02, 0.1)],
          [0.52, u(0.02, 0.08)],
          [right, u(0.02, 0.1)],
          [right - 0.06, 0.34],
          [0.56, 0.66],
          [u(0.36, 0.5), 1],
        ),
      ]
    },
  },
  {
    name: 'serif',
    share: 2,
    draw: (u) => {
      const right = u(0.74, 0.9)
      const left = u(0.1, 0.2)
      return [polyline([left, u(0.16, 0.3)], [left + u(0, 0.06), u(0, 0.08)], [right, u(0, 0.06)], [u(0.36, 0.52), 1])]
    },
  },
  {
    name: 'long serif, upright stem',
    share: 2,
    draw: (u) => {
      const right = u(0.68, 0.86)
      const left = u(0.1, 0.24)
      return [
        curve(
          [left, u(0.28, 0.44)],
          [left + u(0, 0.06), 0.14],
          [left + 0.14, u(0, 0.1)],
          [0.5, u(0.02, 0.1)],
          [right - 0.04, u(0.02, 0.1)],
          [right, 0.24],
          [right - 0.04, 0.6],
          [u(0.56, 0.8), 1],
        ),
      ]
    },
  },
  {
    name: 'crossed',
    share: 1.6,
    draw: (u) => {
      const right = u(0.74, 0.92)
      const bar = u(0.44, 0.56)
      return [
        polyline([u(0.08, 0.2), u(0.02, 0.12)], [right, u(0, 0.06)], [u(0.36, 0.5), 1]),
        polyline([u(0.26, 0.4), bar], [u(0.8, 0.98), bar - u(0, 0.06)]),
      ]
    },
  },
]
