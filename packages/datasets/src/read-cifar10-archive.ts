import type { Samples } from '@h2learn/snn-core'
import type { Cifar10Rows, ReadConfig } from './api'
import { archiveEntries } from './archive'
import { checkInteger, checkSplit } from './check-config'
import { parseCifar10 } from './cifar10'
import { DatasetError } from './dataset-error'
import { cifar10Files, cifar10Samples } from './read-cifar10'
import { concatBytes } from './text-header'

/** A batch file of CIFAR-10 has 30 MB. */
const maxFile = 64 << 20

/**
 * CIFAR-10 from `cifar-10-binary.tar.gz` as it is downloaded, without unpacking it to disk.
 * @returns as readCifar10
 * @throws DatasetError when the archive is missing, damaged, or holds no file of that half
 */
export const readCifar10Archive = async (file: string, config: ReadConfig): Promise<Samples> => {
  const { split, limit = Number.MAX_SAFE_INTEGER } = config
  checkSplit('readCifar10Archive', split)
  checkInteger('readCifar10Archive', 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const found: { name: string; rows: Cifar10Rows }[] = []
  for await (const { path, pieces } of archiveEntries(file)) {
    const name = path.split('/').at(-1)!
    if (!cifar10Files[split].test(name)) continue
    const parts: Uint8Array[] = []
    let size = 0
    for await (const piece of pieces) {
      size += piece.length
      if (size > maxFile) throw new DatasetError({ file, expected: `${path} of at most ${maxFile} bytes`, got: 'more' })
      parts.push(piece)
    }
    found.push({ name, rows: parseCifar10(concatBytes(...parts), `${file}:${path}`) })
  }
  if (found.length === 0)
    throw new DatasetError({
      file,
      expected: split === 'train' ? 'data_batch_*.bin inside' : 'test_batch.bin inside',
      got: 'none',
      hint: 'give cifar-10-binary.tar.gz (binary version of CIFAR-10)',
    })
  found.sort((a, b) => (a.name < b.name ? -1 : 1))
  return cifar10Samples(
    found.map(({ rows }) => rows),
    limit,
    `${file} (${split})`,
  )
}
