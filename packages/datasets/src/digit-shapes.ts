import { arc, curve, joined, polyline, type Stroke } from './strokes'

/** Draws a number between two bounds; every call of a shape draws its own proportions. */
type Between = (low: number, high: number) => number

/** One way of writing a digit; the share is its weight among the ways of the same digit. */
export interface DigitShape {
  readonly name: string
  readonly share: number
  readonly draw: (u: Between) => readonly Stroke[]
}

/**
 * The ways people write each digit, upright, before slant and deformation: [digit][way].
 * Modelling choice: shapes and shares were set by eye beside MNIST's training images, no pixel of which is used.
 */
export const digitShapes: readonly (readonly DigitShape[])[] = [
  [
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
  ],
  [
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
  ],
  [
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
      share: 3,
      draw: (u) => {
        const right = u(0.66, 0.82)
        const low = u(0.88, 0.97)
        const loop = u(0.14, 0.26)
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
            [u(0.8, 0.96), low + u(-0.04, 0.06)],
            [u(1, 1.3), low - u(0.04, 0.2)],
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
  ],
  [
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
  ],
  [
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
  ],
  [
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
  ],
  [
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
  ],
  [
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
        return [
          polyline([left, u(0.16, 0.3)], [left + u(0, 0.06), u(0, 0.08)], [right, u(0, 0.06)], [u(0.36, 0.52), 1]),
        ]
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
  ],
  [
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
        const upper = u(0.16, 0.26)
        return [
          arc(0.5 + u(-0.05, 0.08), waist / 2, upper, waist / 2, u(-90, 90), 360),
          arc(0.5, (1 + waist) / 2, u(0.2, 0.31), (1 - waist) / 2, -90, 360),
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
  ],
  [
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
  ],
]
