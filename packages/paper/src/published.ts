/**
 * The published figures of H2Learn (arXiv 2107.11746) and where they stand: the one place of the code base that holds
 * them, but for the few that the calibrated constants are fitted to: those stand with the fits, in `@h2learn/cost-model`.
 * Results are compared with these. The model cannot read them: it lies below this package.
 */
import { calibrationTargets, published } from '@h2learn/cost-model'

/** The five benchmarks of Table VI. */
export type Benchmark = 'MNIST' | 'CIFAR10' | 'N-MNIST' | 'CIFAR10-DVS' | 'ImageNet'

const stdp = (reference: string, network: string, accuracy: number) => ({
  method: 'STDP',
  reference,
  dataset: 'MNIST',
  network,
  accuracy: published(accuracy, '%', 'Table I'),
})
const bptt = (reference: string, dataset: Benchmark, network: string, accuracy: number) => ({
  method: 'BPTT',
  reference,
  dataset,
  network,
  accuracy: published(accuracy, '%', 'Table I'),
})

const epoch = (ann: number, snn: number, unit: 's' | 'h', drop: number, images: number, imagesSource: string) => {
  const inSeconds = unit === 'h' ? 3600 : 1
  const note = unit === 'h' ? `printed as ${snn} h and ${ann} h` : undefined
  return {
    ann: published(ann * inSeconds, 's', 'Table II', note),
    snn: published(snn * inSeconds, 's', 'Table II', note),
    slowdown: published(drop, 'ratio', 'Table II'),
    /** Not in the paper: the size of the data set's training part. */
    images: { value: images, unit: 'images', source: imagesSource },
  }
}

const shifted = 'the scan shifts the row names; read by the number of values in a row'
const sparsity = (
  layers: readonly string[],
  output: readonly number[],
  input: readonly number[],
  accuracy: number | undefined,
  note = '',
) => ({
  /** The convolutions with a backward pass, in order. */
  layers,
  output: published(output, '%', 'Table III', shifted),
  input: published(input, '%', 'Table III', shifted),
  accuracy: accuracy === undefined ? undefined : published(accuracy, '%', 'Table III', note || undefined),
})
const convs = (last: number) => Array.from({ length: last - 1 }, (_, i) => `conv${i + 2}`)

const network = (text: string, C: number, H: number, W: number, note?: string) => ({
  network: published(text, 'notation of Table VI', 'Table VI', note),
  input: { C, H, W },
  T: 10,
})
const stage = (
  equation: string,
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[],
  note?: string,
) => ({
  equation,
  operation,
  inputs: published(inputs, 'variables', 'Table V', note),
  outputs: published(outputs, 'variables', 'Table V', note),
})
const dvs = '128C3-128C3-AP2-384C3-384C3-AP2-512FC-512FC-10FC'
const frames = '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC'
const image = '64C3S2(Encoding)-128C3S2-256C3S2-256C3S2-384C3-256C3-256C3S2-4096FC-4096FC-1000FC'
const merged = 'the scanned rows of two benchmarks are merged'

/** Tables I to VIII and the printed numbers of Figures 11 to 16. */
export const paper = {
  /** Table I: accuracies of local and of global learning. */
  accuracies: [
    stdp('[13]', 'CNN', 91.1),
    stdp('[10]', 'CNN', 93.3),
    stdp('[9]', 'MLP', 95.0),
    stdp('[12]', 'CNN', 97.5),
    stdp('[11]', 'CNN', 98.4),
    bptt('[23]', 'MNIST', 'MLP', 98.6),
    bptt('[18]', 'MNIST', 'MLP', 98.89),
    bptt('[19]', 'MNIST', 'MLP', 98.93),
    bptt('[19]', 'MNIST', 'CNN', 99.49),
    bptt('[19]', 'N-MNIST', 'MLP', 98.88),
    bptt('[21]', 'N-MNIST', 'CNN', 99.2),
    bptt('[22]', 'N-MNIST', 'CNN', 99.44),
    bptt('[22]', 'CIFAR10', 'CNN', 89.83),
    bptt('[22]', 'CIFAR10-DVS', 'CNN', 58.1),
  ],

  /** Table II: one training epoch on a V100. */
  epochs: {
    MNIST: epoch(12.12, 138.55, 's', 11.43, 60000, 'MNIST training set'),
    CIFAR10: epoch(12.98, 147.07, 's', 11.33, 50000, 'CIFAR-10 training set'),
    ImageNet: epoch(0.72, 4.0, 'h', 5.56, 1281167, 'ILSVRC 2012 training set'),
  },

  /** Table III: sparsity of the backward pass, and accuracy, per benchmark. */
  sparsities: {
    MNIST: sparsity(convs(6), [22.66, 85.99, 52.74, 74.74, 53.82], [99.18, 97.46, 98.76, 97.44, 97.93], 99.67),
    CIFAR10: sparsity(convs(6), [54.06, 83.22, 80.22, 82.75, 87.24], [91.41, 83.89, 89.92, 88.63, 84.39], undefined),
    'N-MNIST': sparsity(convs(4), [59.89, 86.13, 92.95], [97.24, 97.36, 99.26], 98.97, 'probably this row'),
    'CIFAR10-DVS': sparsity(convs(4), [62.93, 88.23, 82.07], [87.69, 74.14, 95.77], 60.9),
    ImageNet: sparsity(
      convs(7),
      [17.97, 16.21, 14.65, 19.82, 16.65, 15.09],
      [94.95, 94.11, 92.94, 96.02, 94.38, 93.35],
      undefined,
    ),
  },

  /** Table IV: the symbols. */
  symbols: {
    s: 'spike',
    u: 'membrane potential',
    '∇s': 'spike gradient',
    '∇u': 'potential gradient',
    '∇s̃': 'spike gradient mask',
    '∇ũ': 'potential gradient mask',
    w: 'weight',
    '∇w': 'weight gradient',
  },

  /** Table V: inputs, outputs, equation and major operation of each stage. */
  stages: {
    forward: stage(
      'Eq. 1',
      'spike-based convolution or matrix product',
      ['u_{t-1}^l', 's_{t-1}^l', 's^{l-1}', 'w^{l-1}'],
      ['s_t^l', 'u_t^l', '∇s̃_t^l'],
      'the print gives the input spikes the index t − 1, which Eq. 2 and 3 contradict',
    ),
    weightUpdate: stage('Eq. 3', 'spike-based convolution or matrix product', ['∇u_t^{l+1}', 's_t^l'], ['∇w^l']),
    backward: stage(
      'Eq. 2',
      'sparse FP16 convolution or matrix product',
      ['∇u_{t+1}^l', 'u_t^l', '∇u_t^{l+1}', '∇ũ_t^{l+1}', 'w^l', '∇s̃_t^l', 's_t^l'],
      ['∇u_t^l', '∇ũ_t^l'],
      'the scan loses the tildes that tell masks from gradients',
    ),
  },
  /** Table V prints these in red: the variables in the binary format. */
  binary: published(['s', '∇s̃', '∇ũ'], 'variables', 'Table V', 'the colour is lost in the scan; from Eq. 5 and 6'),

  /** Table VI: the benchmarks' networks, in the notation that the learning core parses. */
  networks: {
    'N-MNIST': network(dvs, 2, 32, 32, merged),
    'CIFAR10-DVS': network(dvs, 2, 42, 42, merged),
    MNIST: network(frames, 1, 28, 28, merged),
    CIFAR10: network(frames, 3, 32, 32, merged),
    ImageNet: network(image, 3, 224, 224, 'the print gives no channels; three are our reading'),
  },

  /** Table VII: the engines. KB are 1024 bytes. */
  engines: {
    forward: {
      rows: published(64, 'PEs', 'Table VII'),
      cols: published(16, 'PEs', 'Table VII'),
      subLuts: published(3, 'per PE', 'Table VII'),
      subLutBytes: published(16, 'bytes', 'Table VII'),
      adders: published(3072, 'adders', 'Table VII', '3 × 64 × 16, times parallelism 4'),
      parallelism: published(4, 'lanes', 'Table VII'),
      somas: published(16, 'units', 'Table VII'),
      glb: published(503, 'KiB', 'Table VII'),
      area: calibrationTargets.areas.forward,
      baselineAdders: published(36864, 'adders', 'Section V-A', 'non-LUT, parallelism 4'),
    },
    weightUpdate: {
      rows: published(10, 'PEs', 'Table VII'),
      cols: published(128, 'PEs', 'Table VII'),
      subLuts: published(2, 'per PE', 'Table VII'),
      subLutBytes: published(32, 'bytes', 'Table VII'),
      adders: published(2560, 'adders', 'Table VII', '2 × 10 × 128, times parallelism 4'),
      parallelism: published(4, 'lanes', 'Table VII'),
      glb: published(2684, 'KiB', 'Table VII'),
      area: calibrationTargets.areas.weightUpdate,
      baselineAdders: published(40960, 'adders', 'Section V-A', 'non-LUT, parallelism 4'),
    },
    backward: {
      rows: published(16, 'PE groups', 'Table VII', 'the scan loses the row; from the counts of finders and MACs'),
      cols: published(64, 'PE groups', 'Table VII', 'the scan loses the row; from the counts of finders and MACs'),
      groupSize: published(4, 'PEs', 'Table VII'),
      outputFinders: published(64, 'units', 'Table VII'),
      inputFinders: published(4096, 'units', 'Table VII', '16 × 64 × 4'),
      macs: published(4096, 'MACs', 'Table VII', '16 × 64 × 4'),
      adders: published(4096, 'adders', 'Table VII', '16 × 64 × 4'),
      grads: published(64, 'units', 'Table VII'),
      glb: published(4840.5, 'KiB', 'Table VII'),
      area: calibrationTargets.areas.backward,
    },
  },

  /** Table VIII, left: the chip. */
  chip: {
    node: published('TSMC 28 nm', 'process', 'Table VIII'),
    area: published(110.46, 'mm2', 'Table VIII'),
    clock: calibrationTargets.clock,
    memories: published(3, 'memories', 'Table VIII'),
    memoryBandwidth: published(128, 'GB/s each', 'Table VIII'),
    throughput: published(27.85, 'TFLOPS', 'Table VIII'),
    power: calibrationTargets.power,
    subBatch: published(4, 'samples', 'Section IV-C2'),
  },

  /** Table VIII, right: NVIDIA V100. */
  v100: {
    node: published('TSMC 12 nm', 'process', 'Table VIII'),
    area: published(815, 'mm2', 'Table VIII'),
    clock: published(1530e6, 'Hz', 'Table VIII'),
    memoryBandwidth: published(900, 'GB/s', 'Table VIII'),
    throughput: published(15.7, 'TFLOPS', 'Table VIII'),
    power: published(300, 'W', 'Table VIII'),
  },

  /** Fig. 10 and Section IV-C2: what the pipeline overlaps. */
  pipeline: {
    overlap: published(
      'Forward of the next sub-batch beside Backward and Weight Update of this one',
      'schedule',
      'Section IV-C2, Fig. 10',
      'no number printed',
    ),
    update: published('only the last sub-batch of a batch group updates the weights', 'schedule', 'Section IV-C2'),
  },

  /** Fig. 11, 12 and Section V-B1: LUT engines against non-LUT baselines at parallelism 4; ratios > 1 favour the LUT. */
  lut: {
    forwardArea: published(2.35, 'ratio', 'Section V-B1, Fig. 11, 12'),
    forwardEnergy: published(2.58, 'ratio', 'Section V-B1, Fig. 11, 12'),
    weightUpdateArea: published(2.56, 'ratio', 'Section V-B1, Fig. 11, 12'),
    weightUpdateEnergy: published(3.0, 'ratio', 'Section V-B1, Fig. 11, 12'),
    forwardSubLuts: published(3, 'sub-LUTs per PE', 'Table VII', 'chosen after Fig. 11'),
    weightUpdateSubLuts: published(2, 'sub-LUTs per PE', 'Table VII', 'chosen after Fig. 11'),
  },

  /** Fig. 13 and Section V-B2: Backward Engine against its dense baseline. */
  backward: {
    sparsity: calibrationTargets.sparsity,
    speedup: calibrationTargets.speedup,
    energy: published(9.24, 'ratio', 'Section V-B2, Fig. 13'),
    singleSparsity: published(
      'similar',
      'speed-up',
      'Section V-B2',
      'output only against input only; no number printed',
    ),
    leakage: published('a huge amount, mainly from the buffers', 'energy', 'Section V-B2', 'no number printed'),
    densePeArray: published('most of the energy in the dense architecture', 'PE array with Acc', 'Section V-B2'),
    inputOnlyPeArray: published('higher than with output sparsity only', 'PE array with Acc', 'Section V-B2'),
    bufferArea: published(
      'grows with the PE group size, its buffer does not change obviously',
      'area',
      'Section V-B2, Fig. 13(a)',
      'no number printed',
    ),
  },

  /**
   * Fig. 14 and Section V-B3: does doubling a dimension of the chosen configuration double the throughput? Halving always
   * halves it.
   */
  halvingCosts: published(2, 'ratio', 'Section V-B3, Fig. 14', 'every dimension of every engine'),
  doublingGives: published(2, 'ratio', 'Section V-B3, Fig. 14', 'where `doublingHelps` says so, else less'),
  doublingHelps: {
    forward: published({ rows: false, cols: false, parallelism: false }, 'doubles', 'Section V-B3, Fig. 14'),
    weightUpdate: published({ rows: false, cols: true, parallelism: true }, 'doubles', 'Section V-B3, Fig. 14'),
    backward: published({ rows: false, cols: true, parallelism: false }, 'doubles', 'Section V-B3, Fig. 14'),
  },

  /** Fig. 15: CIFAR10; the figures' numbers are not printed in the text. */
  cifar10: {
    spinalFlow: published('less area and energy', 'Forward Engine', 'Section V-C, Fig. 15(a)', 'no number printed'),
    layers: published(
      'largest speed-up in early layers during weight update',
      'against V100',
      'Section V-C, Fig. 15(b)',
      'no number printed',
    ),
  },

  /** Fig. 16, Abstract and Section VII: the chip against V100. */
  againstV100: {
    area: published(7.38, 'ratio', 'Abstract, Section V-C, Fig. 16(c)'),
    speedup: published([5.74, 10.2], 'ratio', 'Abstract, Section V-C, Fig. 16(a)', 'ImageNet gains most'),
    best: published(
      'ImageNet',
      'benchmark',
      'Section V-C, Fig. 16',
      'the largest speed-up; its number is in the figure only',
    ),
    power: published(
      [5.25, 7.12],
      'ratio',
      'Section VII, Fig. 16(b)',
      'the abstract says energy, figure and conclusion say power; read as power',
    ),
  },
} as const
