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
    benchmark: 'N-MNIST',
    name: 'run, preset quick, real data',
    command:
      'h2learn run n-mnist --data <folder> --preset quick --steps 375 --batch 32 --lr 0.002 --loss rate-mse --seed 1',
    network: '12C5S2-24C3-AP2-32C3-10FC',
    T: 10,
    tableVI: false,
    samplesSeen: 12000,
    trainingSamples: 1000,
    testSamples: 100,
    accuracy_pct: 87,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.307827,
        inputSparsity: 0.20623,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.317839,
        inputSparsity: 0.245703,
      },
    ],
    firingRates: [0.148814, 0.11818, 0.0939545, 0.105],
    samples_per_s: 56538.1,
  },
  {
    benchmark: 'MNIST',
    name: 'run, preset paper, real data',
    command:
      'h2learn run mnist --data <folder> --preset paper --steps 160 --batch 16 --lr 0.0002 --loss count-cross-entropy --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 2560,
    trainingSamples: 60000,
    testSamples: 200,
    accuracy_pct: 32.5,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.360454,
        inputSparsity: 0.442465,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.381075,
        inputSparsity: 0.381284,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.338037,
        inputSparsity: 0.42965,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.405012,
        inputSparsity: 0.363396,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.381126,
        inputSparsity: 0.372016,
      },
    ],
    firingRates: [0.186682, 0.182479, 0.176522, 0.164981, 0.143017, 0.126632, 0.35791, 0.29126, 0.015],
    samples_per_s: 957.914,
  },
  {
    benchmark: 'CIFAR10',
    name: 'run, preset paper, real data',
    command:
      'h2learn run cifar10 --data <folder> --preset paper --steps 60 --batch 8 --lr 0.0002 --loss count-cross-entropy --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 480,
    trainingSamples: 5000,
    testSamples: 200,
    accuracy_pct: 10.5,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.257556,
        inputSparsity: 0.398312,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.402353,
        inputSparsity: 0.309423,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.344439,
        inputSparsity: 0.413358,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.441754,
        inputSparsity: 0.332788,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.376837,
        inputSparsity: 0.362782,
      },
    ],
    firingRates: [0.131061, 0.160529, 0.160622, 0.153575, 0.161906, 0.165507, 0.35376, 0.271338, 0.47],
    samples_per_s: 657.531,
  },
  {
    benchmark: 'ImageNet',
    name: 'run, preset paper, real data',
    command:
      'h2learn run imagenet --data <folder> --preset paper --steps 1 --batch 4 --lr 0.001 --loss rate-mse --seed 1',
    network: '64C3S2(Encoding)-128C3S2-256C3S2-256C3S2-384C3-256C3-256C3S2-4096FC-4096FC-1000FC',
    T: 10,
    tableVI: true,
    samplesSeen: 4,
    trainingSamples: 20,
    testSamples: 4,
    accuracy_pct: 0,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.235484,
        inputSparsity: 0.291356,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.38157,
        inputSparsity: 0.199844,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.307354,
        inputSparsity: 0.238978,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.384479,
        inputSparsity: 0.202542,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.35967,
        inputSparsity: 0.175289,
      },
      {
        layer: 'conv7',
        outputSparsity: 0.335795,
        inputSparsity: 0.171311,
      },
    ],
    firingRates: [0.149951, 0.149596, 0.14962, 0.149992, 0.149653, 0.1496, 0.150273, 0.149536, 0.14989, 0.15025],
    samples_per_s: 199.117,
  },
]
