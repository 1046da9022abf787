/** Types of the data sets: how samples are chosen, event recordings, what a generator is told. */

/** Training or test half; generated halves come from different random streams. */
export type DatasetSplit = 'train' | 'test'

/** Which part of a data set a reader takes. */
export interface ReadConfig {
  readonly split: DatasetSplit
  /** At most this many samples, from the start; without it, all. */
  readonly limit?: number
}

/** What a generator of labelled samples is told; sample i depends on (seed, split, i) and on nothing else. */
export interface GenerateConfig {
  readonly count: number
  /** Any integer; its low 32 bits count. */
  readonly seed: number
  /** Random stream; default 'train'. */
  readonly split?: DatasetSplit
  /** Number of the first sample, so that several calls can share the work; default 0. */
  readonly first?: number
  /** balanced (default): every ten samples in a row hold the ten classes once, in random order. random: each class drawn alone. */
  readonly labels?: 'balanced' | 'random'
}

/** What an event camera wrote down while it looked at one thing: event i is (x[i], y[i], polarity[i], time[i]). */
export interface EventRecording {
  /** Pixels of the sensor; x is 0 at the left, y is 0 at the top. */
  readonly width: number
  readonly height: number
  readonly x: Uint16Array
  readonly y: Uint16Array
  /** 1 = ON (brighter), 0 = OFF (darker). */
  readonly polarity: Uint8Array
  /** Whole microseconds on the recording's own clock; it need not begin at 0. */
  readonly time: Uint32Array
  /** Class, where it is known. */
  readonly label?: number
  /** True where neither the file nor the caller said how large the sensor is, and the usual size of the format was taken. */
  readonly sensorAssumed?: true
  /** Events of the file that lay outside the sensor and were left out; absent where there was none. */
  readonly outsideSensor?: number
}

/**
 * What the channels of event frames mean. off-on (default): channel 0 = OFF, channel 1 = ON, so that the channel number is
 * the polarity bit. on-off: the other way round. merged: one channel for both.
 */
export type PolarityChannels = 'off-on' | 'on-off' | 'merged'

/** How events become binary frames. */
export interface FramesConfig {
  /** Time bins of equal length. */
  readonly T: number
  /** Microseconds that the T bins cover; events before and after are dropped. Default: up to and with the last event. */
  readonly duration?: number
  /** Time at which the first bin begins, µs. Default: 0 where a duration is given, else the first event. */
  readonly from?: number
  /** Pixels of a frame; at most the sensor's; default the sensor's. */
  readonly width?: number
  readonly height?: number
  /** Sensor pixel of the frame's top left corner; default centred, rounded to the top left. */
  readonly crop?: { readonly x: number; readonly y: number }
  readonly polarities?: PolarityChannels
}

/** Frames of N-MNIST shape: every field of FramesConfig has the paper's value as default (T 10, 32×32, 300 ms). */
export type NmnistFramesConfig = Partial<FramesConfig>

/** Images of an IDX file: count·rows·columns bytes, row by row, 0 = background. */
export interface IdxImages {
  readonly kind: 'images'
  readonly count: number
  readonly rows: number
  readonly columns: number
  readonly pixels: Uint8Array
}

/** Labels of an IDX file, one byte each. */
export interface IdxLabels {
  readonly kind: 'labels'
  readonly count: number
  readonly labels: Uint8Array
}

/** Rows of a CIFAR-10 file: labels 0..9, pixels N·C·H·W with C = red, green, blue. */
export interface Cifar10Rows {
  readonly count: number
  readonly labels: Uint8Array
  readonly pixels: Uint8Array
}

/** Data sets that can be loaded by name: the paper's five benchmarks (Table VI) and DVS128 Gesture. */
export type BenchmarkName = 'mnist' | 'n-mnist' | 'cifar10' | 'imagenet' | 'cifar10-dvs' | 'dvs-gesture'

/** Which samples of a benchmark to load, and from where. */
export interface BenchmarkConfig {
  /** Folder with the data set's own files; without it the built-in generator stands in. */
  readonly dir?: string
  /** Default 'train'. */
  readonly split?: DatasetSplit
  /** Samples to load (files: at most) or to generate. */
  readonly count?: number
  /** Of the generator, default 1; files are read in their own order whatever the seed. */
  readonly seed?: number
  /** Timesteps of spike samples, default 10 as in the paper; pixel samples have none. */
  readonly T?: number
  /** Side of a sample where the set does not fix it: imagenet (default 224), cifar10-dvs and dvs-gesture (42). */
  readonly size?: number
  /**
   * Names of the classes in the order of their labels: give `classNames` of the training samples where the test samples lie in
   * another folder. Only imagenet numbers its classes by the folder that is read; all other sets fix them.
   */
  readonly classNames?: readonly string[]
}
