import { curve, joined, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 3. */
export const three: readonly DigitShape[] = [
  {
    name: 'two bowls',
    share: 6,
    draw: (u) => {
      const waist = u(0.42, 0.5)
      const inner = u(0.36, 0.52)
      const upper = u(0.68, 0.84)
      const lower = u(0.74, 0.92)
      return [
        joined(
          curve(
            [u(0.14, 0.28), u(0.08, 0.2)],
            [0.44, 0],
            [upper - 0.05, 0.08],
            [upper, 0.2],
            [upper - 0.1, waist - 0.08],
            [inner, waist],
          ),
          curve(
            [inner + 0.02, waist + 0.01],
            [lower - 0.12, waist + 0.08],
            [lower, 0.7],
            [lower - 0.1, 0.9],
            [0.46, 1],
            [u(0.1, 0.22), u(0.84, 0.97)],
          ),
        ),
      ]
    },
  },
  {
    name: 'looped waist',
    share: 2,
    draw: (u) => {
      const waist = u(0.4, 0.5)
      const lower = u(0.72, 0.9)
      return [
        curve(
          [u(0.16, 0.3), u(0.08, 0.18)],
          [0.46, 0],
          [0.74, 0.12],
          [0.66, waist - 0.1],
          [0.44, waist + 0.04],
          [0.36, waist],
          [0.46, waist - 0.05],
          [lower - 0.1, waist + 0.1],
          [lower, 0.72],
          [lower - 0.16, 0.94],
          [0.4, 1],
          [u(0.08, 0.2), u(0.84, 0.96)],
        ),
      ]
    },
  },
  {
    name: 'small head, long tail',
    share: 3,
    draw: (u) => {
      const waist = u(0.34, 0.48)
      const right = u(0.66, 0.86)
      return [
        joined(
          curve(
            [u(0.1, 0.3), u(0.04, 0.22)],
            [0.42, u(0, 0.06)],
            [right - 0.06, u(0.06, 0.14)],
            [right - 0.14, waist - 0.08],
            [u(0.4, 0.52), waist + 0.02],
          ),
          curve(
            [u(0.56, 0.66), waist + 0.06],
            [right, 0.62],
            [right + u(-0.04, 0.06), 0.78],
            [right - 0.16, 0.94],
            [0.36, 1],
            [u(-0.1, 0.1), u(0.86, 1)],
          ),
        ),
      ]
    },
  },
  {
    name: 'flat top',
    share: 1.5,
    draw: (u) => {
      const lower = u(0.74, 0.9)
      return [
        joined(
          polyline([u(0.12, 0.24), u(0.02, 0.1)], [u(0.7, 0.84), u(0, 0.06)], [u(0.4, 0.5), u(0.36, 0.46)]),
          curve(
            [0.56, 0.42],
            [lower - 0.08, 0.52],
            [lower, 0.7],
            [lower - 0.12, 0.92],
            [0.42, 1],
            [u(0.08, 0.2), u(0.86, 0.96)],
          ),
        ),
      ]
    },
  },
]
