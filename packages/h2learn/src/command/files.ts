import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'

/**
 * Makes a folder and those above it, one level after the other: the recursive call of Node never returns on some special
 * file systems.
 */
const makeFolder = async (path: string): Promise<void> => {
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) return
  const above = dirname(path)
  if (above !== path) await makeFolder(above)
  await mkdir(path).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Finds out before any work is done whether a file can be written into a folder. */
const tryWriting = async (folder: string): Promise<void> => {
  const probe = join(folder, `.h2learn-${process.pid}.tmp`)
  await writeFile(probe, '')
  await rm(probe, { force: true })
}

/**
 * Makes a folder for results and tries to write into it.
 * @throws InputError when the path is a file, or the folder cannot be made or written to
 */
export const resultFolder = async (option: string, path: string): Promise<string> => {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory())
    throw new InputError({ where: option, expected: 'a folder', got: `the file ${path}` })
  try {
    await makeFolder(path)
    await tryWriting(path)
  } catch (error) {
    throw new InputError({
      where: option,
      expected: `a folder that can be written to`,
      got: `${path} (${(error as Error).message})`,
      hint: 'choose another place',
    })
  }
  return path
}

/** Any text as the name of a file in ASCII and letters of other scripts, short enough for every file system. */
export const fileName = (text: string): string =>
  [...text.replace(/[^\p{L}\p{N}_.]+/gu, '-').replace(/^[-.]+|-$/g, '')].slice(0, 60).join('') || 'unnamed'

/** Checks where JSON is to go before any work is done. @throws InputError as resultFolder, or when the path is a folder */
export const jsonTarget = async (option: string, target: string): Promise<void> => {
  if (target === '-') return
  const there = await stat(target).catch(() => undefined)
  if (there?.isDirectory())
    throw new InputError({ where: option, expected: 'a file or -', got: `the folder ${target}` })
  await resultFolder(option, dirname(target))
}

/** JSON to a file, or to standard output for `-`. */
export const writeJson = async (target: string, value: unknown): Promise<void> => {
  const text = `${JSON.stringify(value, null, 2)}\n`
  if (target === '-') {
    await new Promise<void>((done, failed) => process.stdout.write(text, (error) => (error ? failed(error) : done())))
    return
  }
  await writeWhole(target, text)
}
