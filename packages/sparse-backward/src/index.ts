export * from './acc'
export * from './activity'
export * from './api'
export {
  type ArrayColumn,
  type BackwardAction,
  type BackwardArrayTile,
  type BackwardPart,
  type BackwardUnits,
  backwardArray,
  backwardUnits,
} from './array'
export * from './array-tile'
export * from './backward-engine'
export * from './baselines'

export { type BackwardConfig, type BackwardMode, backwardConfig, backwardFields, backwardModes } from './config'

export * from './cycle-causes'
export * from './effectual-input-output-finder'
export * from './effectual-output-finder'
export type { BackwardEngineUnit } from './engine-of'
export * from './grad'
export * from './pe'
export * from './pe-group'
export * from './step-tile'
export { backwardTimeBlocks, type GradientTile, gradientTiles } from './tiles'
export * from './trace-tile'
export * from './what-if'
export * from './without-finders'
export * from './work'
