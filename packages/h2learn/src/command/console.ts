import { SingleBar } from 'cli-progress'
import pc from 'picocolors'
import { restoreOnSignal } from './interruption'

/** How much the command says. */
export interface ConsoleOptions {
  readonly quiet: boolean
  readonly verbose?: boolean
  readonly color: boolean
  /** When JSON goes to standard output everything for people goes to standard error. */
  readonly jsonOnStdout: boolean
}

/** Where text for people goes. */
export interface Console {
  readonly columns: number
  readonly color: boolean
  /** Results. */
  readonly say: (text: string) => void
  /** What is going on; silent when quiet. */
  readonly note: (text: string) => void
  /** What only the curious want to know; silent unless verbose. */
  readonly detail: (text: string) => void
  /** Something the reader should know, always shown. */
  readonly warn: (text: string) => void
  readonly progress: (total: number) => Progress
}

export interface Progress {
  readonly update: (done: number, text: string) => void
  readonly stop: () => void
}

/** Seconds as 1:05 or 2:03:04; `-:--` when it cannot be told. */
export const clock = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '-:--'
  const s = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(s / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`
}

/** Whether a stream is a terminal that knows how to move its cursor and show colours. */
const isScreen = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && process.env.TERM !== 'dumb'

/** Width of a terminal that does not tell its own, and of what is no terminal. */
const widthOf = (stream: NodeJS.WriteStream): number =>
  stream.columns || Number(process.env.COLUMNS) || (stream.isTTY ? 80 : 100)

/** On a terminal a bar, elsewhere a line about every ten seconds and at each tenth of the way. */
const progressOn =
  (stream: NodeJS.WriteStream, quiet: boolean, color: boolean) =>
  (total: number): Progress => {
    if (quiet || total <= 0) return { update: () => {}, stop: () => {} }
    if (isScreen(stream)) {
      const bar = new SingleBar({
        stream,
        format: `${color ? pc.cyan('{bar}') : '{bar}'} {percentage}% {text}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: widthOf(stream) < 80 ? 8 : 24,
        hideCursor: true,
        linewrap: false,
        clearOnComplete: true,
        // its own way of ending on a signal keeps the signal from ending the command
        gracefulExit: false,
      })
      bar.start(total, 0, { text: '' })
      const forget = restoreOnSignal(() => bar.stop())
      return {
        update: (done, text) => bar.update(done, { text }),
        stop: () => {
          forget()
          bar.stop()
        },
      }
    }
    let last = Date.now()
    let tenth = -1
    return {
      update: (done, text) => {
        const now = Date.now()
        const reached = Math.floor((10 * done) / total)
        if (reached === tenth && now - last < 10_000) return
        tenth = reached
        last = now
        stream.write(`${String(Math.floor((100 * done) / total)).padStart(3)}% ${text}\n`)
      },
      stop: () => {},
    }
  }

export const openConsole = ({ quiet, verbose = false, color, jsonOnStdout }: ConsoleOptions): Console => {
  const people = jsonOnStdout ? process.stderr : process.stdout
  const paint = color && isScreen(people)
  return {
    columns: widthOf(people),
    color: paint,
    say: (text) => void people.write(`${text}\n`),
    note: (text) => void (quiet || people.write(`${text}\n`)),
    detail: (text) => void (verbose && people.write(`${text}\n`)),
    warn: (text) => void process.stderr.write(`${color && isScreen(process.stderr) ? pc.yellow(text) : text}\n`),
    progress: progressOn(process.stderr, quiet, color),
  }
}
