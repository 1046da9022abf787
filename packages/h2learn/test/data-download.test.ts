import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { downloadFile } from '../src/command/data-download'
import { explain } from '../src/command/failure'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-download-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

describe('downloadFile', () => {
  const contents = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))
  const md5 = createHash('md5').update(contents).digest('hex')
  let base = ''
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.range)
    if (request.url === '/missing') {
      response.writeHead(404).end()
      return
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const misbehave = misbehaving[request.url ?? '']
    if (misbehave) {
      misbehave(response, from)
      return
    }
    if (from >= contents.length) {
      response.writeHead(416).end()
      return
    }
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': contents.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${contents.length - 1}/${contents.length}` }),
    })
    if (request.url === '/broken' && from === 0) {
      // breaks off once the client has kept something
      const breakOff = () => {
        const kept = statSync(join(temp, 'broken.bin.part'), { throwIfNoEntry: false })?.size
        if (kept) response.destroy()
        else setTimeout(breakOff, 5)
      }
      response.write(contents.subarray(0, 40_000), breakOff)
      return
    }
    response.end(contents.subarray(from))
  })
  const gzipped = gzipSync(contents)
  const misbehaving: Readonly<Record<string, (response: ServerResponse, from: number) => void>> = {
    // Apache's AddEncoding x-gzip .gz: the file is what was published, its name says how to read it
    '/x-gzip': (response) => {
      response.writeHead(200, { 'content-encoding': 'x-gzip', 'content-length': gzipped.length }).end(gzipped)
    },
    '/encoded': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipped),
    '/silent': () => {},
    '/drip': (response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    },
    '/endless': (response) => {
      const more = () => {
        while (!response.destroyed && response.write(contents));
      }
      response.writeHead(200).on('drain', more)
      more()
    },
    '/huge': (response) => void response.writeHead(200, { 'content-length': 1e12 }).write('x'),
    // no length and no chunks: the end of the connection is the end of the file, whole or not
    '/closes': ({ socket }, from) =>
      void socket!.end(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 ${from > 0 ? `206 Partial Content\r\ncontent-range: bytes ${from}-99999/100000` : '200 OK'}\r\nconnection: close\r\n\r\n`,
          ),
          contents.subarray(from, from + 60_000),
        ]),
      ),
    '/moved': (response) => void response.writeHead(302, { location: '/a' }).end(),
    '/circle': (response) => void response.writeHead(302, { location: '/circle' }).end(),
    '/elsewhere': (response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  }
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('goes on where the connection broke, checks the checksum and does not fetch twice', async () => {
    const download = { url: `${base}/broken`, file: 'broken.bin', md5, unpack: false }
    await expect(downloadFile(download, temp)).rejects.toThrow(/what has come so far is kept/)
    expect(existsSync(join(temp, 'broken.bin'))).toBe(false)
    const seen: number[] = []
    const path = await downloadFile(download, temp, { onBytes: (done) => seen.push(done) })
    expect(asked.at(-1)).toMatch(/^bytes=[1-9]\d*-$/)
    expect(seen.at(-1)).toBe(100_000)
    expect(Buffer.compare(readFileSync(path), contents)).toBe(0)
    const before = asked.length
    await downloadFile(download, temp)
    expect(asked.length).toBe(before)
  })

  it('refuses a file with another checksum, an answer that is no file, and says when there is no network', async () => {
    const other = { url: `${base}/a`, file: 'other.bin', md5: '0'.repeat(32), unpack: false }
    await expect(downloadFile(other, temp)).rejects.toThrow(/expected a file with MD5 0{32}, got [0-9a-f]{32}/)
    expect(existsSync(join(temp, 'other.bin.part'))).toBe(false)
    await expect(downloadFile({ ...other, url: `${base}/missing` }, temp)).rejects.toThrow(/answer 404/)
    const refused = downloadFile({ ...other, url: 'http://127.0.0.1:9/x' }, temp)
    await expect(refused).rejects.toMatchObject({ code: 'H2LEARN_INPUT' })
    await expect(refused).rejects.toThrow(/^[^\n]*no network[^\n]*$/)
  })

  it('keeps a .gz as it was published where the server calls it encoded', async () => {
    const published = createHash('md5').update(gzipped).digest('hex')
    const download = { url: `${base}/x-gzip`, file: 'x.gz', md5: published, unpack: false }
    expect(Buffer.compare(readFileSync(await downloadFile(download, temp)), gzipped)).toBe(0)
    const encoded = { url: `${base}/encoded`, file: 'x.bin', md5, unpack: false }
    await expect(downloadFile(encoded, temp)).rejects.toMatchObject({ got: 'one encoded by gzip' })
  })

  it('follows redirections, but not in a circle and not to other places than servers', async () => {
    const download = { url: `${base}/moved`, file: 'moved.bin', md5, unpack: false }
    expect(Buffer.compare(readFileSync(await downloadFile(download, temp)), contents)).toBe(0)
    const other = { ...download, file: 'circle.bin' }
    await expect(downloadFile({ ...other, url: `${base}/circle` }, temp)).rejects.toThrow(/at most 10 redirections/)
    await expect(downloadFile({ ...other, url: `${base}/elsewhere` }, temp)).rejects.toThrow(/got "file:\/\/\/etc/)
  })

  it('gives up a server that is silent, that drips, or that sends without end', async () => {
    const download = (path: string) => ({ url: `${base}${path}`, file: `${path.slice(1)}.bin`, md5, unpack: false })
    const patience = { window_ms: 200, leastRate: 1000 }
    await expect(downloadFile(download('/silent'), temp, { patience })).rejects.toThrow(/got 0 bytes in 0.2 s/)
    await expect(downloadFile(download('/drip'), temp, { patience })).rejects.toThrow(/got \d+ bytes in 0.2 s.*kept/)
    const bounded = { maxBytes: 1_000_000 }
    await expect(downloadFile(download('/endless'), temp, bounded)).rejects.toThrow(
      /at most 1000000 bytes, got a server that sends more/,
    )
    await expect(downloadFile(download('/huge'), temp, bounded)).rejects.toThrow(
      /at most 1000000 bytes, got 1000000000000/,
    )
    expect(readdirSync(temp).filter((name) => /^(endless|huge)/.test(name))).toEqual([])
  })

  it('goes on where a connection was closed that had no length', async () => {
    const download = { url: `${base}/closes`, file: 'closes.bin', md5, unpack: false }
    await expect(downloadFile(download, temp)).rejects.toThrow(/60000 bytes .* did not say how many/)
    expect(statSync(join(temp, 'closes.bin.part')).size).toBe(60_000)
    expect(Buffer.compare(readFileSync(await downloadFile(download, temp)), contents)).toBe(0)
  })

  it('writes all of a piece where the system takes less at a time, and calls a full disk by its name', async () => {
    const handle = await open(join(temp, 'probe'), 'w')
    const prototype = Object.getPrototypeOf(handle) as typeof handle
    await handle.close()
    const real = prototype.write as Write
    type Write = (this: typeof handle, bytes: Uint8Array, at: number, length: number) => Promise<unknown>
    const writing = (write: Write) => vi.spyOn(prototype, 'write').mockImplementation(write as typeof prototype.write)
    const download = { url: `${base}/a`, file: 'short.bin', md5, unpack: false }
    try {
      writing(function (bytes, at, length) {
        return real.call(this, bytes, at, Math.min(length, 999))
      })
      expect(Buffer.compare(readFileSync(await downloadFile(download, temp)), contents)).toBe(0)
      writing(async () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      })
      const full = { ...download, file: 'full.bin' }
      const error = await downloadFile(full, temp).catch((thrown: unknown) => thrown)
      expect(explain(error, false)).toEqual({
        message: `${join(temp, 'full.bin.part')}: expected room for the results, got a full device; free some or choose another place with --out.`,
        exitCode: 1,
      })
    } finally {
      vi.restoreAllMocks()
    }
  })
})
