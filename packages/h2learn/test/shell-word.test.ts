import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { shellCommand, shellWord } from '../src/command/shell-word'

describe('shellWord', () => {
  it('leaves plain words alone', () => {
    expect(shellCommand('h2learn', 'run', 'mnist', '--resume', 'out/a-1.h2l')).toBe(
      'h2learn run mnist --resume out/a-1.h2l',
    )
    expect(shellWord('C:\\out\\a.h2l', 'win32')).toBe('C:\\out\\a.h2l')
  })

  it.runIf(process.platform !== 'win32')('comes through a shell as it was, whatever is in it', () => {
    const hostile = ['$(touch x)', '`id`', 'a b', "it's", '"', '\\', '*', '~', '', 'ü', '!!', '-n', 'a\nb', ';ls', '#']
    for (const word of hostile)
      expect(spawnSync('sh', ['-c', `printf '%s' x${shellWord(word)}x`], { encoding: 'utf8' }).stdout).toBe(`x${word}x`)
  })

  it('doubles a quote for PowerShell', () => {
    expect(shellWord("it's", 'win32')).toBe("'it''s'")
  })
})
