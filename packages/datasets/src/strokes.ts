import { elementary } from '@h2learn/elementary'
/** A pen stroke as a polyline: x0, y0, x1, y1, ... x to the right, y down, a digit about 1 high. */
export type Stroke = readonly number[]

type Point = readonly [number, number]

/** Straight pieces from point to point, subdivided so that a later bend of the plane bends them too. */
export const polyline = (...points: readonly Point[]): Stroke => {
  const out: number[] = [...points[0]!]
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1]!
    const [x1, y1] = points[i]!
    const n = Math.max(1, Math.ceil(elementary.hypot(x1 - x0, y1 - y0) / 0.13))
    for (let j = 1; j <= n; j++) out.push(x0 + ((x1 - x0) * j) / n, y0 + ((y1 - y0) * j) / n)
  }
  return out
}

/** A smooth pen path through all points (uniform Catmull-Rom spline, the ends mirrored). */
export const curve = (...points: readonly Point[]): Stroke => {
  const last = points.length - 1
  const at = (i: number): Point =>
    i < 0
      ? [2 * points[0]![0] - points[1]![0], 2 * points[0]![1] - points[1]![1]]
      : i > last
        ? [2 * points[last]![0] - points[last - 1]![0], 2 * points[last]![1] - points[last - 1]![1]]
        : points[i]!
  const out: number[] = [...points[0]!]
  for (let i = 0; i < last; i++) {
    const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = [at(i - 1), at(i), at(i + 1), at(i + 2)]
    const steps = Math.max(2, Math.ceil(elementary.hypot(cx - bx, cy - by) / 0.08))
    for (let j = 1; j <= steps; j++) {
      const t = j / steps
      out.push(catmullRom(ax, bx, cx, dx, t), catmullRom(ay, by, cy, dy, t))
    }
  }
  return out
}

const catmullRom = (a: number, b: number, c: number, d: number, t: number) =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))

/** Part of an ellipse, angles in degrees: 0 right, 90 down; a sweep below 0 runs against the clock. */
export const arc = (cx: number, cy: number, rx: number, ry: number, from: number, sweep: number): Stroke => {
  const n = Math.max(3, Math.ceil(Math.abs(sweep) / 18))
  const out: number[] = []
  for (let j = 0; j <= n; j++) {
    const phi = ((from + (sweep * j) / n) * Math.PI) / 180
    out.push(cx + rx * elementary.cos(phi), cy + ry * elementary.sin(phi))
  }
  return out
}

/** Strokes drawn without lifting the pen: the end of each is joined to the start of the next by the next one's first point. */
export const joined = (...parts: readonly Stroke[]): Stroke => parts.flat()
