import { arc, curve } from '../strokes'
import type { DigitShape } from './digit-shape'

/** The ways of writing a 8. */
export const eight: readonly DigitShape[] = [
  {
    name: 'one stroke, crossing',
    share: 6,
    draw: (u) => {
      const upper = u(0.14, 0.24)
      const lower = u(0.18, 0.28)
      const waist = u(0.44, 0.52)
      return [
        curve(
          [0.5 + upper * u(0.6, 1.1), u(0.08, 0.18)],
          [0.52, 0],
          [0.5 - upper, 0.1],
          [0.5 - upper, 0.26],
          [0.5, waist],
          [0.5 + lower, 0.66],
          [0.5 + lower, 0.86],
          [0.5, 1],
          [0.5 - lower, 0.88],
          [0.5 - lower, 0.7],
          [0.5, waist + 0.02],
          [0.5 + upper, 0.28],
          [0.5 + upper * u(0.8, 1.3), u(0.04, 0.16)],
        ),
      ]
    },
  },
  {
    name: 'wide, crossing',
    share: 3,
    draw: (u) => {
      const upper = u(0.24, 0.36)
      const lower = u(0.24, 0.38)
      const waist = u(0.4, 0.52)
      return [
        curve(
          [0.5 + upper, u(0.1, 0.24)],
          [0.5 + upper * 0.6, 0.03],
          [0.46, 0],
          [0.5 - upper, 0.12],
          [0.5 - upper * 0.7, 0.3],
          [0.5, waist],
          [0.5 + lower * 0.8, 0.64],
          [0.5 + lower, 0.82],
          [0.5 + lower * 0.4, 0.98],
          [0.5 - lower * 0.5, 0.98],
          [0.5 - lower, 0.82],
          [0.5 - lower * 0.6, 0.64],
          [0.52, waist],
          [0.5 + upper * 0.8, 0.26],
          [0.5 + upper * u(0.9, 1.3), u(0.04, 0.2)],
        ),
      ]
    },
  },
  {
    name: 'two rings',
    share: 3,
    draw: (u) => {
      const waist = u(0.42, 0.52)
      const upper = u(0.16, 0.34)
      return [
        arc(0.5 + u(-0.05, 0.08), waist / 2, upper, waist / 2, u(-90, 90), 360),
        arc(0.5, (1 + waist) / 2, upper + u(-0.02, 0.08), (1 - waist) / 2, -90, 360),
      ]
    },
  },
  {
    name: 'slender, open at the top',
    share: 2,
    draw: (u) => {
      const lower = u(0.12, 0.2)
      return [
        curve(
          [0.5 + u(0.16, 0.34), u(0, 0.1)],
          [0.5, 0.04],
          [0.5 - u(0.14, 0.22), 0.2],
          [0.46, 0.42],
          [0.5 + lower * 0.6, 0.64],
          [0.5 + lower * 0.5, 0.9],
          [0.44, 1],
          [0.5 - lower, 0.88],
          [0.44, 0.66],
          [0.58, 0.42],
          [0.5 + u(0.22, 0.36), u(0.1, 0.22)],
        ),
      ]
    },
  },
]
