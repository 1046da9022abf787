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
      'h2learn run mnist --data <folder> --preset paper --steps 4100 --batch 8 --lr 0.5 --layer-rates fan-in --beta2 0.99 --firing-rate 0.1 --grad-window=-0.5,2 --no-detach-reset --backend fused --loss rate-mse --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 32800,
    trainingSamples: 60000,
    testSamples: 10000,
    accuracy_pct: 98.65,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.239027,
        inputSparsity: 0.983614,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.33074,
        inputSparsity: 0.985625,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.430572,
        inputSparsity: 0.986099,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.495817,
        inputSparsity: 0.985636,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.522145,
        inputSparsity: 0.984192,
      },
    ],
    firingRates: [0.102902, 0.107352, 0.115709, 0.135694, 0.122881, 0.127536, 0.136084, 0.3104, 0.0975],
    samples_per_s: 3524.34,
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
      'h2learn run cifar10 --data <folder> --preset paper --steps 760 --batch 8 --lr 0.2 --layer-rates fan-in --beta2 0.999 --firing-rate 0.1 --grad-window=-2.5,2.5 --detach-reset --backend fused --loss rate-mse --seed 1',
    network: '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC',
    T: 10,
    tableVI: true,
    samplesSeen: 6080,
    trainingSamples: 5000,
    testSamples: 1000,
    accuracy_pct: 29.9,
    passes: [
      {
        layer: 'conv2',
        outputSparsity: 0.28739,
        inputSparsity: 0.0770203,
      },
      {
        layer: 'conv3',
        outputSparsity: 0.086702,
        inputSparsity: 0.0390335,
      },
      {
        layer: 'conv4',
        outputSparsity: 0.0544964,
        inputSparsity: 0.0479996,
      },
      {
        layer: 'conv5',
        outputSparsity: 0.0637054,
        inputSparsity: 0.0183464,
      },
      {
        layer: 'conv6',
        outputSparsity: 0.029509,
        inputSparsity: 0.0152122,
      },
    ],
    firingRates: [0.0873466, 0.102226, 0.0955708, 0.0860046, 0.0850174, 0.0816162, 0.0730957, 0.0908691, 0.11],
    samples_per_s: 600.423,
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
