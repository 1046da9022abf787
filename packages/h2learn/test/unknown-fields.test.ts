import { accelerator, analyticRun } from '@h2learn/accelerator'
import { priceTable } from '@h2learn/cost-model'
import { adderForwardEngine, forwardEngine, lutPe } from '@h2learn/lut-pe'
import { analyticBenchmark } from '@h2learn/paper'
import { createOptimizer, defaultNeuron, parseNetwork, trainingConfig, validateNeuron } from '@h2learn/snn-core'
import { backwardEngine, denseBackwardEngine } from '@h2learn/sparse-backward'
import { spinalFlowEngine } from '@h2learn/spinalflow'
import { weightUpdateEngine } from '@h2learn/weight-update'
import { describe, expect, it } from 'vitest'

/** As a caller without types would: any function with anything. */
const call =
  (of: unknown, ...given: readonly unknown[]) =>
  () =>
    (of as (...all: readonly unknown[]) => unknown)(...given)

const network = parseNetwork('4C3(Encoding)-3FC', { input: { C: 1, H: 8, W: 8 }, T: 2 })

describe('a field that does not exist is an error, not a default', () => {
  it.each([
    ['clockMHz', call(accelerator, { clockMHz: 400 }), 'did you mean "clock.MHz"?'],
    [
      'clock: 400',
      call(accelerator, { clock: 400 }),
      'accelerator: clock: expected an object with fields named MHz, got 400',
    ],
    [
      'clock.mhz',
      call(accelerator, { clock: { mhz: 400 } }),
      'accelerator: clock: expected fields named MHz, got "mhz"; did you mean "MHz"?',
    ],
    ['memory.bandwidth', call(accelerator, { memory: { bandwidth: 256 } }), 'did you mean "bandwidthGBps"?'],
    ['schedule.engine', call(accelerator, { schedule: { engine: 'serial' } }), 'did you mean "engines"?'],
    ['subLuts', call(forwardEngine, { subLuts: 4 }), 'got "subLuts"; did you mean "subLutInputs"?'],
    ['adder engine', call(adderForwardEngine, { row: 4 }), 'did you mean "rows"?'],
    ['lutPe', call(lutPe, { lane: 4, subLutInputs: [3] }), 'did you mean "lanes"?'],
    ['tiles', call(backwardEngine, { tiles: 4 }), 'did you mean "tile"?'],
    ['a baseline', call(denseBackwardEngine, { requirefit: true }), 'did you mean "requireFit"?'],
    ['weight update', call(weightUpdateEngine, { col: 4 }), 'did you mean "cols"?'],
    ['spinalflow', call(spinalFlowEngine, { pe: 4 }), 'did you mean "pes"?'],
    ['temperatur', call(priceTable, { temperatur: 300 }), 'did you mean "temperature"?'],
    ['epoch', call(trainingConfig, { epoch: 3 }), 'trainingConfig: expected fields named epochs, '],
    ['the optimiser', call(trainingConfig, { optimizer: { kind: 'adam', lr: 3 } }), 'got "lr"'],
    ['momentum of adam', call(createOptimizer, { kind: 'adam', momentum: 0.9 }, new Float32Array(1)), 'got "momentum"'],
    ['the neuron', call(validateNeuron, { ...defaultNeuron, threshold: 1 }), 'did you mean "fireThreshold"?'],
    [
      'the surrogate',
      call(validateNeuron, { ...defaultNeuron, surrogate: { kind: 'rectangular', height: 1, width: 1 } }),
      'got "width"',
    ],
    [
      't of a benchmark',
      call(analyticBenchmark, 'CIFAR10', { t: 4 }),
      'benchmarkWork: options: expected fields named batch, ',
    ],
    [
      'the chip of a benchmark',
      call(analyticBenchmark, 'CIFAR10', { chip: { backward: { row: 4 } } }),
      'did you mean "rows"?',
    ],
    [
      'a what-if',
      call(analyticRun, { network, outputSparsity: [], inputSparsity: [], batches: 4 }),
      'did you mean "batch"?',
    ],
    [
      'its chip',
      call(analyticRun, { network, outputSparsity: [], inputSparsity: [], chip: { clockMHz: 4 } }),
      'did you mean "clock.MHz"?',
    ],
    [
      'its assumptions',
      call(analyticRun, { network, outputSparsity: [], inputSparsity: [], assume: { hiddenfill: true } }),
      'did you mean "hiddenFill"?',
    ],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(message)
    expect(wrong).toThrow(expect.objectContaining({ code: 'H2LEARN_INPUT' }))
  })
})

describe('what is not what it has to be', () => {
  it.each([
    [
      call(analyticBenchmark, 'cifar10'),
      'benchmarkWork: benchmark: expected one of N-MNIST, CIFAR10-DVS, MNIST, CIFAR10, ImageNet, got "cifar10"; did you mean "CIFAR10"?',
    ],
    [call(analyticBenchmark), 'benchmarkWork: benchmark: expected one of'],
    [call(analyticBenchmark, 'constructor'), 'benchmarkWork: benchmark: expected one of'],
    [
      call(analyticBenchmark, 'CIFAR10', { chip: { clock: { MHz: 1e9 } } }),
      'accelerator: clock.MHz: expected a number above 0, at most 10000 MHz',
    ],
    [call(analyticBenchmark, 'CIFAR10', { chip: { backwardMode: 'none' } }), 'chip.backwardMode: expected "both" or'],
    [call(analyticRun), 'analyticRun: expected an object with fields named network, '],
    [call(analyticRun, {}), 'analyticRun: network: expected a network, such as parseNetwork makes, got nothing'],
    [call(analyticRun, { network }), 'analyticRun: outputSparsity: expected a list of shares of zeros'],
  ])('is named: %#', (wrong, message) => {
    expect(wrong).toThrow(message)
  })
})

it('shows the whole configuration of every engine', () => {
  expect(forwardEngine({ rows: 8 }).config).toMatchObject({ rows: 8, cols: 16 })
  expect(weightUpdateEngine({ rows: 8 }).config).toMatchObject({ rows: 8, cols: 128 })
  expect(backwardEngine({ rows: 8 }).config).toMatchObject({ rows: 8, cols: 64 })
  expect(denseBackwardEngine({ rows: 8 }).config).toMatchObject({ rows: 8, cols: 64 })
  expect(spinalFlowEngine({ pes: 8 }).config).toMatchObject({ pes: 8, weightBits: 8 })
  expect(adderForwardEngine({ rows: 8 })).toMatchObject({ config: { rows: 8, cols: 16 } })
})
