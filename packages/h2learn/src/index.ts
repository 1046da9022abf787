// the interfaces by shape that a chip asks for stand before the engines' own types of the same name
export type { BackwardEngine, ForwardEngine, WeightUpdateEngine } from '@h2learn/accelerator'
export * from '@h2learn/accelerator'
export * from '@h2learn/cost-model'
export * from '@h2learn/datasets'
export * from '@h2learn/hw'
export * from '@h2learn/lut-pe'
export * from '@h2learn/pipeline'
export * from '@h2learn/report'
export * from '@h2learn/snn-core'
export * from '@h2learn/sparse-backward'
export * from '@h2learn/spinalflow'
export * from '@h2learn/weight-update'
export * from './benchmarks'
export * from './own-run-of-report'
export * from './recorded-activity'
export {
  densitiesOfTable,
  densityUnknown,
  type LayerDensity,
  type NetworkDensities,
  parseDensities,
  sparsitiesOf,
} from './trace/densities'
export { type NpyArray, readNpy, writeNpy } from './trace/npy'
export { type ByteSource, bytesSource, type NpzArchive, openNpz, writeNpz } from './trace/npz'
export * from './trace/recorded-trace'
