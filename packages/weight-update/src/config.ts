import { type ConfigOf, readFields } from '@h2learn/config'
import { lutArrayFields } from '@h2learn/lut-pe'

/** Every field of the Weight Update Engine; the defaults are Table VII's where it prints them. */
export const weightUpdateEngineFields = lutArrayFields({
  rows: 10,
  rowsAre: 'timesteps of one grid iteration',
  cols: 128,
  colsAre: 'channels of ∇u of one grid iteration',
  subLutInputs: [4, 4],
  glbKiB: 2684,
})

/** Geometry of the Weight Update Engine. */
export type WeightUpdateEngineConfig = ConfigOf<typeof weightUpdateEngineFields>

/**
 * Fills in Table VII for what is left out and checks the rest.
 * @throws ConfigError for a field that does not exist, or a value out of its range
 */
export const weightUpdateEngineConfig = (given: Partial<WeightUpdateEngineConfig> = {}): WeightUpdateEngineConfig =>
  readFields('weight-update-engine', weightUpdateEngineFields, given)
