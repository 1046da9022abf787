import type { Stroke } from '../strokes'

/** Draws a number between two bounds; every call of a shape draws its own proportions. */
type Between = (low: number, high: number) => number

/** One way of writing a digit; the share is its weight among the ways of the same digit. */
export interface DigitShape {
  readonly name: string
  readonly share: number
  readonly draw: (u: Between) => readonly Stroke[]
}
