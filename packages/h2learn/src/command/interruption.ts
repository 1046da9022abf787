import { exitCodes } from './failure'

/** Signals that ask a program to end: Ctrl-C, `kill`, a terminal that closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A signal that comes so soon after the first is the same one: `timeout` sends its signal to the program and to its group,
 * npm passes on the Ctrl-C that the terminal has sent already.
 */
const sameSignal_ms = 1000

/** Thrown where work stops because of a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  constructor() {
    super('interrupted')
  }
}

/** Listens for signals that ask the command to end. */
export interface Interruption {
  /** Fires with the first signal; work that can be cut stops there. */
  readonly signal: AbortSignal
  /**
   * Lets a signal in that has come during a long computation.
   * @throws Interrupted when there has been one
   */
  readonly check: () => Promise<void>
  /**
   * Stops listening: from then on a signal ends the process at once. After a first signal it goes on listening, as the same
   * one may come again while the process ends.
   */
  readonly close: () => void
}

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an orderly end; another one, a second or more later, ends the process at
 * once with exit code 130. To be called when there is something to lose: until then a signal ends the process as usual.
 * @param onFirst called once, to tell the user
 */
export const listenForInterruption = (onFirst: () => void): Interruption => {
  const stop = new AbortController()
  let first = 0
  const onSignal = () => {
    if (!stop.signal.aborted) {
      first = performance.now()
      stop.abort()
      onFirst()
    } else if (performance.now() - first >= sameSignal_ms) process.exit(exitCodes.interrupted)
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: stop.signal,
    check: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      if (stop.signal.aborted) throw new Interrupted()
    },
    close: () => {
      if (stop.signal.aborted) return
      for (const name of signals) process.off(name, onSignal)
    },
  }
}

/**
 * Calls `restore` when a signal comes while something on the terminal must be put right (a hidden cursor), then lets the
 * signal do what it would have done without.
 * @returns stops listening
 */
export const restoreOnSignal = (restore: () => void): (() => void) => {
  const listeners = signals.map((name) => {
    const listener = () => {
      restore()
      if (process.listenerCount(name) === 0) process.kill(process.pid, name)
    }
    process.once(name, listener)
    return { name, listener }
  })
  return () => {
    for (const { name, listener } of listeners) process.off(name, listener)
  }
}
