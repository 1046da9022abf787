import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const tool = (name: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}node_modules/${name}`, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return { status, output: `${stdout}${stderr}` }
}

it('is formatted and linted', () => {
  const { status, output } = tool('@biomejs/biome/bin/biome', 'check', '.', '--colors=off', '--max-diagnostics=20')
  expect(output).not.toMatch(/Found \d+ (error|warning)/)
  expect(status).toBe(0)
})

it('type-checks, sources and tests alike', () => {
  const { status, output } = tool('typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit')
  expect(output).toBe('')
  expect(status).toBe(0)
})
