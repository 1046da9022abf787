import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { writeAedat2 } from '../src/aedat2'
import { writeAedat3 } from '../src/aedat3'
import { cifar10Classes } from '../src/cifar10'
import { readShd } from '../src/h5-spikes'
import { readImageFolder } from '../src/image-folder'
import { readMnist } from '../src/mnist'
import { listFolder, visibleNames } from '../src/node-files'
import { readCifar10 } from '../src/read-cifar10'
import { readCifar10Dvs } from '../src/read-cifar10-dvs'
import { readGestures } from '../src/read-gestures'
import { readNmnist } from '../src/read-nmnist'
import { recogniseData } from '../src/recognise'
import { writeH5Spikes } from '../src/write-h5-spikes'
import { recordingOf } from './event-recording'
import { datasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-hidden-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const put = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(join(temp, path)), { recursive: true })
  writeFileSync(join(temp, path), bytes)
}
/** What a Mac, a notebook and an editor leave in a folder, whose data files are called `*.EXTENSION`. */
const litter = (folder: string, extension: string) => {
  put(join(folder, '.DS_Store'), 'x')
  put(join(folder, `._0.${extension}`), 'resource fork')
  put(join(folder, `.ipynb_checkpoints/0-checkpoint.${extension}`), 'copy')
  if (process.platform !== 'win32') symlinkSync('nowhere', join(temp, folder, '.#lock'))
}

const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } })
  .png()
  .toBuffer()
const one = recordingOf(128, 128, [[64, 64, 1, 0]])
const idx = (magic: number, ...rest: readonly number[]) => Uint8Array.of(0, 0, 8, magic, 0, 0, 0, 1, ...rest)

describe('names that begin with a dot', () => {
  it('are no pictures and no classes of a folder of pictures', async () => {
    for (const half of ['train', 'val'])
      for (const name of ['ant', 'bee']) {
        put(`images/${half}/${name}/0.png`, red)
        litter(`images/${half}/${name}`, 'png')
      }
    for (const folder of ['images', 'images/train', 'images/val']) litter(folder, 'png')
    expect(recogniseData(join(temp, 'images'))).toMatchObject({ name: 'imagenet', splits: ['train', 'test'] })
    const samples = await readImageFolder(join(temp, 'images'), { split: 'train', resize: 8, size: 8 })
    expect(samples).toMatchObject({ count: 2, classes: 2 })
    // pictures side by side, named by their class
    put('flat/n00000001_0.png', red)
    put('flat/n00000002_0.png', red)
    litter('flat', 'png')
    expect(await readImageFolder(join(temp, 'flat'), { split: 'train', resize: 8, size: 8 })).toMatchObject({
      count: 2,
      classes: 2,
    })
  })

  it('are no recordings of N-MNIST, CIFAR10-DVS and DVS128 Gesture', () => {
    for (let label = 0; label < 10; label++) {
      put(`n-mnist/Test/${label}/0.bin`, Uint8Array.of(5, 5, 0x80, 0, 1))
      litter(`n-mnist/Test/${label}`, 'bin')
      for (let i = 0; i < 10; i++) put(`dvs/${cifar10Classes[label]}/cifar10_${i}.aedat`, writeAedat2(one))
      litter(`dvs/${cifar10Classes[label]}`, 'aedat')
    }
    for (const folder of ['n-mnist', 'n-mnist/Test', 'dvs']) litter(folder, 'bin')
    expect(recogniseData(join(temp, 'n-mnist'))).toMatchObject({ name: 'n-mnist', splits: ['test'] })
    expect(readNmnist(join(temp, 'n-mnist'), { split: 'test' }).count).toBe(10)
    expect(recogniseData(join(temp, 'dvs'))).toMatchObject({ name: 'cifar10-dvs' })
    expect(readCifar10Dvs(join(temp, 'dvs'), { split: 'test' }).count).toBe(10)
    put('gestures/a.aedat', writeAedat3(one))
    put('gestures/a_labels.csv', 'class,startTime_usec,endTime_usec\n1,0,5\n')
    put('gestures/trials_to_train.txt', 'a.aedat\n')
    litter('gestures', 'aedat')
    expect(readGestures(join(temp, 'gestures'), { split: 'train' }).count).toBe(1)
  })

  it('are no files of MNIST, CIFAR-10 and SHD', async () => {
    put('mnist/train-images-idx3-ubyte', idx(3, 0, 0, 0, 1, 0, 0, 0, 1, 7))
    put('mnist/train-labels-idx1-ubyte', idx(1, 3))
    litter('mnist', 'gz')
    expect(readMnist(join(temp, 'mnist'), { split: 'train' }).count).toBe(1)
    put('cifar10/data_batch_1.bin', new Uint8Array(3073))
    litter('cifar10', 'bin')
    expect(readCifar10(join(temp, 'cifar10'), { split: 'train' }).count).toBe(1)
    put('shd/shd_train.h5', writeH5Spikes({ times: [[0.1]], units: [[1]], labels: [2] }))
    litter('shd', 'h5')
    expect((await readShd(join(temp, 'shd'), { split: 'train' })).count).toBe(1)
  })

  it('alone do not make a folder of data', () => {
    put('alone/.DS_Store', 'x')
    expect(visibleNames(join(temp, 'alone'))).toEqual([])
    expect(datasetError(() => listFolder(join(temp, 'alone'))).got).toBe('hidden names only: .DS_Store')
    expect(datasetError(() => recogniseData(join(temp, 'alone'))).got).toBe('hidden names only: .DS_Store')
  })

  it.skipIf(process.platform === 'win32')('links that lead nowhere do not end the run', () => {
    put('dead/ant/0.png', red)
    symlinkSync('nowhere', join(temp, 'dead', 'old'))
    expect(recogniseData(join(temp, 'dead'))).toMatchObject({ name: 'imagenet' })
  })
})
