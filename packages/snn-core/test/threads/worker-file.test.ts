import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { workerGradients } from '../../src/threads'
import { builtWorkerFile } from '../../src/threads/worker-file'

let folder: string
const put = (path: string, seconds: number) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), '')
  utimesSync(join(folder, path), seconds, seconds)
}
const url = (path: string) => pathToFileURL(join(folder, path)).href

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'h2learn-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('builtWorkerFile', () => {
  it('is the worker beside the built module', () => {
    put('dist/threads/worker.js', 1)
    expect(builtWorkerFile(url('dist/threads/index.js'))?.href).toBe(url('dist/threads/worker.js'))
  })

  it('is the worker of a build newer than the sources, for the sources', () => {
    put('src/shard.ts', 100)
    put('src/threads/worker-file.ts', 200)
    put('dist/threads/worker.js', 201)
    expect(builtWorkerFile(url('src/threads/worker-file.ts'))?.href).toBe(url('dist/threads/worker.js'))
  })

  it('is none when the build is older than any source, or there is no build', () => {
    put('src/threads/worker-file.ts', 100)
    expect(builtWorkerFile(url('src/threads/worker-file.ts'))).toBeUndefined()
    put('dist/threads/worker.js', 150)
    put('src/shard.ts', 200)
    expect(builtWorkerFile(url('src/threads/worker-file.ts'))).toBeUndefined()
    expect(builtWorkerFile(url('dist/elsewhere/index.js'))).toBeUndefined()
  })

  it('decides the mode of workerGradients', async () => {
    const source = workerGradients({ threads: 2 })
    expect(source.mode).toBe(builtWorkerFile() ? 'worker-threads' : 'in-process')
    await source.close()
  })
})
