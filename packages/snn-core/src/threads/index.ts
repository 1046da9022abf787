export * from './checkpoint-file'
export { shareSamples } from './shared'
export * from './worker-gradients'
export * from './write-all'
