/** Exit codes of the command: 0 done, 1 a run that failed, 2 wrong input, 130 interrupted. */
export const exitCodes = { done: 0, failed: 1, input: 2, interrupted: 130 } as const

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** What the system's errors mean and what to do, by code. */
const systemMessages: Record<string, string> = {
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
  EMFILE: 'expected a free file handle, got none; close other programs or raise the limit',
}

/** Errors of the system that are no fault of the input: the run failed. */
const failures = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'EIO', 'EPIPE'])

/** What to print for an error and the exit code that goes with it; the stack only on request. */
export const explain = (error: unknown, debug: boolean): { readonly message: string; readonly exitCode: number } => {
  const stack = error instanceof Error && error.stack ? error.stack : String(error)
  const code = codeOf(error)
  const plain = error instanceof Error ? error.message : String(error)
  if (code === 'H2LEARN_INPUT') return { message: debug ? stack : plain, exitCode: exitCodes.input }
  if (code === 'H2LEARN_RUN') return { message: debug ? stack : plain, exitCode: exitCodes.failed }
  if (typeof code === 'string' && code in systemMessages) {
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
