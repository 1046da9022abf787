import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as core from '../src/index'

it('prints what stands below the example in the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const block = (language: string) => readme.split('```' + language + '\n')[1].split('```')[0]
  const body = block('js').replace(/^import (\{.*\}) from '@h2learn\/snn-core'$/gm, 'const $1 = core')
  const printed: string[] = []
  new Function('core', 'console', body)(core, { log: (...words: unknown[]) => printed.push(words.join(' ')) })
  expect(printed.join('\n')).toBe(block('text').trimEnd())
})
