export * from './api'
export * from './backward'
export * from './build'
export * from './forward'
export * from './graph-of'
export * from './losses/graph-loss'
export { checkGraphLoss, evaluateGraphLoss, graphLosses } from './losses/losses'
export { neuronModels, stateBytes } from './neurons/models'
export type { NeuronDynamics, NeuronModel, ParameterRule } from './neurons/neuron-model'
export { canonicalGraphText, parseGraph } from './notation/parse'
export { graphText } from './notation/text-of'
export type { OperatorRules } from './operators/operator'
export { operators } from './operators/operators'
export {
  checkGraphParameters,
  graphParameterCount,
  graphParameterSpecs,
  graphParametersOf,
  type ParameterSpec,
} from './parameters'
export { type PlainNetwork, type PlainPopulation, plainNetwork } from './plain-form'
