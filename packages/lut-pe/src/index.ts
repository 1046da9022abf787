export * from './acc'
export * from './adder-forward-engine'
export * from './api'
export * from './bit-planes'
export * from './busy'
export { checkJob, checkLayerInput, checkShape } from './check'
export { checkGlb, checkSubLutInputs, forwardEngineConfig } from './config'
export { forwardEngine } from './forward-engine'
export * from './lut-pe'
export * from './partial-sums'
export { poolCurrent } from './pooling'
export {
  checkSomaNeuron,
  type Membrane,
  restingMembrane,
  type SomaConfig,
  type SomaInput,
  type SomaOutput,
  soma,
} from './soma'
export * from './sub-lut'
export * from './tiles'
export * from './what-if'
export { blocksOf } from './work'
