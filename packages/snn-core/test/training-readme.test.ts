import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as core from '../src/index'
import * as threads from '../src/threads'

it('prints what stands below the training example in the README', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('## Training\n')[1]
  const block = (language: string) => readme.split('```' + language + '\n')[1].split('```')[0]
  const body = block('js')
    .replace(/^import (\{.*\}) from '@h2learn\/snn-core'$/gm, 'const $1 = core')
    .replace(/^import (\{.*\}) from '@h2learn\/snn-core\/threads'$/gm, 'const $1 = threads')
  const printed: string[] = []
  const log = (...words: unknown[]) => printed.push(words.join(' '))
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  await new AsyncFunction('core', 'threads', 'console', body)(core, threads, { log })
  expect(printed.join('\n')).toBe(block('text').trimEnd())
})
