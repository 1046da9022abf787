export {
  type Aedat2Config,
  aedat2Convention,
  parseAedat2,
  streamAedat2,
  writeAedat2,
} from './aedat2'
export { type Aedat3Config, parseAedat3, streamAedat3, writeAedat3 } from './aedat3'
export {
  type Aedat4Config,
  type Aedat4Header,
  type Aedat4Stream,
  aedat4Header,
  parseAedat4,
  readAedat4,
  writeAedat4,
} from './aedat4'
export * from './api'
export * from './archive'
export { type ArchiveEntry, safeEntryPath } from './archive-entry'
export * from './augment'
export * from './benchmark'
export { cifar10Classes, parseCifar10 } from './cifar10'
export * from './colour-shapes'
export * from './count-frames'
export * from './csv'
export * from './dataset-error'
export * from './delta-encode'
export * from './digit-events'
export type { DigitShape } from './digit-shapes/digit-shape'
export { digitShapes } from './digit-shapes/digit-shapes'
export * from './digits'
export * from './direct-encode'
export type { DigitVariation } from './draw-digit'
export { defaultDigitVariation } from './draw-digit'
export { type EventConvention, joinRecordings, rawConvention } from './event-convention'
export type { FrameShape } from './event-frames'
export { eventsToFrames } from './event-frames'
export * from './event-pictures'
export type { ReducedFramesConfig } from './event-samples'
export * from './event-simulator'
export * from './event-transforms'
export * from './gesture-events'
export * from './gesture-labels'
export * from './h5-contents'
export * from './h5-spikes'
export { parseIdx } from './idx'
export * from './image-file'
export * from './image-folder'
export * from './latency-encode'
export * from './mnist'
export { parseNmnist } from './nmnist'
export { isFolder, visibleNames } from './node-files'
export type { OtherFile } from './other-files'
export {
  encodePng,
  type Picture,
  pictureSvg,
  pictureText,
  recordingPicture,
  samplePicture,
} from './picture'
export {
  type PropheseeDatConfig,
  parsePropheseeDat,
  streamPropheseeDat,
  writePropheseeDat,
} from './prophesee-dat'
export {
  type PropheseeRawConfig,
  parsePropheseeRaw,
} from './prophesee-raw'
export { rateEncode } from './rate-encode'
export { readCifar10 } from './read-cifar10'
export * from './read-cifar10-archive'
export * from './read-cifar10-dvs'
export * from './read-gestures'
export { readIdxFile } from './read-idx'
export * from './read-nmnist'
export * from './read-recording'
export * from './recognise'
export * from './recording-summary'
export * from './shape-events'
export * from './sources'
export type { Stroke } from './strokes'
export * from './tar-entries'
export * from './write-h5-spikes'
export * from './zip-entries'
