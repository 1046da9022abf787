import type { Samples } from '@h2learn/snn-core'
import { type Aedat2Config, dvs128Sensor, parseAedat2 } from './aedat2'
import type { DatasetSplit, EventRecording, ReadConfig } from './api'
import { checkInteger, checkSplit } from './check-config'
import { cifar10Classes } from './cifar10'
import { DatasetError } from './dataset-error'
import { framesOf, type ReducedFramesConfig } from './event-samples'
import { joinPath, listFolder, listing, readBytes } from './node-files'

const hint = `give the folder that holds the classes' folders (${cifar10Classes.slice(0, 3).join(', ')}, ...) of .aedat recordings`
/** Every tenth recording of a class is a test sample. */
const testEvery = 10

/** What the CIFAR10-DVS reader takes. */
export interface ReadCifar10DvsConfig extends ReadConfig, ReducedFramesConfig, Pick<Aedat2Config, 'convention'> {}

const numberOf = (name: string) => Number(/(\d+)\D*$/.exec(name)?.[1] ?? 0)

/**
 * CIFAR10-DVS from its ten folders of AEDAT 2.0 recordings, reduced to 42×42, T binary frames over each whole recording.
 * The set has no halves of its own: every tenth recording of a class is a test sample (modelling choice; 9:1 as usual).
 * @returns spikes N·T·2·42·42, the classes in turn
 * @throws DatasetError when folders are missing or a recording is damaged; InputError for frames that cannot be
 */
export const readCifar10Dvs = (dir: string, config: ReadCifar10DvsConfig): Samples => {
  const { split, limit, convention, ...frames } = config
  checkSplit('readCifar10Dvs', split)
  if (limit !== undefined) checkInteger('readCifar10Dvs', 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const files = listRecordings(dir, split).slice(0, limit)
  const recordings = function* (): Generator<EventRecording> {
    for (const { file, label } of files)
      yield parseAedat2(readBytes(file), file, { label, ...(convention && { convention }) })
  }
  const set = {
    name: 'cifar10-dvs',
    origin: `${dir} (${split})`,
    synthetic: false,
    classes: cifar10Classes.length,
    classNames: cifar10Classes,
  }
  return framesOf('readCifar10Dvs', set, dvs128Sensor, files.length, recordings(), frames)
}

const listRecordings = (dir: string, split: DatasetSplit) => {
  const top = listFolder(dir, hint)
  const missing = cifar10Classes.find((name) => !top.includes(name))
  if (missing !== undefined)
    throw new DatasetError({ file: dir, expected: `a folder ${missing}`, got: listing(top), hint })
  const lists = cifar10Classes.map((name, label) => {
    const folder = joinPath(dir, name)
    const found = listFolder(folder, hint)
    const all = found.filter((file) => file.endsWith('.aedat')).sort((a, b) => numberOf(a) - numberOf(b))
    const files = all.filter((_, i) => (i % testEvery === testEvery - 1) === (split === 'test'))
    if (files.length === 0)
      throw new DatasetError({
        file: folder,
        expected: `recordings *.aedat (${split}: ${split === 'test' ? 'every tenth' : 'nine of ten'})`,
        got: listing(found),
        hint,
      })
    return files.map((file) => ({ file: joinPath(folder, file), label }))
  })
  const most = lists.reduce((n, list) => Math.max(n, list.length), 0)
  return Array.from({ length: most }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat()
}
