import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = (path: string) => fileURLToPath(new URL(`../src/${path}.ts`, import.meta.url))

/** Modules a file pulls in, directly and through others, with what they import from outside. */
const reach = (path: string, seen = new Set<string>(), outside = new Set<string>()) => {
  if (seen.has(path)) return { seen, outside }
  seen.add(path)
  const text = readFileSync(source(path), 'utf8')
  for (const [, name] of text.matchAll(/^(?:import|export|\}) (?!type )[^'\n]*?from '([^']+)'/gm))
    if (name.startsWith('.')) reach(posix.join(posix.dirname(path), name), seen, outside)
    else outside.add(name)
  return { seen, outside }
}

describe('the package', () => {
  it('runs in a browser: nothing the index reaches imports from Node or needs threads', () => {
    const { seen, outside } = reach('index')
    expect(seen.size).toBeGreaterThan(30)
    expect(seen).toContain('trainer')
    expect(seen).toContain('shard')
    expect(seen).toContain('fast/kernels.wasm')
    // all of them run in a browser
    expect([...outside].sort()).toEqual(['@h2learn/config', '@h2learn/elementary', 'fp16'])
  })

  it('keeps Node behind the subpath of the threads', () => {
    expect(readFileSync(source('threads/worker-gradients'), 'utf8')).toContain("from 'node:os'")
  })
})
