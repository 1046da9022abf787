import { latin1 } from './text-header'

/** A file that is known and is no data set of this library: what it is, and what can be done with it. */
export interface OtherFile {
  readonly what: string
  readonly todo: string
}

type Known = OtherFile & {
  /** First bytes, a pattern of the first characters, or a test of the first bytes. */
  readonly begins: readonly number[] | RegExp | ((bytes: Uint8Array) => boolean)
  readonly named?: RegExp
}

const ascii = (text: string) => Array.from(text, (c) => c.charCodeAt(0))

/** First match counts. */
const known: readonly Known[] = [
  {
    begins: ascii('H2LCKPT\n'),
    what: 'a checkpoint of h2learn (weights, optimiser and history of a training run)',
    todo: 'h2learn run NAME --resume FILE goes on with it',
  },
  {
    begins: [0x50, 0x4b],
    named: /\.npz$/i,
    what: 'a NumPy archive of arrays (.npz)',
    todo: 'if it is a recorded trace: h2learn simulate --trace FILE; docs/traces.md says which arrays it needs',
  },
  {
    begins: [0x93, ...ascii('NUMPY')],
    what: 'a NumPy array (.npy)',
    todo: 'single arrays are not read; for a trace put them into one .npz (docs/traces.md)',
  },
  {
    begins: /^#!AER-DAT/,
    what: 'an AEDAT recording of a version that is not read',
    todo: 'convert it to AEDAT 2.0, 3.1 or 4 with the tools of the camera (jAER, dv-processing)',
  },
  {
    begins: ascii('#ROSBAG'),
    what: 'a ROS bag',
    todo: 'export its events to AEDAT 4 or Prophesee .dat',
  },
  {
    begins: ascii('MATLAB 5.0 MAT-file'),
    what: 'a MATLAB file (.mat)',
    todo: 'MATLAB files are not read; export the recordings or pictures',
  },
  {
    begins: ([mark, version = 0]) => mark === 0x80 && version >= 2 && version <= 5,
    what: 'a Python pickle',
    todo: 'pickles are not read, as they can run any program; CIFAR-10 has a binary version: h2learn data get cifar10',
  },
  {
    begins: /^\s*\{\s*"schema":\s*"h2learn\./,
    what: 'a result of h2learn (JSON)',
    todo: 'its field "schema" names the command that wrote it',
  },
  {
    begins: [0x1f, 0x8b],
    what: 'a file compressed by gzip',
    todo: 'unpack it first: gunzip FILE',
  },
]

/** What a file is that is no data set, by its first bytes and its name; undefined when it is not known either. */
export const otherFileOf = (bytes: Uint8Array, name: string): OtherFile | undefined => {
  const start = latin1(bytes.subarray(0, 512))
  const fits = (begins: Known['begins']) =>
    begins instanceof RegExp
      ? begins.test(start)
      : typeof begins === 'function'
        ? begins(bytes)
        : begins.every((byte, i) => bytes[i] === byte)
  const found = known.find(({ begins, named }) => (named === undefined || named.test(name)) && fits(begins))
  return found && { what: found.what, todo: found.todo.replace('FILE', name) }
}

/** Rows of CIFAR-100 are told from CIFAR-10 and N-MNIST, and not read. */
export const cifar100: OtherFile = {
  what: 'CIFAR-100 in its binary version (rows of 3,074 bytes: superclass, class, 3×32×32 pixels)',
  todo: 'CIFAR-100 is not read; h2learn data get cifar10 fetches CIFAR-10',
}

/** CIFAR-10's folder for Python. */
export const pythonCifar10: OtherFile = {
  what: 'CIFAR-10 in its Python version (pickles)',
  todo: 'pickles are not read, as they can run any program; the binary version is: h2learn data get cifar10',
}
