import { curve, joined, polyline } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 2. */
export const two: readonly DigitShape[] = [
  {
    name: 'arc and base',
    share: 4,
    draw: (u) => {
      const top = u(0.2, 0.34)
      const right = u(0.72, 0.86)
      return [
        joined(
          curve(
            [u(0.1, 0.26), top],
            [0.3, 0.06],
            [0.52, 0],
            [right - 0.05, 0.1],
            [right, 0.28],
            [right - 0.14, 0.52],
            [0.42, 0.77],
            [u(0.08, 0.2), u(0.93, 1)],
          ),
          polyline([0.5, u(0.94, 1)], [u(0.82, 1.08), u(0.9, 1.04)]),
        ),
      ]
    },
  },
  {
    name: 'loop at the base',
    share: 4,
    draw: (u) => {
      const right = u(0.68, 0.84)
      const low = u(0.9, 1)
      const loop = u(0.08, 0.16)
      return [
        curve(
          [u(0.12, 0.26), u(0.16, 0.32)],
          [0.34, 0.04],
          [0.56, 0.01],
          [right, 0.18],
          [right - 0.05, 0.46],
          [0.48, 0.76],
          [0.24, low],
          [0.1, low - 0.03],
          [0.12, low - loop * 1.3],
          [0.3, low - loop * 1.5],
          [0.52, low - 0.04],
          [0.72, low + u(0, 0.06)],
          [u(0.92, 1.12), low - u(0.04, 0.14)],
        ),
      ]
    },
  },
  {
    name: 'curled head, wide loop',
    share: 5,
    draw: (u) => {
      const right = u(0.66, 0.82)
      const low = u(0.86, 0.97)
      const loop = u(0.14, 0.36)
      return [
        curve(
          [u(0.22, 0.36), u(0.28, 0.44)],
          [u(0.14, 0.24), 0.2],
          [0.4, 0.02],
          [right - 0.1, 0.06],
          [right, 0.26],
          [right - 0.08, 0.52],
          [0.48, 0.8],
          [0.22, low + 0.02],
          [u(-0.02, 0.08), low - loop / 2],
          [0.18, low - loop],
          [0.42, low - loop * 0.7],
          [0.62, low - 0.02],
          [u(0.76, 0.94), low + u(-0.02, 0.1)],
          [u(1, 1.3), low + u(-0.2, 0.08)],
        ),
      ]
    },
  },
  {
    name: 'slender',
    share: 1.5,
    draw: (u) => {
      const right = u(0.6, 0.74)
      return [
        joined(
          curve(
            [u(0.2, 0.32), u(0.14, 0.36)],
            [0.36, 0.04],
            [right - 0.08, 0.04],
            [right, 0.22],
            [right - 0.08, 0.5],
            [u(0.3, 0.44), u(0.92, 1)],
          ),
          polyline([u(0.6, 0.84), u(0.9, 1)]),
        ),
      ]
    },
  },
  {
    name: 'like a Z',
    share: 3,
    draw: (u) => {
      const right = u(0.66, 0.86)
      return [
        joined(
          curve([u(0.08, 0.2), u(0.06, 0.16)], [0.42, u(0, 0.05)], [right, u(0.04, 0.14)], [right - 0.06, 0.34]),
          polyline([0.42, 0.66], [u(0.04, 0.16), u(0.88, 0.98)]),
          curve([0.3, u(0.9, 0.96)], [0.6, u(0.93, 1)], [u(0.88, 1.1), u(0.92, 1.04)]),
        ),
      ]
    },
  },
]
