import { curve } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 6. */
export const six: readonly DigitShape[] = [
  {
    name: 'curved stem',
    share: 6,
    draw: (u) => {
      const top = u(0.5, 0.62)
      const right = u(0.66, 0.84)
      const left = u(0.14, 0.24)
      return [
        curve(
          [u(0.5, 0.74), 0],
          [0.36, 0.2],
          [left + 0.04, 0.46],
          [left, 0.72],
          [0.28, 0.94],
          [0.48, 1],
          [right - 0.06, 0.9],
          [right, 0.74],
          [right - 0.12, top + 0.02],
          [0.42, top],
          [left + u(0.02, 0.1), u(0.7, 0.82)],
        ),
      ]
    },
  },
  {
    name: 'straight stem',
    share: 3,
    draw: (u) => {
      const top = u(0.52, 0.64)
      const right = u(0.6, 0.78)
      return [
        curve(
          [u(0.36, 0.52), 0],
          [0.28, 0.34],
          [0.2, 0.68],
          [0.28, 0.93],
          [0.46, 1],
          [right - 0.04, 0.9],
          [right, 0.74],
          [right - 0.14, top],
          [0.38, top + 0.06],
          [u(0.2, 0.28), 0.8],
        ),
      ]
    },
  },
  {
    name: 'wide bowl',
    share: 2,
    draw: (u) => {
      const right = u(0.78, 0.96)
      return [
        curve(
          [u(0.66, 0.86), u(0, 0.1)],
          [0.42, 0.1],
          [0.18, 0.4],
          [0.12, 0.7],
          [0.26, 0.94],
          [0.54, 1],
          [right - 0.04, 0.86],
          [right - 0.02, 0.68],
          [0.66, u(0.52, 0.6)],
          [0.38, 0.6],
          [0.18, u(0.66, 0.78)],
        ),
      ]
    },
  },
]
