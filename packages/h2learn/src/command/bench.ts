import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '@h2learn/snn-core'
import manifest from '../../package.json' with { type: 'json' }
import { exitCodes } from './failure'
import { listenForInterruption } from './interruption'

const ending = '.bench.mjs'

/** The benchmarks that the packages bring in their folders `bench/`, by name. */
export const benchFiles = (): ReadonlyMap<string, string> => {
  const { resolve } = createRequire(import.meta.url)
  const own = Object.keys(manifest.dependencies).filter((name) => name.startsWith('@h2learn/'))
  const found = new Map<string, string>()
  for (const name of own) {
    const folder = join(dirname(resolve(`${name}/package.json`)), 'bench')
    if (!existsSync(folder)) continue
    for (const file of readdirSync(folder).sort())
      if (file.endsWith(ending)) found.set(file.slice(0, -ending.length), join(folder, file))
  }
  return found
}

/**
 * Runs a benchmark in a process of its own, with its output and exit code; without a name lists what there is.
 * @throws InputError for an unknown name
 */
export const runBench = async (name: string | undefined, options: readonly string[]): Promise<number> => {
  const files = benchFiles()
  if (name === undefined) {
    const list = [...files.keys()].map((known) => `  h2learn bench ${known}\n`).join('')
    process.stdout.write(`Benchmarks (each has a --help):\n${list}`)
    return exitCodes.done
  }
  const file = files.get(name)
  if (file === undefined)
    throw new InputError({ where: 'bench', expected: [...files.keys()].join(' or '), got: `"${name}"` })
  return new Promise((done, failed) => {
    const own = createRequire(import.meta.url).resolve('h2learn/package.json')
    const errors = pathToFileURL(join(dirname(own), 'bin', 'bench-errors.mjs')).href
    // through this process where it is no terminal: a reader that goes away then does not end the measurement
    const through = (stream: NodeJS.WriteStream) => (stream.isTTY ? 'inherit' : 'pipe')
    const child = spawn(process.execPath, ['--import', errors, file, ...options], {
      stdio: ['inherit', through(process.stdout), through(process.stderr)],
    })
    child.stdout?.on('data', (chunk) => process.stdout.write(chunk))
    child.stderr?.on('data', (chunk) => process.stderr.write(chunk))
    const interruption = listenForInterruption(() => child.kill())
    child.on('error', failed)
    child.on('close', (code, signal) => {
      interruption.close()
      done(signal ? exitCodes.interrupted : (code ?? exitCodes.failed))
    })
  })
}
