import { elementary } from '@h2learn/elementary'
import type { Rng } from '@h2learn/snn-core'
import { digitShapes } from './digit-shapes/digit-shapes'
import type { Stroke } from './strokes'

/** How far a generated digit may stray from its shape; each is a standard deviation. */
export interface DigitVariation {
  /** Rotation in degrees. */
  readonly rotation: number
  /** Slant: horizontal shift per unit of height, around the mean slant of the digit. */
  readonly shear: number
  /** Natural logarithm of width / height. */
  readonly aspect: number
  /** Smooth deformation: displacement of the nodes of a coarse and a fine net over the digit, share of its height. */
  readonly bend: number
  readonly ripple: number
  /** Mean stroke width as a share of the 20-pixel box, and the standard deviation of its logarithm. */
  readonly meanWidth: number
  readonly width: number
}

/** Modelling choice: set so that ink, zero pixels, slant and extent of each digit come near MNIST's training images. */
export const defaultDigitVariation: DigitVariation = {
  rotation: 6,
  shear: 0.22,
  aspect: 0.22,
  bend: 0.1,
  ripple: 0.014,
  meanWidth: 0.117,
  width: 0.26,
}

/** Mean slant of each digit, to the right as most handwriting: brings x-y covariance near MNIST's training images. */
const meanSlant = [0.26, 0.27, 0.17, 0.04, 0.26, 0.1, 0.09, 0.09, 0.17, 0.18]

/** A digit drawn and deformed: strokes in the plane, height about 1, and the width of the pen. */
export interface DrawnDigit {
  readonly strokes: readonly Stroke[]
  /** Pen width as a share of the box. */
  readonly penWidth: number
  readonly shape: string
}

/** Draws one digit: picks a way of writing it, its proportions, then bends, slants, stretches and turns it. */
export const drawDigit = (digit: number, random: Rng, variation: DigitVariation): DrawnDigit => {
  const shape = pick(digit, random)
  const raw = shape.draw((low, high) => low + (high - low) * random.next())
  const coarse = bendNet(random, 3, variation.bend)
  const fine = bendNet(random, 5, variation.ripple)
  const angle = (random.normal() * variation.rotation * Math.PI) / 180
  const shear = meanSlant[digit]! + random.normal() * variation.shear
  const stretch = elementary.exp(random.normal() * variation.aspect)
  const [cos, sin] = [elementary.cos(angle), elementary.sin(angle)]
  const strokes = raw.map((stroke) => {
    const out = new Array<number>(stroke.length)
    for (let i = 0; i < stroke.length; i += 2) {
      const [x0, y0] = [stroke[i]!, stroke[i + 1]!]
      const x1 = x0 + coarse(x0, y0, 0) + fine(x0, y0, 0) - 0.5
      const y1 = y0 + coarse(x0, y0, 1) + fine(x0, y0, 1) - 0.5
      const x2 = (x1 - shear * y1) * stretch
      out[i] = cos * x2 - sin * y1
      out[i + 1] = sin * x2 + cos * y1
    }
    return out
  })
  return {
    strokes,
    penWidth: variation.meanWidth * elementary.exp(random.normal() * variation.width),
    shape: shape.name,
  }
}

const pick = (digit: number, random: Rng) => {
  const shapes = digitShapes[digit]!
  let left = random.next() * shapes.reduce((sum, shape) => sum + shape.share, 0)
  return shapes.find((shape) => (left -= shape.share) < 0) ?? shapes[0]!
}

/** A smooth random displacement field: normal vectors on a net over the unit square, blended by quadratic B-splines. */
const bendNet = (random: Rng, n: number, deviation: number) => {
  const side = n + 2
  const nodes = new Float64Array(2 * side * side)
  for (let i = 0; i < nodes.length; i++) nodes[i] = random.normal() * deviation
  return (x: number, y: number, axis: 0 | 1) => {
    const gx = Math.min(Math.max(x, 0), 1 - 1e-9) * n
    const gy = Math.min(Math.max(y, 0), 1 - 1e-9) * n
    const [ix, iy] = [Math.floor(gx), Math.floor(gy)]
    const [fx, fy] = [gx - ix, gy - iy]
    const row = (dy: number) => {
      const at = 2 * ((iy + dy) * side + ix) + axis
      return blend(nodes[at]!, nodes[at + 2]!, nodes[at + 4]!, fx)
    }
    return blend(row(0), row(1), row(2), fy)
  }
}

/** Quadratic B-spline: ½(1−t)²·a + (½ + t − t²)·b + ½t²·c. */
const blend = (a: number, b: number, c: number, t: number) =>
  0.5 * (1 - t) * (1 - t) * a + (0.5 + t - t * t) * b + 0.5 * t * t * c
