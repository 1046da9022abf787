import { readFileSync } from 'node:fs'
import * as paper from '@h2learn/paper'
import * as core from '@h2learn/snn-core'
import * as backward from '@h2learn/sparse-backward'
import { describe, expect, it } from 'vitest'
import * as own from '../src'

const modules: Record<string, object> = {
  '@h2learn/accelerator': own,
  '@h2learn/paper': paper,
  '@h2learn/snn-core': core,
  '@h2learn/sparse-backward': backward,
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [, code, output] = /```js\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(readme) ?? []

describe('README', () => {
  it('shows what its example really prints', () => {
    const body = code!.replaceAll(
      /import (\{[^}]*\}) from '([^']+)'/g,
      (_, names, from) => `const ${names} = modules['${from}']`,
    )
    const printed: string[] = []
    const log = (...words: unknown[]) => printed.push(words.join(' '))
    new Function('modules', 'console', body)(modules, { log })
    expect(`${printed.join('\n')}\n`).toBe(output)
  })
})
