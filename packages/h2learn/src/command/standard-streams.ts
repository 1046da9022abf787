import { writeSync } from 'node:fs'
import { exitCodes, explain } from './failure'

/** What the command says about its own standard output and standard error. */
export interface StandardStreams {
  /** The exit code when everything has been written: that of the work, or 1 when results were lost on the way out. */
  readonly exitCode: (ofTheWork: number) => number
}

type Written = (error?: Error | null) => void

/** The arguments of a stream's `write` in both of their forms. */
const writeArguments = (encoding: BufferEncoding | Written | undefined, written: Written | undefined) =>
  typeof encoding === 'function' ? { encoding: undefined, written: encoding } : { encoding, written }

/** Writes to a file or device until all is written: one call may take only a part, which Node's stream does not notice. */
const writeAll = (fd: number, chunk: string | Uint8Array, encoding: BufferEncoding | undefined): void => {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/** The descriptor of a stream that is a file or a device, not a pipe or a terminal. */
const fileOf = (stream: NodeJS.WriteStream): number | undefined => {
  const { _type, fd } = stream as { readonly _type?: string; readonly fd?: number }
  return _type === 'fs' ? fd : undefined
}

/**
 * Keeps a stream that can no longer be written to from ending the command: the stream goes silent and the work goes on.
 * @param onBroken called once, with the first error
 */
const muteWhenBroken = (
  stream: NodeJS.WriteStream,
  name: string,
  onBroken: (error: NodeJS.ErrnoException) => void,
): void => {
  let broken: NodeJS.ErrnoException | undefined
  const fail = (error: NodeJS.ErrnoException): void => {
    if (broken) return
    broken = Object.assign(error, { path: name })
    stream.write = (_: string | Uint8Array, encoding?: BufferEncoding | Written, last?: Written): boolean => {
      // who waits for the text to be written hears that it was not
      const { written } = writeArguments(encoding, last)
      if (written) process.nextTick(written, broken)
      return true
    }
    onBroken(broken)
  }
  stream.on('error', fail)
  const fd = fileOf(stream)
  if (fd === undefined) return
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, last?: Written): boolean => {
    const given = writeArguments(encoding, last)
    let failure: NodeJS.ErrnoException | undefined
    try {
      writeAll(fd, chunk, given.encoding)
    } catch (error) {
      failure = error as NodeJS.ErrnoException
      fail(failure)
    }
    if (given.written) process.nextTick(given.written, failure)
    return true
  }
}

/**
 * Makes standard output and standard error safe: a reader that went away (`| head -1`, a closed terminal) or a full device
 * silences that stream alone. Training, checkpoints and files go on. A closed pipe is the reader's choice and does not
 * change the exit code; text that was lost for want of room does.
 */
export const guardStandardStreams = (): StandardStreams => {
  let lost = false
  muteWhenBroken(process.stderr, 'standard error', () => {})
  muteWhenBroken(process.stdout, 'standard output', (error) => {
    if (error.code === 'EPIPE' || process.stdout.isTTY) return
    lost = true
    process.stderr.write(`${explain(error, false).message}\n`)
  })
  return { exitCode: (ofTheWork) => (lost && ofTheWork === exitCodes.done ? exitCodes.failed : ofTheWork) }
}
