import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { describeShared, itShared } from './shared-data'
import { sharedFolder } from './shared-folder'
import { testFiles } from './test-files'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('tests on shared data', () => {
  const ran: string[] = []
  describeShared('no-such-part', 'a suite without its data', () => {
    ran.push('suite')
  })
  itShared('no-such-part', 'a test without its data', () => {
    ran.push('test')
  })

  it('do not run where the data are absent, not even while being collected', () => {
    expect(ran).toEqual([])
  })

  it('are without data where H2LEARN_SHARED is none', () => {
    if (process.env.H2LEARN_SHARED === 'none') expect(sharedFolder).toBeUndefined()
  })

  it('find the folder through this helper alone', () => {
    const elsewhere = testFiles().filter(
      (file) => !/^test\/shared-/.test(file) && /\.\.\/shared\b/.test(readFileSync(`${root}${file}`, 'utf8')),
    )
    expect(elsewhere).toEqual([])
  })
})
