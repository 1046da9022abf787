/** Exit codes of the command: 0 done, 1 a run that failed, 2 wrong input, 130 interrupted. */
export const exitCodes = { done: 0, failed: 1, input: 2, interrupted: 130 } as const

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** What the system's errors mean and what to do, by code. */
const systemMessages: Readonly<Record<string, string>> = {
  ENOENT: 'expected a file or folder, got nothing of that name; check the path',
  EACCES: 'expected permission to use it, got none; check its rights or choose another place',
  EPERM: 'expected permission to use it, got none; check its rights or choose another place',
  EISDIR: 'expected a file, got a folder',
  ENOTDIR: 'expected a folder, got a file',
  ENOSPC: 'expected room for the results, got a full device; free some or choose another place with --out',
  EDQUOT: 'expected room for the results, got a quota that is used up; free some or choose another place with --out',
  EFBIG: 'expected room for the results, got a limit on the size of files; raise it or choose another place with --out',
  EROFS: 'expected a place that can be written to, got a read-only file system; choose another with --out',
  EIO: 'expected a device that works, got an error from it; choose another place with --out',
  EPIPE: 'expected a reader for all of the output, got one that closed early',
  ENAMETOOLONG: 'expected a shorter name, got one that the file system does not take (most take 255 bytes)',
  ELOOP: 'expected a file or folder, got a link that leads back to itself',
  ENXIO: 'expected a file, got a device or socket that does not answer',
  ESTALE: 'expected the file that was opened, got a handle that its server no longer knows; run it again',
  EMFILE: 'expected a free file handle, got none; close other programs or raise the limit (ulimit -n)',
  ENFILE: 'expected a free file handle, got none in the whole system; close other programs',
  EAGAIN: 'expected a free process or thread, got none; close other programs or raise the limit (ulimit -u)',
  ENOMEM: 'expected more memory, got none; close other programs, or ask for less at a time',
  ERR_FS_FILE_TOO_LARGE: 'expected a smaller file, got one of more than 2 GiB',
  ERR_STRING_TOO_LONG: 'expected a smaller file, got a text of more than 512 MiB',
  ERR_WORKER_OUT_OF_MEMORY: 'expected more memory for a thread, got none; ask for less at a time',
}

/** Errors of the system that are no fault of the input: the run failed. */
const failures = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'EAGAIN',
  'ENOMEM',
  'ESTALE',
  'EIO',
  'EPIPE',
  'ERR_WORKER_OUT_OF_MEMORY',
])

/** Names from a configuration file may hold what no file system takes. */
const isNullByte = (code: unknown, text: string) => code === 'ERR_INVALID_ARG_VALUE' && text.includes('null bytes')

/** What to print for an error and the exit code that goes with it; the stack only on request. */
export const explain = (error: unknown, debug: boolean): { readonly message: string; readonly exitCode: number } => {
  const stack = error instanceof Error && error.stack ? error.stack : String(error)
  const code = codeOf(error)
  const plain = error instanceof Error ? error.message : String(error)
  if (code === 'H2LEARN_INPUT') return { message: debug ? stack : plain, exitCode: exitCodes.input }
  if (code === 'H2LEARN_RUN') return { message: debug ? stack : plain, exitCode: exitCodes.failed }
  if (isNullByte(code, plain))
    return {
      message: debug ? stack : 'Expected the name of a file or folder, got one with a null byte in it.',
      exitCode: exitCodes.input,
    }
  if (error instanceof RangeError && plain === 'Array buffer allocation failed')
    return { message: debug ? stack : `Out of memory: ${systemMessages.ENOMEM}.`, exitCode: exitCodes.failed }
  if (typeof code === 'string' && Object.hasOwn(systemMessages, code)) {
    const path = (error as { path?: unknown }).path
    return {
      message: debug ? stack : `${typeof path === 'string' ? `${path}: ` : ''}${systemMessages[code]}.`,
      exitCode: failures.has(code) ? exitCodes.failed : exitCodes.input,
    }
  }
  return {
    message: debug ? stack : `${plain} (this is a defect of h2learn; --debug shows where)`,
    exitCode: exitCodes.failed,
  }
}
