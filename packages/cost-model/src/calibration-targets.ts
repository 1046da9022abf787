/** One published figure. */
export interface Published<T = number> {
  readonly value: T
  readonly unit: string
  /** Table, figure or section. */
  readonly place: string
  /** How a broken scan was read, or what else to know. */
  readonly note?: string
}

/** A published figure with its place. */
export const published = <const T>(value: T, unit: string, place: string, note?: string): Published<T> =>
  note === undefined ? { value, unit, place } : { value, unit, place, note }

/**
 * The printed values of H2Learn (arXiv 2107.11746) that the three calibrated constants are fitted to: `k_area` to the
 * areas, `k_energy` to the power at the clock, `fill` to the speed-up at the sparsity. No other figure of the paper enters
 * the model: all others stand in `@h2learn/paper`, which no package of the model may import.
 */
export const calibrationTargets = {
  areas: {
    forward: published(21.61, 'mm2', 'Table VII'),
    weightUpdate: published(22.68, 'mm2', 'Table VII'),
    backward: published(66.17, 'mm2', 'Table VII'),
  },
  power: published(20.57, 'W', 'Table VIII', 'without off-chip memory; the activity behind it is not stated'),
  clock: published(800e6, 'Hz', 'Table VIII'),
  speedup: published(5.19, 'ratio', 'Section V-B2, Fig. 13'),
  sparsity: published(75, '%', 'Section V-B2', 'both output and input'),
} as const
