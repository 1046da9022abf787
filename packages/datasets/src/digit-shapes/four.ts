import { curve, joined, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 4. */
export const four: readonly DigitShape[] = [
  {
    name: 'open, angular',
    share: 5,
    draw: (u) => {
      const bar = u(0.46, 0.62)
      const stem = u(0.62, 0.8)
      return [
        polyline([u(0.1, 0.26), u(0, 0.14)], [u(0.04, 0.16), bar], [u(0.84, 1.08), bar - u(0, 0.08)]),
        polyline([stem + u(0, 0.1), u(0, 0.16)], [stem, 0.5], [stem - u(0, 0.1), 1]),
      ]
    },
  },
  {
    name: 'open, round',
    share: 5,
    draw: (u) => {
      const bar = u(0.42, 0.56)
      const stem = u(0.66, 0.84)
      return [
        joined(
          curve(
            [u(0.12, 0.3), u(0, 0.1)],
            [0.12, bar - 0.18],
            [0.16, bar],
            [0.4, bar + 0.03],
            [stem, bar - u(0.04, 0.14)],
          ),
        ),
        polyline([stem + u(0, 0.06), u(0, 0.12)], [stem, 0.5], [stem - u(0, 0.12), 1]),
      ]
    },
  },
  {
    name: 'narrow, stem far below',
    share: 4,
    draw: (u) => {
      const bar = u(0.36, 0.56)
      const stem = u(0.5, 0.68)
      return [
        curve(
          [u(0.14, 0.28), u(0.02, 0.16)],
          [u(0.12, 0.22), bar - 0.08],
          [0.22, bar],
          [stem, bar - u(0, 0.08)],
          [stem + u(0.06, 0.24), bar - u(0.02, 0.14)],
        ),
        curve([stem + u(0.04, 0.24), u(0, 0.1)], [stem + 0.02, bar], [stem - u(0.02, 0.18), 1]),
      ]
    },
  },
  {
    name: 'closed',
    share: 2,
    draw: (u) => {
      const bar = u(0.56, 0.7)
      const stem = u(0.58, 0.7)
      return [polyline([stem, 1], [stem + 0.02, 0], [u(0.02, 0.12), bar], [u(0.84, 1.04), bar - u(0, 0.06)])]
    },
  },
]
