/** A file that belongs to a published data set. */
export interface DatasetDownload {
  readonly url: string
  readonly file: string
  /** MD5 as published beside it, lower case; absent: none is published, the file is kept as it came. */
  readonly md5?: string
  /** Unpacked after the check. */
  readonly unpack: boolean
}

/** A data set that can be fetched, from its own page. */
export interface DatasetSource {
  readonly name: string
  readonly title: string
  readonly page: string
  /** What its owners say about use; look there before you publish anything. */
  readonly licence: string
  /** Bytes of all downloads, about. */
  readonly bytes: number
  readonly downloads: readonly DatasetDownload[]
  /** Undefined: can be fetched; else why not and what to do. */
  readonly byHand?: string
}

const mnistFile = (file: string, md5: string): DatasetDownload => ({
  url: `http://yann.lecun.com/exdb/mnist/${file}`,
  file,
  md5,
  unpack: false,
})

const mendeley = (id: string, file: string, md5: string): DatasetDownload => ({
  url: `https://data.mendeley.com/public-files/datasets/468j46mzdv/files/${id}/file_downloaded`,
  file,
  md5,
  unpack: true,
})

const figshare = (id: number, name: string, md5: string): DatasetDownload => ({
  url: `https://ndownloader.figshare.com/files/${id}`,
  file: `${name}.zip`,
  md5,
  unpack: true,
})

const shd = (file: string, md5: string): DatasetDownload => ({
  url: `https://zenkelab.org/datasets/${file}`,
  file,
  md5,
  unpack: true,
})

/** Data sets of the benchmarks by name, with where they are published. Checksums are published
 * ones (by the owners, or by public loaders of the same files); fetching was not tried here, where there is no network. */
export const datasetSources: readonly DatasetSource[] = [
  {
    name: 'mnist',
    title: 'MNIST handwritten digits',
    page: 'http://yann.lecun.com/exdb/mnist/',
    licence: 'none stated',
    bytes: 11_594_722,
    downloads: [
      mnistFile('train-images-idx3-ubyte.gz', 'f68b3c2dcbeaaa9fbdd348bbdeb94873'),
      mnistFile('train-labels-idx1-ubyte.gz', 'd53e105ee54ea40749a09fcbcd1e9432'),
      mnistFile('t10k-images-idx3-ubyte.gz', '9fb629c4189551a2d022fa330f9573f3'),
      mnistFile('t10k-labels-idx1-ubyte.gz', 'ec29112dd5afa0611ce80d1b7f02629c'),
    ],
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10, binary version',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'none stated; citation asked for',
    bytes: 170_052_171,
    downloads: [
      {
        url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        file: 'cifar-10-binary.tar.gz',
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        unpack: true,
      },
    ],
  },
  {
    name: 'n-mnist',
    title: 'N-MNIST',
    page: 'https://www.garrickorchard.com/datasets/n-mnist',
    licence: 'see the page; the files lie at Mendeley Data under CC BY 4.0',
    bytes: 1_180_000_000,
    downloads: [
      mendeley('39c25547-014b-4137-a934-9d29fa53c7a0', 'Train.zip', '20959b8e626244a1b502305a9e6e2031'),
      mendeley('05a4d654-7e03-4c15-bdfa-9bb2bcbea494', 'Test.zip', '69ca8762b2fe404d9b9bad1103e97832'),
    ],
  },
  {
    name: 'cifar10-dvs',
    title: 'CIFAR10-DVS',
    page: 'https://figshare.com/articles/dataset/CIFAR10-DVS_New/4724671',
    licence: 'CC BY 4.0',
    bytes: 8_300_000_000,
    downloads: [
      figshare(7712788, 'airplane', '0afd5c4bf9ae06af762a77b180354fdd'),
      figshare(7712791, 'automobile', '8438dfeba3bc970c94962d995b1b9bdd'),
      figshare(7712794, 'bird', 'a9c207c91c55b9dc2002dc21c684d785'),
      figshare(7712812, 'cat', '52c63c677c2b15fa5146a8daf4d56687'),
      figshare(7712815, 'deer', 'b6bf21f6c04d21ba4e23fc3e36c8a4a3'),
      figshare(7712818, 'dog', 'f379ebdf6703d16e0a690782e62639c3'),
      figshare(7712842, 'frog', 'cad6ed91214b1c7388a5f6ee56d08803'),
      figshare(7712851, 'horse', 'e7cbbf77bec584ffbf913f00e682782a'),
      figshare(7712836, 'ship', '41c7bd7d6b251be82557c6cce9a7d5c9'),
      figshare(7712839, 'truck', '89f3922fd147d9aeff89e76a2b0b70a7'),
    ],
  },
  {
    name: 'dvs-gesture',
    title: 'DVS128 Gesture',
    page: 'https://research.ibm.com/dvsgesture',
    licence: 'CC BY 4.0',
    bytes: 2_443_675_558,
    downloads: [],
    byHand: 'its page hands DvsGesture.tar.gz (MD5 8a5c71fb11e24e5ca5b11866ca6c00a1) out to a browser',
  },
  {
    name: 'shd',
    title: 'Spiking Heidelberg Digits',
    page: 'https://zenkelab.org/datasets/',
    licence: 'CC BY 4.0',
    bytes: 168_000_000,
    downloads: [
      shd('shd_train.h5.zip', 'f3252aeb598ac776c1b526422d90eecb'),
      shd('shd_test.h5.zip', '1503a5064faa34311c398fb0a1ed0a6f'),
    ],
  },
  {
    name: 'imagenet',
    title: 'ImageNet, ILSVRC 2012',
    page: 'https://www.image-net.org/download.php',
    licence: 'for non-commercial research and education, after registration; pictures belong to their owners',
    bytes: 155_000_000_000,
    downloads: [],
    byHand: 'registration is needed: fetch it there and unpack it as train/CLASS/*.JPEG and val/CLASS/*.JPEG',
  },
]
