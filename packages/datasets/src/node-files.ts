import { DatasetError } from './dataset-error'

/** Largest file that is read whole. */
const maxFileBytes = 2 ** 31 - 1

type Builtins = {
  'node:fs': typeof import('node:fs')
  'node:path': typeof import('node:path')
  'node:zlib': typeof import('node:zlib')
  'node:url': typeof import('node:url')
  'node:module': typeof import('node:module')
  'node:worker_threads': typeof import('node:worker_threads')
}

/**
 * A module of Node, loaded when a file is first read: importing the package touches no file system and works in a browser.
 * @throws DatasetError outside Node
 */
export const nodeModule = <Name extends keyof Builtins>(name: Name, file: string): Builtins[Name] => {
  const load = globalThis.process?.getBuiltinModule
  if (typeof load !== 'function')
    throw new DatasetError({
      file,
      expected: 'Node, to read files',
      got: 'another environment',
      hint: 'load the bytes yourself and use parseIdx, parseNmnist or parseCifar10',
    })
  return load(name) as Builtins[Name]
}

export const joinPath = (...parts: readonly string[]) => nodeModule('node:path', parts[0]!).join(...parts)

/**
 * Names in a folder, sorted, without those that begin with a dot: such names are hidden files and notes of a system or an
 * editor (`.DS_Store`, `._0.png`, `.ipynb_checkpoints`), never data. The list may be empty.
 * @throws DatasetError when it is missing, a file or unreadable
 */
export const visibleNames = (dir: string, hint?: string): readonly string[] => allNames(dir, hint).filter(isVisible)

/** As `visibleNames`, of a folder that has to hold something. @throws DatasetError also when nothing but hidden names is there */
export const listFolder = (dir: string, hint?: string): readonly string[] => {
  const all = allNames(dir, hint)
  const names = all.filter(isVisible)
  if (names.length === 0)
    throw new DatasetError({
      file: dir,
      expected: 'a folder with files',
      got: all.length === 0 ? 'an empty folder' : `hidden names only: ${listing(all)}`,
      ...(hint && { hint }),
    })
  return names
}

const isVisible = (name: string) => !name.startsWith('.')

const allNames = (dir: string, hint?: string): readonly string[] => {
  const { readdirSync } = nodeModule('node:fs', dir)
  return attempt(dir, 'a readable folder', hint, () => readdirSync(dir)).sort()
}

/** True for a folder, or a link to one; false for all else, also for nothing and for links that lead nowhere. */
export const isFolder = (path: string): boolean =>
  nodeModule('node:fs', path).statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The bytes of a file. @throws DatasetError when it is missing, no regular file, unreadable or larger than 2 GiB */
export const readBytes = (file: string): Uint8Array => {
  const { readFileSync, statSync } = nodeModule('node:fs', file)
  const stat = attempt(file, 'a readable file', undefined, () => statSync(file))
  if (!stat.isFile())
    throw new DatasetError({ file, expected: 'a file', got: stat.isDirectory() ? 'a folder' : 'something else' })
  if (stat.size > maxFileBytes)
    throw new DatasetError({ file, expected: `at most ${maxFileBytes} bytes`, got: `${stat.size} bytes` })
  return plainBytes(attempt(file, 'a readable file', undefined, () => readFileSync(file)))
}

/** The same memory without Buffer's habits: `slice` of a Buffer is a view, of a Uint8Array a copy. */
export const plainBytes = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'nothing of that name',
  ENOTDIR: 'a file where a folder should be',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'a link that leads back to itself',
}

const attempt = <T>(file: string, expected: string, hint: string | undefined, action: () => T): T => {
  try {
    return action()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new DatasetError({ file, expected, got: systemErrors[code ?? ''] ?? message, ...(hint && { hint }) })
  }
}

/** A short list of what a folder holds, for error messages. */
export const listing = (names: readonly string[]) =>
  names.slice(0, 12).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '')
