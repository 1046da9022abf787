import { ConfigError } from '@h2learn/hw'
import { type LayerInput, unpackBits } from '@h2learn/snn-core'

/** How a layer's input reaches the spike-addressed LUTs: as planes of bits. */
export interface BitPlanes {
  /** Planes per value; 1 for spikes. */
  readonly planes: number
  /** Factor of each plane's tree sum, plane 0 (least significant) first; [1] for spikes. */
  readonly scales: readonly number[]
  /** Pixels are the same at every timestep: their maps are processed once per sample. */
  readonly oncePerSample: boolean
}

const bitsOf = (value: number): number => 32 - Math.clz32(value)

/** Spikes: one plane, taken as it is. */
export const spikePlane: BitPlanes = { planes: 1, scales: [1], oncePerSample: false }

/**
 * Pooled spikes of `APk(spikes)`: levels 0..k² as planes of bits, plane p worth 2^p / k² (h2learn.md section 2; 3 planes
 * for AP2). The product with the factor is rounded once; it is exact (but for underflow) for k = 2 and 4.
 */
export const levelPlanes = (levels: number): BitPlanes => {
  if (levels === 1) return spikePlane
  const planes = bitsOf(levels)
  return { planes, scales: Array.from({ length: planes }, (_, p) => 2 ** p / levels), oncePerSample: false }
}

/** 8-bit pixels of the encoding layer: q/256, plane p worth 2^(p−8), once per sample (rule 8). */
export const pixelPlanes: BitPlanes = {
  planes: 8,
  scales: Array.from({ length: 8 }, (_, p) => 2 ** (p - 8)),
  oncePerSample: true,
}

const refuseAnalog = (where: string): never => {
  throw new ConfigError({
    where: `${where}/input`,
    expected: 'spikes, levels of pooled spikes or 8-bit pixels',
    got: 'analog values',
    hint: 'a spike-addressed LUT takes bits: quantise to q/256 pixels, or run the layer on the learning core',
  })
}

/**
 * The bit planes of what a layer reads. They are worked through from the highest down: 7 → 0 for pixels.
 * @throws ConfigError for analog input, which has no bits to address a LUT with
 */
export const bitPlanes = (where: string, input: LayerInput): BitPlanes => {
  switch (input.kind) {
    case 'spikes':
      return spikePlane
    case 'levels':
      return levelPlanes(input.levels)
    case 'pixels':
      return pixelPlanes
    case 'analog':
      return refuseAnalog(where)
  }
}

/**
 * The input as one byte per value, map (timestep and sample, or sample alone) first: V × C × H × W.
 * @throws ConfigError for analog input
 */
export const planeBytes = (where: string, input: LayerInput): Uint8Array => {
  if (input.kind === 'analog') return refuseAnalog(where)
  if (input.kind !== 'spikes') return input.data.data
  const { T, B, C, H, W } = input.data.shape
  return unpackBits(input.data.data, T * B * C * H * W)
}
