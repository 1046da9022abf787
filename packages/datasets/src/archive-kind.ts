import { DatasetError } from './dataset-error'
import { nodeModule, readBytes } from './node-files'

/** Archives that can be read. */
export type ArchiveKind = 'zip' | 'tar' | 'tar.gz'

/** Names of archives, also of those that cannot be read here, so that they are called what they are. */
export const archiveName = /\.(tar(\.\w+)?|tgz|tbz2?|txz|tzst|zip|7z|rar)$/i

/** First bytes of archives and compressed files that cannot be read here, and the tool that unpacks them. */
const others: readonly (readonly [magic: readonly number[], name: string, tool: string])[] = [
  [[0x42, 0x5a, 0x68], 'compressed by bzip2', 'bunzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'compressed by xz', 'unxz'],
  [[0x5d, 0, 0], 'compressed by LZMA', 'unlzma'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed by Zstandard', 'unzstd'],
  [[4, 0x22, 0x4d, 0x18], 'compressed by LZ4', 'unlz4'],
  [[0x1f, 0x9d], 'compressed by compress (.Z)', 'uncompress'],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], 'a 7z archive', '7z x'],
  [[0x52, 0x61, 0x72, 0x21], 'a RAR archive', 'unrar x'],
]

const begins = (bytes: Uint8Array, magic: readonly number[]) => magic.every((value, i) => bytes[i] === value)

/** The first bytes of a file, fewer where it is shorter. @throws DatasetError when it cannot be read */
const headOf = (file: string, length: number): Uint8Array => {
  const fs = nodeModule('node:fs', file)
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return readBytes(file).subarray(0, length)
  const descriptor = fs.openSync(file, 'r')
  try {
    const head = new Uint8Array(length)
    return head.subarray(0, fs.readSync(descriptor, head, 0, length, 0))
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * Which archive a file is, told by its first bytes whatever its name: what begins neither as ZIP nor as gzip is taken as tar,
 * unless its name says that it is a ZIP whose beginning is lost.
 * @throws DatasetError for a file that is missing or empty, a web page, or compressed in a way that cannot be read here
 */
export const archiveKind = (file: string): ArchiveKind => {
  const head = headOf(file, 512)
  const fail = (got: string, hint: string): never => {
    throw new DatasetError({ file, expected: 'a .zip, .tar or .tar.gz archive', got, hint })
  }
  if (head.length === 0) return fail('an empty file', 'fetch the archive again')
  // PK 3 4: an entry; PK 5 6: the end of an empty archive
  if (begins(head, [0x50, 0x4b, 3, 4]) || begins(head, [0x50, 0x4b, 5, 6])) return 'zip'
  if (begins(head, [0x1f, 0x8b])) return 'tar.gz'
  for (const [magic, name, tool] of others)
    if (begins(head, magic)) return fail(`a file ${name}`.replace('a file a', 'a'), `unpack it first: ${tool} ${file}`)
  if (/^\s*<(!doctype|html|\?xml)/i.test(new TextDecoder('latin1').decode(head)))
    return fail('a web page', 'the server sent a page in place of the archive: open its address in a browser')
  return /\.zip$/i.test(file) ? 'zip' : 'tar'
}
