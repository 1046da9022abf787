export * from './api'
export * from './backward'
export * from './build'
export * from './forward'
export * from './graph-of'
export * from './losses/graph-loss'
export { checkGraphLoss, evaluateGraphLoss, graphLosses } from './losses/losses'
export { neuronModels, stateBytes } from './neurons/models'
export { writeNeuron } from './neurons/neuron-form'
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
export {
  evaluateGraph,
  type GraphEvaluation,
  type GraphEvaluationRun,
  graphStatistics,
} from './training/evaluate-graph'
export { type GraphGradientWork, graphGradients } from './training/graph-gradients'
export { predictGraph } from './training/graph-prediction'
export { type GraphInitOptions, initialGraphParameters, type PopulationGain } from './training/initial-parameters'
export { graphTitle, readOut, sampleInputs, sampleReader } from './training/sample-input'
export { type GraphTrainingRun, trainGraph } from './training/train-graph'
