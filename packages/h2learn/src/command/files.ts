import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '@h2learn/snn-core'

/** Writes a file whole: into a new file beside it, then renamed, so that a crash never leaves half of one. */
export const writeWhole = async (path: string, content: string): Promise<void> => {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Makes a folder for results. @throws InputError when the path is a file */
export const resultFolder = async (option: string, path: string): Promise<string> => {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory())
    throw new InputError({ where: option, expected: 'a folder', got: `the file ${path}` })
  await mkdir(path, { recursive: true })
  return path
}

/** JSON to a file, or to standard output for `-`. */
export const writeJson = async (target: string, value: unknown): Promise<void> => {
  const text = `${JSON.stringify(value, null, 2)}\n`
  if (target === '-') {
    await new Promise<void>((done, failed) => process.stdout.write(text, (error) => (error ? failed(error) : done())))
    return
  }
  await mkdir(dirname(target), { recursive: true })
  await writeWhole(target, text)
}
