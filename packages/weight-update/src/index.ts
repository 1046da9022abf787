export * from './api'
export * from './busy'
export { weightUpdateEngineConfig, weightUpdateEngineFields } from './config'
export { spreadGradients } from './spread-gradients'
export * from './update-unit'
export * from './weight-update-causes'
export {
  type AdderWeightUpdateUnits,
  adderWeightUpdateEngine,
  adderWeightUpdateUnits,
  type WeightUpdateUnits,
  weightUpdateEngine,
  weightUpdateUnits,
} from './weight-update-engine'
export * from './what-if'
