import { expect, it } from 'vitest'
import { ownRunOfReport } from '../src/own-run-of-report'

const report = {
  schema: 'h2learn.run/1',
  benchmark: 'mnist',
  preset: 'paper',
  network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
  T: 10,
  batch: 16,
  seed: 1,
  test_accuracy: 0.325,
  data: { synthetic: false, train_samples: 60000, test_samples: 10000 },
  training: { steps: 160, samples_seen: 2560, learning_rate: 2e-4, loss: 'count-cross-entropy' },
  chip: { samples_per_s: 958 },
  layers: [{ firing_rate: 0.187 }, { firing_rate: 0.182 }],
  backward_passes: [{ layer: 'conv2', output_sparsity: 0.36, input_sparsity: 0.44 }],
  notes: ['Accuracies: measured on 200 of 10000 test and the first 200 of 60000 training samples.'],
}
const read = (changes: object) => ownRunOfReport('a.json', JSON.stringify({ ...report, ...changes }))

it('takes accuracy, sparsities, rates and speed of a run, and whether its network is that of Table VI', () => {
  expect(read({})).toEqual({
    benchmark: 'MNIST',
    name: 'run, preset paper, real data',
    command:
      'h2learn run mnist --data <folder> --preset paper --steps 160 --batch 16 --lr 0.0002 --loss count-cross-entropy --seed 1',
    network: report.network,
    T: 10,
    tableVI: true,
    samplesSeen: 2560,
    trainingSamples: 60000,
    testSamples: 200,
    accuracy_pct: 32.5,
    passes: [{ layer: 'conv2', outputSparsity: 0.36, inputSparsity: 0.44 }],
    firingRates: [0.187, 0.182],
    samples_per_s: 958,
  })
  const training = {
    ...report.training,
    layer_rates: 'fan-in',
    beta2: 0.99,
    first_firing_rate: 0.1,
    grad_window: [-0.5, 2],
    detach_reset: false,
    backend: 'fused',
  }
  expect(read({ training }).command).toBe(
    'h2learn run mnist --data <folder> --preset paper --steps 160 --batch 16 --lr 0.0002 --layer-rates fan-in --beta2 0.99 --firing-rate 0.1 --grad-window=-0.5,2 --no-detach-reset --backend fused --loss count-cross-entropy --seed 1',
  )
  expect(read({ T: 5 }).tableVI).toBe(false)
  expect(read({ notes: [] }).testSamples).toBe(10000)
})

it('says what is wrong with another file', () => {
  expect(() => ownRunOfReport('a.json', '{')).toThrow('a.json: expected valid JSON')
  expect(() => ownRunOfReport('a.json', '[]')).toThrow('a report of h2learn run')
  expect(() => read({ schema: 'other/1' })).toThrow('got schema "other/1"')
  expect(() => read({ benchmark: 'fashion' })).toThrow('the benchmark "fashion"')
  expect(() => read({ chip: 3 })).toThrow('chip as an object')
  expect(() => read({ test_accuracy: 'high' })).toThrow('test_accuracy as a number')
  expect(() => read({ layers: {} })).toThrow('layers as a list')
})
