import { readFile } from 'node:fs/promises'
import { decodeText, InputError } from '@h2learn/config'

/** What the system says of a file that cannot be read, in words. */
const troubles: Readonly<Record<string, string>> = {
  ENOENT: 'nothing of that name',
  EISDIR: 'a folder',
  ENOTDIR: 'a path that leads through a file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'a link that leads back to itself',
  ENAMETOOLONG: 'a name that is too long',
}

/** Largest text that is read: every such file is far smaller, and a string of more than 512 MiB cannot be. */
const mostBytes = 2 ** 28

/**
 * The text of a file that the user wrote or names: chip, sweep, prices, densities, run configuration, report, golden vectors. Reads
 * UTF-8, takes a byte order mark away.
 * @param expected what the file is, in words for errors
 * @param where the option that names the file; default the file itself
 * @throws InputError for a file that is not there, cannot be read, is too large, or is no UTF-8 (UTF-16 is named)
 */
export const readTextFile = async (path: string, expected: string, where?: string): Promise<string> => {
  const fail = (got: string) =>
    new InputError({ where: where ?? path, expected, got: where === undefined ? got : `${path} (${got})` })
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const trouble = troubles[error.code ?? '']
    throw trouble === undefined ? error : fail(trouble)
  })
  if (bytes.length > mostBytes) throw fail(`${bytes.length} bytes`)
  return decodeText(bytes, path)
}
