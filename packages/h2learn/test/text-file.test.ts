import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseNetwork } from '@h2learn/snn-core'
import { afterAll, expect, it } from 'vitest'
import { readChipConfig } from '../src/chip/chip-config'
import { readTextFile } from '../src/text-file'
import { parseDensities } from '../src/trace/densities'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-text-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
const file = (name: string, contents: string | Uint8Array) => {
  writeFileSync(join(temp, name), contents)
  return join(temp, name)
}

it('reads a file with a byte order mark as one without', async () => {
  expect(await readTextFile(file('a.txt', '\uFEFFhello'), 'a text')).toBe('hello')
  const chip = '{"clock": {"MHz": 400}}'
  expect(await readChipConfig(file('mark.json', `\uFEFF${chip}`))).toEqual(
    await readChipConfig(file('plain.json', chip)),
  )
})

it('says what is wrong with a file it cannot read', async () => {
  const utf16 = file('utf16.yaml', Buffer.from('\uFEFFclock: {MHz: 400}', 'utf16le'))
  await expect(readChipConfig(utf16)).rejects.toThrow(
    `${utf16}: expected a text in UTF-8, got UTF-16 (little-endian); save`,
  )
  await expect(readTextFile(temp, 'a chip (YAML)')).rejects.toThrow(`${temp}: expected a chip (YAML), got a folder.`)
  await expect(readTextFile(join(temp, 'none'), 'a chip (YAML)', '--chip')).rejects.toThrow(
    `--chip: expected a chip (YAML), got ${join(temp, 'none')} (nothing of that name).`,
  )
  await expect(readTextFile(join(temp, 'x'.repeat(300)), 'a text')).rejects.toMatchObject({
    got: 'a name that is too long',
  })
})

it('is the one way in for texts: no other source decodes the files of users', () => {
  const src = fileURLToPath(new URL('../src/', import.meta.url))
  // sweeps and locks read back what h2learn wrote itself
  const own = new Set([join('sweep', 'sweep-folder.ts'), join('command', 'folder-lock.ts')])
  const others = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !own.has(name))
    .filter((name) =>
      /readFile(Sync)?\([^)]*'utf-?8'|new TextDecoder\(\)\.decode\(bytesOf/.test(readFileSync(join(src, name), 'utf8')),
    )
  expect(others).toEqual([])
})

it('reads densities that a spreadsheet has saved, and refuses a layer that comes twice', () => {
  const network = parseNetwork('4C3(Encoding)-4C3-10FC', { input: { H: 8, W: 8, C: 1 }, T: 4 })
  const { layers } = parseDensities(network, '\uFEFF"layer";"spikes";"mask"\r\n"conv1";"0.25";"0.5"\r\n', 'd.csv')
  expect(layers.conv1).toMatchObject({ spikes: 0.25, mask: 0.5 })
  expect(parseDensities(network, '\uFEFF{"layers": {"conv1": {"spikes": 0.25}}}', 'd.json').layers.conv1!.spikes).toBe(
    0.25,
  )
  expect(() => parseDensities(network, 'layer,spikes\nconv1,0.1\n\nconv1,0.2\n', 'd.csv')).toThrow(
    'd.csv, line 4: expected each layer once, got conv1, as in line 2',
  )
})
