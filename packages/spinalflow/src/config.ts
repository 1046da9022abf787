import { type ConfigOf, integer, number, readFields } from '@h2learn/config'

/** Every field of the SpinalFlow engine, with a third-party configuration as defaults; the H2Learn paper prints none of it. */
export const spinalFlowFields = {
  pes: integer(128, { max: 65536, doc: 'PEs: output channels that one input spike reaches in a cycle' }),
  weightBits: integer(8, { min: 2, max: 16, unit: 'bits', doc: 'bits of a weight' }),
  partialSumBits: integer(16, { min: 2, max: 32, unit: 'bits', doc: 'bits of a partial sum; additions saturate' }),
  potentialBits: integer(32, {
    min: 2,
    max: 64,
    unit: 'bits',
    doc: 'bits of a potential, for its register only; `run` computes potentials in float32',
  }),
  // often quoted, not verified by us; just what 3×3 kernels on 512 input channels, 128 output channels and 8 bits need
  glbKiB: number(576, {
    above: 0,
    max: 2 ** 30,
    unit: 'KiB',
    doc: 'filter buffer: all weights of the output channels at hand',
  }),
} as const

/** Configuration of the SpinalFlow engine. */
export type SpinalFlowConfig = ConfigOf<typeof spinalFlowFields>

/**
 * The third-party configuration with the given changes.
 * @throws ConfigError for a field that does not exist, or a value out of its range
 */
export const spinalFlowConfig = (given: Partial<SpinalFlowConfig> = {}): SpinalFlowConfig =>
  readFields('spinalflow', spinalFlowFields, given)
