import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folders of earlier runs carry the number of their process, so that those of killed runs can be told. */
const name = /^h2learn-tests-(\d+)-/

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Gives a run of the tests a temporary folder of its own, which everything it starts inherits, and removes it at the end with
 * whatever tests and programs under test have left in it; folders of runs that were killed go as well. Each project of the
 * tests calls this; the first one does the work.
 */
export default (): (() => void) | undefined => {
  const above = tmpdir()
  if (name.test(above.split(/[\\/]/).at(-1)!)) return undefined
  for (const found of readdirSync(above)) {
    const pid = name.exec(found)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(above, found), { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(above, `h2learn-tests-${process.pid}-`))
  // Linux and macOS ask for the first, Windows for the others
  const names = ['TMPDIR', 'TMP', 'TEMP']
  const before = names.map((variable) => [variable, process.env[variable]] as const)
  for (const variable of names) process.env[variable] = folder
  return () => {
    for (const [variable, value] of before)
      if (value === undefined) delete process.env[variable]
      else process.env[variable] = value
    rmSync(folder, { recursive: true, force: true })
  }
}
