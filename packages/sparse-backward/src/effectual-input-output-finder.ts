import { cycles, type Unit } from '@h2learn/hw'

/** The k×k window of ∇ũ that one output needs. */
export interface GradientWindow {
  /** Bytes 0 or 1 of a zero-inserted map with its border, row-major. */
  readonly valid: Uint8Array
  readonly pitch: number
  /** Upper left corner of the window in that map. */
  readonly y: number
  readonly x: number
  readonly kernel: number
}

/** Tag of a window: its k² validity bits in raster order, conv ID 0 first (Fig. 8b). */
export const windowTag = ({ valid, pitch, y, x, kernel }: GradientWindow): Uint8Array => {
  const tag = new Uint8Array(kernel * kernel)
  for (let ky = 0, id = 0; ky < kernel; ky++)
    for (let kx = 0; kx < kernel; kx++, id++) tag[id] = valid[(y + ky) * pitch + x + kx]
  return tag
}

/** Priority encoder: the lowest set tag bit at or after `from`, −1 when none is left. */
export const priorityEncode = (tag: Uint8Array, from = 0): number => tag.indexOf(1, from)

/** Conv IDs of a window's valid inputs, ascending: what the priority encoder issues, one per cycle. */
export const validConvIds = (window: GradientWindow): number[] => {
  const tag = windowTag(window)
  const ids: number[] = []
  for (let id = priorityEncode(tag); id >= 0; id = priorityEncode(tag, id + 1)) ids.push(id)
  return ids
}

/** Cycles in which a PE's finder issues conv IDs, or has to wait for its next output. */
export interface InputScan {
  readonly cycles: number
}

/** What lists the conv IDs that a PE multiplies for one output: the finder, or a baseline's counter over all k². */
export type InputFinder = Unit<GradientWindow, readonly number[], InputScan, 'inputFinder.cycle', 'inputFinder'>

/**
 * Effectual Input∩Output Finder of one PE (Fig. 8b): takes the window of ∇ũ around an output ID as a tag; a priority
 * encoder yields one valid conv ID per cycle. The conv ID is the weight ID of the rotated kernel and, with the output
 * ID, gives the ∇u ID. An output costs at least `minCycles` (0..2), a modelling choice.
 */
export const effectualInputOutputFinder = ({ minCycles }: { readonly minCycles: number }) => {
  return {
    name: 'effectual input and output finder',
    run: validConvIds,
    measure: (window: GradientWindow): InputScan => ({ cycles: Math.max(minCycles, validConvIds(window).length) }),
    time: ({ cycles: busy }: InputScan) => ({ latency: cycles(busy), interval: cycles(busy) }),
    count: ({ cycles: busy }: InputScan) => ({ 'inputFinder.cycle': busy }),
    parts: { inputFinder: 1 },
  } satisfies InputFinder
}
