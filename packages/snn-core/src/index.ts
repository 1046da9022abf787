export * from './api'
export * from './batches'
export * from './bptt'
export * from './buffers'
export * from './checkpoint'
export * from './compressed'
export * from './crc32'
export * from './errors'
export * from './evaluate'
export type { EvaluationTally } from './evaluation-shard'
export * from './f16'
export * from './golden'
export {
  type BatchGradients,
  type GradientSource,
  type GradientWork,
  localGradients,
  type PassWork,
  SHARD_SAMPLES,
} from './gradient-source'
export * from './init'
export * from './integrate-and-fire'
export * from './layer-current'
export * from './layer-gradients'
export * from './loss'
export * from './network'
export * from './network-error'
export * from './neuron'
export * from './optimizer'
export * from './parameters'
export * from './pooling'
export * from './potential-gradients'
export * from './record'
export * from './rng'
export type { ShardTally } from './shard'
export * from './tensor'
export * from './trainer'
export * from './training-config'
export * from './training-state'
