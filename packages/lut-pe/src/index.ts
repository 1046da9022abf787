export * from './acc'
export * from './api'
export * from './bit-planes'
export * from './busy'
export * from './busy-array'
export * from './check'
export * from './column-tree'
export { checkBuffer, forwardEngineConfig, forwardEngineFields, lutArrayFields } from './config'
export * from './cycle-causes'
export { padMaps, staysFinite } from './fast/fast-forward'
export { type LutKernelCalls, type LutKernels, type LutMemory, lutKernels } from './fast/lut-kernels'
export { type TableSums, type TableSumsJob, tableSums } from './fast/table-sums'
export * from './forward-causes'
export {
  type AdderForwardUnits,
  adderForwardEngine,
  adderForwardUnits,
  type ForwardUnits,
  forwardEngine,
  forwardUnits,
} from './forward-engine'
export * from './gated-pe'
export * from './lut-pe'
export * from './partial-sums'
export * from './pe-array'
export { poolCurrent } from './pooling'
export * from './soma'
export * from './sub-lut'
export * from './tiles'
export * from './what-if'
export { blocksOf } from './work'
