/** Exit codes of the command: 0 done, 1 a run that failed, 2 wrong input, 130 interrupted. */
export const exitCodes = { done: 0, failed: 1, input: 2, interrupted: 130 } as const

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const systemMessages: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a folder, expected a file',
  ENOTDIR: 'is not a folder',
  ENOSPC: 'no space left on the device; free some room or choose another place with --out',
  EROFS: 'the file system is read-only; choose another place with --out',
  EMFILE: 'too many open files',
}

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
      exitCode: exitCodes.input,
    }
  }
  return {
    message: debug ? stack : `${plain} (this is a defect of h2learn; --debug shows where)`,
    exitCode: exitCodes.failed,
  }
}
