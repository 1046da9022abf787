import { join } from 'node:path'
import { type DatasetSource, datasetSources, unpackArchive } from '@h2learn/datasets'
import { InputError } from '@h2learn/snn-core'
import type { Console } from './console'
import { downloadFile } from './data-download'
import { exitCodes } from './failure'
import { jsonTarget, writeJson } from './files'
import { inOwnFolder } from './folder-lock'
import { shellCommand } from './shell-word'

const gigabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`

/** Most bytes of one file of a set that has about so many in all: sizes are stated roughly, and a set may have grown. */
const mostOf = (bytes: number) => 2 * bytes + 100_000_000

/** The data sets that `h2learn data get` knows, a line each. */
export const dataList = (): string =>
  datasetSources
    .map(
      ({ name, title, bytes, licence, page, byHand }) =>
        `  ${name.padEnd(12)} ${title}, about ${gigabytes(bytes)}${byHand === undefined ? '' : ' (by hand)'}\n${' '.repeat(15)}${page}; licence: ${licence}`,
    )
    .join('\n')

/** Fetches and unpacks into a folder. */
const getInto = async (
  folder: string,
  { name, title, bytes, page, licence, downloads }: DatasetSource,
  json: string | undefined,
  out: Console,
): Promise<number> => {
  out.note(`${title}, about ${gigabytes(bytes)}, from ${page}`)
  out.note(`licence: ${licence}`)
  const files: string[] = []
  for (const download of downloads) {
    const bar = out.progress(1000)
    try {
      const path = await downloadFile(download, folder, {
        maxBytes: mostOf(bytes),
        onBytes: (done, total) =>
          bar.update(
            total === undefined ? 0 : Math.floor((1000 * done) / total),
            `${download.file}  ${(done / 1e6).toFixed(1)}${total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`} MB`,
          ),
      })
      bar.stop()
      out.note(`${path}${download.md5 === undefined ? '' : `  MD5 ${download.md5} as published`}`)
      const unpacked = download.unpack ? await unpackArchive(path, folder) : []
      if (unpacked.length > 0) out.note(`${unpacked.length} files unpacked`)
      files.push(download.file, ...unpacked)
    } finally {
      bar.stop()
    }
  }
  out.say(`${title} is in ${folder}: ${shellCommand('h2learn', 'data', 'info', folder)}`)
  if (json !== undefined) await writeJson(json, { schema: 'h2learn.data-get/1', name, page, licence, folder, files })
  return exitCodes.done
}

/**
 * `h2learn data get NAME`: fetches a data set from its own page, with progress; resumes, checks the published checksums,
 * unpacks, says what licence applies.
 * @throws InputError for an unknown name, for a set that has to be fetched by hand, and without network
 */
export const getData = async (
  name: string,
  options: { readonly out?: string; readonly json?: string; readonly keep?: boolean },
  out: Console,
): Promise<number> => {
  const source = datasetSources.find((one) => one.name === name.toLowerCase())
  if (source === undefined)
    throw new InputError({
      where: 'h2learn data get',
      expected: `a data set: ${datasetSources.map((one) => one.name).join(', ')}`,
      got: `"${name}"`,
    })
  const { title, page, byHand } = source
  if (byHand !== undefined)
    throw new InputError({
      where: `h2learn data get ${name}`,
      expected: 'a set that can be fetched without a person',
      got: `${title}: ${byHand}`,
      hint: page,
    })
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  return inOwnFolder('--out', options.out ?? join('data', source.name), (folder) =>
    getInto(folder, source, options.json, out),
  )
}
