import { curve, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 9. */
export const nine: readonly DigitShape[] = [
  {
    name: 'straight stem',
    share: 6,
    draw: (u) => {
      const bottom = u(0.38, 0.52)
      const right = u(0.66, 0.78)
      const left = u(0.18, 0.3)
      return [
        curve(
          [right - u(0, 0.06), u(0.08, 0.2)],
          [0.52, u(0, 0.05)],
          [left + 0.06, 0.1],
          [left, 0.28],
          [left + 0.1, bottom],
          [0.5, bottom - 0.04],
          [right, u(0.12, 0.24)],
        ),
        curve([right + 0.01, u(0.08, 0.2)], [right - 0.02, 0.5], [right - u(0, 0.14), 1]),
      ]
    },
  },
  {
    name: 'curved stem',
    share: 4,
    draw: (u) => {
      const bottom = u(0.38, 0.5)
      const right = u(0.66, 0.8)
      const left = u(0.16, 0.28)
      return [
        curve(
          [right, u(0.1, 0.2)],
          [0.54, 0],
          [left + 0.06, 0.1],
          [left, 0.3],
          [left + 0.12, bottom],
          [0.54, bottom - 0.05],
          [right, 0.16],
          [right + 0.02, 0.4],
          [right - 0.02, 0.7],
          [u(0.46, 0.58), 0.96],
          [u(0.2, 0.36), u(0.9, 1)],
        ),
      ]
    },
  },
  {
    name: 'big bowl, short stem',
    share: 3,
    draw: (u) => {
      const bottom = u(0.48, 0.66)
      const right = u(0.7, 0.9)
      const left = u(0.06, 0.2)
      return [
        curve(
          [right - u(0.02, 0.12), u(0.04, 0.16)],
          [0.48, u(0, 0.04)],
          [left + 0.08, 0.14],
          [left, 0.36],
          [left + 0.12, bottom],
          [0.46, bottom - 0.04],
          [right - 0.08, 0.28],
          [right, u(0.06, 0.16)],
          [right, 0.5],
          [right - u(0, 0.16), 1],
        ),
      ]
    },
  },
  {
    name: 'open bowl',
    share: 2,
    draw: (u) => {
      const bottom = u(0.38, 0.5)
      const right = u(0.66, 0.8)
      return [
        curve(
          [u(0.4, 0.56), u(0, 0.06)],
          [0.24, 0.14],
          [0.18, 0.32],
          [0.3, bottom],
          [0.52, bottom - 0.03],
          [right, 0.2],
        ),
        polyline([right + u(0, 0.05), u(0, 0.14)], [right - 0.02, 0.5], [right - u(0.02, 0.16), 1]),
      ]
    },
  },
]
