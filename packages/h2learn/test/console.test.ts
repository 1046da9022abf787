import { afterEach, expect, it, vi } from 'vitest'
import { openConsole } from '../src/command/console'

/** Standard streams as a terminal of this width shows them. */
const terminal = (columns: number, TERM: string) => {
  vi.stubEnv('TERM', TERM)
  vi.stubEnv('COLUMNS', '')
  let shown = ''
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      shown += String(text)
      return true
    })
    for (const [name, value] of Object.entries({ isTTY: true, columns })) {
      const before = Object.getOwnPropertyDescriptor(stream, name)
      Object.defineProperty(stream, name, { value, configurable: true, writable: true })
      undo.push(() => {
        if (before) Object.defineProperty(stream, name, before)
        else Reflect.deleteProperty(stream, name)
      })
    }
  }
  return { shown: () => shown }
}
const undo: (() => void)[] = []
afterEach(() => {
  for (const back of undo.splice(0)) back()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})
const sequence = '\u001b['

it('moves no cursor and shows no colour on a terminal that can do neither', () => {
  for (const TERM of ['dumb', 'xterm']) {
    const { shown } = terminal(100, TERM)
    const out = openConsole({ quiet: false, color: true, jsonOnStdout: false })
    out.warn('beware')
    const bar = out.progress(10)
    bar.update(5, 'half')
    bar.stop()
    expect(shown().includes(sequence)).toBe(TERM === 'xterm')
    expect(shown()).toContain('half')
    expect(out.color).toBe(TERM === 'xterm')
  }
})

it('takes 80 columns where a terminal does not tell its width', () => {
  terminal(0, 'xterm')
  expect(openConsole({ quiet: false, color: true, jsonOnStdout: false }).columns).toBe(80)
  terminal(132, 'xterm')
  expect(openConsole({ quiet: false, color: true, jsonOnStdout: false }).columns).toBe(132)
})
