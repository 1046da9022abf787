import type { OwnRun } from './own-run'

/**
 * Training runs of our own that `reproducePaper` shows beside the paper unless others are given: measured, each with the
 * command that repeats it. Written by `scripts/own-runs.mjs` from the reports of `h2learn run`.
 */
export const ownRuns: readonly OwnRun[] = [
  {
    benchmark: 'MNIST',
    name: 'run, preset quick, real data',
    command:
      'h2learn run mnist --data <folder> --preset quick --steps 6250 --batch 32 --lr 0.003 --loss rate-mse --seed 1',
    network: '16C5S2(Encoding)-32C3-AP2-32C3-10FC',
    T: 5,
    tableVI: false,
    samplesSeen: 200000,
    trainingSamples: 60000,
    testSamples: 10000,
    accuracy_pct: 98.17,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.302699,
        inputSparsity: 0.852168,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.324617,
        inputSparsity: 0.904767,
      },
    ],
    firingRates: [0.150913, 0.170504, 0.12437, 0.10375],
    samples_per_s: 184848,
  },
  {
    benchmark: 'MNIST',
    name: 'run, preset paper, real data',
    command:
      'h2learn run mnist --data <folder> --preset paper --steps 3400 --batch 8 --lr 0.4 --layer-rates fan-in --backend folded --loss rate-mse --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 27200,
    trainingSamples: 60000,
    testSamples: 10000,
    accuracy_pct: 98.27,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.28143,
        inputSparsity: 1,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.328662,
        inputSparsity: 1,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.380674,
        inputSparsity: 1,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.452862,
        inputSparsity: 1,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.445791,
        inputSparsity: 1,
      },
    ],
    firingRates: [0.149059, 0.138718, 0.137849, 0.145049, 0.134595, 0.128445, 0.13291, 0.234131, 0.1],
    samples_per_s: 3602.59,
  },
  {
    benchmark: 'N-MNIST',
    name: 'run, preset quick, real data',
    command:
      'h2learn run n-mnist --data <folder> --preset quick --steps 750 --batch 32 --lr 0.002 --loss rate-mse --seed 1',
    network: '16C5S2-32C3-AP2-48C3-10FC',
    T: 10,
    tableVI: false,
    samplesSeen: 24000,
    trainingSamples: 8000,
    testSamples: 100,
    accuracy_pct: 82,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.320123,
        inputSparsity: 0.233173,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.39227,
        inputSparsity: 0.324646,
      },
    ],
    firingRates: [0.144316, 0.13551, 0.103581, 0.098125],
    samples_per_s: 52698.5,
  },
  {
    benchmark: 'CIFAR10',
    name: 'run, preset paper, real data',
    command:
      'h2learn run cifar10 --data <folder> --preset paper --steps 600 --batch 8 --lr 0.2 --layer-rates fan-in --backend folded --loss count-cross-entropy --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 4800,
    trainingSamples: 5000,
    testSamples: 1000,
    accuracy_pct: 11.3,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.358284,
        inputSparsity: 0.631705,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.445255,
        inputSparsity: 0.57491,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.365895,
        inputSparsity: 0.603893,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.408121,
        inputSparsity: 0.570929,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.365476,
        inputSparsity: 0.553654,
      },
    ],
    firingRates: [0.231519, 0.243426, 0.228228, 0.249176, 0.232213, 0.237486, 0.256787, 0.273193, 0.98],
    samples_per_s: 910.794,
  },
]
