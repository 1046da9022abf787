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
  {
    benchmark: 'ImageNet',
    name: 'run, preset paper, real data',
    command:
      'h2learn run imagenet --data <folder> --preset paper --steps 1 --batch 4 --lr 0.001 --layer-rates equal --grad-window=-0.5,2.5 --loss rate-mse --seed 1',
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
