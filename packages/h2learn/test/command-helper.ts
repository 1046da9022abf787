import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateDigits } from '@h2learn/datasets'

export const bin = fileURLToPath(new URL('../bin/h2learn.js', import.meta.url))

/** The command runs from the build; `npm test` builds first. */
export const built = existsSync(fileURLToPath(new URL('../dist/cli.js', import.meta.url)))

/** Runs the command to its end. */
export const h2learn = (args: readonly string[], cwd = temporaryFolder(), env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  })
  return { code: status, stdout, stderr }
}

/** Starts the command, sends it SIGINT once `when` has appeared on standard error, and waits for its end. */
export const interruptedRun = (args: readonly string[], cwd: string, when: RegExp) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((done, failed) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd })
    const text = { stdout: '', stderr: '' }
    let sent = false
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk
      if (!sent && when.test(text.stderr)) {
        sent = true
        child.kill('SIGINT')
      }
    })
    child.on('error', failed)
    child.on('close', (code) => done({ code, ...text }))
  })

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'h2learn test ü '))

const big = (...numbers: readonly number[]) => {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [i, n] of numbers.entries()) bytes.writeUInt32BE(n, 4 * i)
  return bytes
}

/** A folder with MNIST-like IDX files of a few generated digits. */
export const smallMnist = (train = 256, test = 64): string => {
  const dir = join(temporaryFolder(), 'data')
  mkdirSync(dir)
  for (const [split, prefix, count] of [
    ['train', 'train', train],
    ['test', 't10k', test],
  ] as const) {
    const { data, labels } = generateDigits({ count, seed: 7, split })
    writeFileSync(join(dir, `${prefix}-images-idx3-ubyte`), Buffer.concat([big(0x803, count, 28, 28), data]))
    writeFileSync(join(dir, `${prefix}-labels-idx1-ubyte`), Buffer.concat([big(0x801, count), Uint8Array.from(labels)]))
  }
  return dir
}
