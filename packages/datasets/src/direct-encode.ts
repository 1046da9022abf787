import { InputError, type Samples } from '@h2learn/snn-core'
import { checkFields, checkNumber, checkPixels } from './check-config'

/** Mean and standard deviation of ImageNet's training pixels (in 0..1) by channel, as public model collections use them. */
export const imageNetStatistics = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const

/** Statistics a channel that values are normalised by. */
export interface DirectEncodeConfig {
  readonly mean?: readonly number[]
  readonly deviation?: readonly number[]
}

/**
 * Direct (real-valued) encoding: what is fed to the first layer at every timestep. Without statistics q/256, exact in FP16,
 * as the encoding layer of this library reads pixels; with them (q/255 − mean) / deviation, the usual normalisation of
 * networks trained elsewhere.
 * @returns N·C·H·W values
 * @throws InputError for samples that are not pixels, or statistics that do not fit their channels
 */
export const directEncode = (samples: Samples, config: DirectEncodeConfig = {}): Float32Array => {
  const where = 'directEncode'
  checkFields(where, config, ['mean', 'deviation'])
  const { mean, deviation } = config
  checkPixels(where, samples)
  const { C, H, W } = samples.shape
  for (const [name, values] of Object.entries({ mean, deviation }))
    if (values !== undefined && values.length !== C)
      throw new InputError({ where, expected: `${name} of ${C} channels`, got: `${values.length} values` })
  for (const value of deviation ?? []) checkNumber(where, 'deviation', value, 1e-9, 1e9)
  if (mean === undefined && deviation === undefined) return Float32Array.from(samples.data, (q) => q / 256)
  const plane = H * W
  return Float32Array.from(samples.data, (q, i) => {
    const c = Math.floor(i / plane) % C
    return (q / 255 - (mean?.[c] ?? 0)) / (deviation?.[c] ?? 1)
  })
}
