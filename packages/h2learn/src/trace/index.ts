export {
  densitiesOfTable,
  densityUnknown,
  type LayerDensity,
  type NetworkDensities,
  parseDensities,
  sparsitiesOf,
} from './densities'
export { type NpyArray, readNpy, writeNpy } from './npy'
export { type ByteSource, bytesSource, type NpzArchive, openNpz, writeNpz } from './npz'
export * from './recorded-trace'
