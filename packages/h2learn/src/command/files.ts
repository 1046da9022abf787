import { access, constants, lstat, mkdir, open, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, normalize } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import { sweepTemporaryFiles, temporaryFile, writeWhole } from '@h2learn/snn-core/threads'

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
  const probe = temporaryFile(folder)
  await writeFile(probe, '')
  await rm(probe, { force: true })
}

/**
 * Makes a folder for results, tries to write into it and removes what killed processes left half written there.
 * @throws InputError when the path is a file, or the folder cannot be made or written to
 */
export const resultFolder = async (option: string, path: string): Promise<string> => {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory())
    throw new InputError({ where: option, expected: 'a folder', got: `the file ${path}` })
  try {
    await makeFolder(path)
    await tryWriting(path)
    await sweepTemporaryFiles(path)
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

/** Names of the standard output as a file. */
const standardOutput = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])

/** Reads an option that says where JSON goes: `-`, and every other name of standard output, is `-`. */
export const jsonOption = (target: string): string => (standardOutput.has(normalize(target)) ? '-' : target)

/** Finds out whether a name that is not there yet can be given to a file in a folder. */
const tryName = async (target: string): Promise<void> => {
  const file = await open(target, 'wx')
  await file.close()
  await rm(target, { force: true })
}

/**
 * Checks where JSON is to go before any work is done.
 * @throws InputError when the path is a folder, or cannot be written to, or cannot be a name
 */
export const jsonTarget = async (option: string, target: string): Promise<void> => {
  if (target === '-') return
  const there = await stat(target).catch(() => undefined)
  if (there?.isDirectory())
    throw new InputError({ where: option, expected: 'a file or -', got: `the folder ${target}` })
  try {
    // a device or a pipe is written to as it is
    if (there && !there.isFile()) return await access(target, constants.W_OK)
    const link = await lstat(target).catch(() => undefined)
    await resultFolder(option, dirname(there ? await realpath(target) : target))
    if (!there && !link) await tryName(target)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError({
      where: option,
      expected: 'a file that can be written to',
      got: `${target} (${(error as Error).message})`,
      hint: 'choose another name',
    })
  }
}

/** A text to a file, or to standard output for `-`. */
export const writeText = async (target: string, text: string): Promise<void> => {
  if (target === '-')
    await new Promise<void>((done, failed) => process.stdout.write(text, (error) => (error ? failed(error) : done())))
  else await writeWhole(target, text)
}

/** JSON to a file, or to standard output for `-`. */
export const writeJson = (target: string, value: unknown): Promise<void> =>
  writeText(target, `${JSON.stringify(value, null, 2)}\n`)
