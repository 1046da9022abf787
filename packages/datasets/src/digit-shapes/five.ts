import { curve, joined, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 5. */
export const five: readonly DigitShape[] = [
  {
    name: 'bar, neck and bowl',
    share: 5,
    draw: (u) => {
      const neck = u(0.36, 0.48)
      const left = u(0.22, 0.34)
      const right = u(0.72, 0.88)
      return [
        joined(
          polyline([u(0.76, 1.1), u(-0.06, 0.06)], [left + 0.06, u(0.02, 0.1)], [left, neck]),
          curve(
            [left + 0.12, neck - 0.02],
            [right - 0.16, neck + 0.02],
            [right, 0.66],
            [right - 0.12, 0.9],
            [0.4, 1],
            [u(0.04, 0.18), u(0.84, 0.98)],
          ),
        ),
      ]
    },
  },
  {
    name: 'like an S',
    share: 4,
    draw: (u) => {
      const right = u(0.66, 0.84)
      return [
        curve(
          [u(0.78, 1.12), u(-0.04, 0.08)],
          [0.54, 0.05],
          [0.32, 0.14],
          [u(0.22, 0.32), 0.3],
          [0.42, 0.44],
          [right - 0.08, 0.56],
          [right, 0.72],
          [right - 0.16, 0.92],
          [0.36, 1],
          [u(0.04, 0.16), u(0.84, 0.96)],
        ),
      ]
    },
  },
  {
    name: 'full bowl',
    share: 3,
    draw: (u) => {
      const neck = u(0.32, 0.46)
      const left = u(0.14, 0.3)
      const right = u(0.7, 0.9)
      return [
        joined(
          polyline([u(0.66, 0.92), u(-0.03, 0.06)], [left + 0.06, u(0, 0.06)], [left + u(-0.04, 0.02), neck]),
          curve(
            [left + 0.16, neck - u(0, 0.06)],
            [right - 0.16, neck],
            [right, 0.62],
            [right - 0.04, 0.86],
            [0.5, 1],
            [0.2, 0.97],
            [u(0.02, 0.14), u(0.72, 0.88)],
          ),
        ),
      ]
    },
  },
  {
    name: 'bar drawn last',
    share: 2,
    draw: (u) => {
      const left = u(0.24, 0.36)
      const right = u(0.7, 0.84)
      const neck = u(0.38, 0.48)
      return [
        joined(
          polyline([left + 0.04, u(0.06, 0.16)], [left - 0.02, neck]),
          curve(
            [left + 0.14, neck - 0.04],
            [right - 0.1, neck + 0.06],
            [right, 0.7],
            [0.56, 0.96],
            [0.3, 1],
            [0.1, 0.92],
          ),
        ),
        polyline([left + u(0, 0.08), u(0.04, 0.1)], [u(0.84, 1.08), u(-0.04, 0.06)]),
      ]
    },
  },
]
