import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockFile, lockFolder, lockIfFree } from '../src/command/folder-lock'
import { temporaryFolder } from './command-helper'

const locks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.h2learn-lock'))

/** Writes a lock of another process into a folder. */
const foreign = (folder: string, change: Record<string, unknown>) => {
  const path = join(folder, '.h2learn-lock-7')
  writeFileSync(path, JSON.stringify({ ...ownHolder(), ...change }))
  return path
}
const ownHolder = () => {
  const { pid } = process
  const machine = `${read('/proc/sys/kernel/random/boot_id')}`
  return { host: 'here', machine, pid, began: '', since: 'then' }
}
const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

describe('lockFolder', () => {
  it('is for one at a time, and free again after the release', async () => {
    const folder = temporaryFolder()
    const lock = await lockFolder('--out', folder)
    await expect(lockFolder('--out', folder)).rejects.toThrow(
      new RegExp(`--out: expected .*no other h2learn.* in use by process ${process.pid} on .*since`),
    )
    expect(await lockIfFree(folder)).toBeUndefined()
    await lock.release()
    expect(locks(folder)).toEqual([])
    await (await lockFolder('--out', folder)).release()
  })

  it('gives the folder to exactly one of many that ask at the same time', async () => {
    const folder = temporaryFolder()
    const asked = await Promise.all(Array.from({ length: 12 }, () => lockIfFree(folder)))
    expect(asked.filter((lock) => lock !== undefined).length).toBeLessThanOrEqual(1)
    await Promise.all(asked.map((lock) => lock?.release()))
    expect(locks(folder)).toEqual([])
  })

  it('is not held up by a process that was killed, nor by another one that has its number now', async () => {
    const folder = temporaryFolder()
    // the lock of a process of this machine that ends without releasing it
    const lock = await lockFolder('--out', folder)
    const [name] = locks(folder)
    const text = readFileSync(join(folder, name!), 'utf8')
    await lock.release()
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    for (const change of [{ pid }, { began: 'earlier' }]) {
      writeFileSync(join(folder, '.h2learn-lock-3'), JSON.stringify({ ...JSON.parse(text), ...change }))
      const next = await lockFolder('--out', folder)
      expect(locks(folder)).toEqual(['.h2learn-lock-4'])
      await next.release()
    }
  })

  it('believes a process of another machine for three minutes after it was last seen', async () => {
    const folder = temporaryFolder()
    const path = foreign(folder, { host: 'elsewhere', pid: 1 })
    await expect(lockFolder('--out', folder)).rejects.toThrow(/process 1 on elsewhere since then/)
    const past = Date.now() / 1000 - 200
    utimesSync(path, past, past)
    await (await lockFolder('--out', folder)).release()
  })

  it('takes a lock that is being written for one that holds', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, '.h2learn-lock-1'), '')
    expect(await lockIfFree(folder)).toBeUndefined()
    renameSync(join(folder, '.h2learn-lock-1'), join(folder, 'gone'))
    await (await lockFolder('--out', folder)).release()
  })
})

describe('lockFile', () => {
  it('keeps others from the file, not from its folder', async () => {
    const folder = temporaryFolder()
    const lock = await lockFile('--resume', join(folder, 'a.h2l'))
    await expect(lockFile('--resume', join(folder, 'a.h2l'))).rejects.toThrow(/a\.h2l, in use by process/)
    await (await lockFile('--resume', join(folder, 'b.h2l'))).release()
    await (await lockFolder('--out', folder)).release()
    await lock.release()
    expect(locks(folder)).toEqual([])
  })

  it('has nothing to protect where the folder is not there', async () => {
    await (await lockFile('--resume', join(temporaryFolder(), 'none', 'a.h2l'))).release()
  })
})
