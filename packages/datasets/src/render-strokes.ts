import type { Rng } from '@h2learn/snn-core'
import type { DrawnDigit } from './draw-digit'

/** Width of the grey edge of a stroke in pixels of a 20-pixel box: the area average of a binary scan, as in MNIST. */
const edgePixels = 1.3
/** Brightness before clipping at 255: most of a stroke's core is saturated. */
const inkGain = 1.1
/** Standard deviation of the relative brightness of an inked pixel. */
const inkNoise = 0.04

/**
 * Paints a digit as MNIST's images were made: fitted into a box of 20/28 of the side with its aspect kept, antialiased
 * by distance to the strokes, then shifted by whole pixels so that its centre of mass is the centre of the image.
 * @param side pixels of a row and of a column
 * @param out side·side bytes, row by row, 0 = background
 */
export const renderDigit = (digit: DrawnDigit, side: number, random: Rng, out: Uint8Array): void => {
  const scale = side / 28
  const box = Math.round(20 * scale)
  const pen = Math.max(digit.penWidth * box, scale)
  const edge = edgePixels * scale
  const canvas = box
  const { points, starts } = fit(digit, box - pen)
  const ink = new Float32Array(canvas * canvas)
  for (let s = 0; s < starts.length - 1; s++) {
    const begin = starts[s]!
    const end = starts[s + 1]!
    const drift = random.normal() * 0.1
    for (let i = begin; i < end - 2 || i === begin; i += 2) {
      const j = Math.min(i + 2, end - 2)
      const half = (pen / 2) * (1 + drift * ((2 * (i - begin)) / Math.max(end - begin, 1) - 1))
      paintSegment(
        ink,
        canvas,
        points[i]! + canvas / 2,
        points[i + 1]! + canvas / 2,
        points[j]! + canvas / 2,
        points[j + 1]! + canvas / 2,
        half,
        edge,
      )
    }
  }
  placeCentred(ink, canvas, side, random, out)
}

/** Moves the strokes' bounding box to the origin and scales its longer side to `extent`. */
const fit = ({ strokes }: DrawnDigit, extent: number) => {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const stroke of strokes)
    for (let i = 0; i < stroke.length; i += 2) {
      left = Math.min(left, stroke[i]!)
      right = Math.max(right, stroke[i]!)
      top = Math.min(top, stroke[i + 1]!)
      bottom = Math.max(bottom, stroke[i + 1]!)
    }
  const zoom = extent / Math.max(right - left, bottom - top, 1e-6)
  const starts = [0]
  const points: number[] = []
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2)
      points.push((stroke[i]! - (left + right) / 2) * zoom, (stroke[i + 1]! - (top + bottom) / 2) * zoom)
    starts.push(points.length)
  }
  return { points, starts }
}

/** Coverage = clamp((half − distance) / edge + ½), the largest over all segments. Pixel (x, y) has its centre at +½. */
const paintSegment = (
  ink: Float32Array,
  canvas: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  half: number,
  edge: number,
) => {
  const reach = half + edge / 2
  const fromX = Math.max(0, Math.floor(Math.min(x0, x1) - reach))
  const toX = Math.min(canvas - 1, Math.ceil(Math.max(x0, x1) + reach))
  const fromY = Math.max(0, Math.floor(Math.min(y0, y1) - reach))
  const toY = Math.min(canvas - 1, Math.ceil(Math.max(y0, y1) + reach))
  const dx = x1 - x0
  const dy = y1 - y0
  const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12)
  for (let y = fromY; y <= toY; y++)
    for (let x = fromX; x <= toX; x++) {
      const px = x + 0.5 - x0
      const py = y + 0.5 - y0
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse))
      const ex = px - t * dx
      const ey = py - t * dy
      const square = ex * ex + ey * ey
      if (square >= reach * reach) continue
      const cover = Math.min(1, (half - Math.sqrt(square)) / edge + 0.5)
      const at = y * canvas + x
      if (cover > ink[at]!) ink[at] = cover
    }
}

const placeCentred = (ink: Float32Array, canvas: number, side: number, random: Rng, out: Uint8Array) => {
  let [mass, momentX, momentY] = [1e-9, 0, 0]
  for (let y = 0; y < canvas; y++)
    for (let x = 0; x < canvas; x++) {
      const v = ink[y * canvas + x]!
      mass += v
      momentX += v * x
      momentY += v * y
    }
  const shiftX = Math.round(side / 2 - momentX / mass)
  const shiftY = Math.round(side / 2 - momentY / mass)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [cx, cy] = [x - shiftX, y - shiftY]
      const inside = cx >= 0 && cy >= 0 && cx < canvas && cy < canvas
      const v = inside ? ink[cy * canvas + cx]! : 0
      out[y * side + x] = v > 0 ? Math.min(255, Math.round(255 * v * (inkGain + inkNoise * random.normal()))) : 0
    }
}
