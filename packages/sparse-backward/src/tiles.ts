/** A rectangle of neurons: first row and column, true height and width (edge tiles are smaller). */
export interface GradientTile {
  readonly y: number
  readonly x: number
  readonly h: number
  readonly w: number
}

/** A run of channels or timesteps: from ≤ i < to. */
export interface IndexBlock {
  readonly from: number
  readonly to: number
}

/** Cuts 0..extent−1 into runs of `size`, the last one shorter where it does not divide. */
export const indexBlocks = (extent: number, size: number): IndexBlock[] =>
  Array.from({ length: Math.ceil(extent / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(extent, (i + 1) * size),
  }))

/** Tiles of an H×W map of ∇s in raster order: size×size from (0, 0), edge tiles at their true size (edge rule 1). */
export const gradientTiles = (H: number, W: number, size: number): GradientTile[] =>
  indexBlocks(H, size).flatMap((rows) =>
    indexBlocks(W, size).map((cols) => ({
      y: rows.from,
      x: cols.from,
      h: rows.to - rows.from,
      w: cols.to - cols.from,
    })),
  )

/** Timesteps in blocks of tMax, the last first, as the backward pass runs through them (edge rule 13). */
export const backwardTimeBlocks = (T: number, tMax: number): IndexBlock[] => indexBlocks(T, tMax).reverse()
