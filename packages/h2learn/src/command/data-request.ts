import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { InputError } from '@h2learn/snn-core'

/** How a file is asked for. */
export interface RequestConfig {
  /** Bytes that are there already: asks for the rest. */
  readonly from?: number
  readonly signal?: AbortSignal
}

/** How many redirections are followed. */
const mostRedirections = 10

const keptHint = 'no network, or the server is away: what has come so far is kept, try again later'

/** The error for a server that cannot be reached or that broke off. */
export const noNetwork = (url: string, error: unknown): InputError => {
  const { code, message } = error as NodeJS.ErrnoException
  return new InputError({ where: url, expected: 'an answer', got: code ?? message, hint: keptHint })
}

const once = (url: URL, { from = 0, signal }: RequestConfig): Promise<IncomingMessage> =>
  new Promise((done, failed) => {
    const headers = {
      // the file as it lies there: a .gz that a server calls "encoded" must not be decoded on the way
      'accept-encoding': 'identity',
      'user-agent': 'h2learn',
      ...(from > 0 && { range: `bytes=${from}-` }),
    }
    const { get } = url.protocol === 'https:' ? https : http
    get(url, { headers, ...(signal && { signal }) }, done).on('error', failed)
  })

/**
 * Asks for a file over HTTP or HTTPS and follows redirections. The body comes as it was sent: nothing is decoded.
 * @returns the answer, whatever its status, its body still to be read
 * @throws InputError without network, for an address that is not HTTP, and for too many redirections
 */
export const requestFile = async (address: string, config: RequestConfig): Promise<IncomingMessage> => {
  let url = address
  for (let n = 0; n <= mostRedirections; n++) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
      throw new InputError({
        where: address,
        expected: 'an address http:// or https://',
        got: `"${url.slice(0, 200)}"`,
      })
    const answer = await once(parsed, config).catch((error: unknown) => {
      throw noNetwork(address, error)
    })
    const { statusCode = 0, headers } = answer
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return answer
    answer.destroy()
    url = URL.canParse(headers.location, parsed.href) ? new URL(headers.location, parsed).href : headers.location
  }
  throw new InputError({
    where: address,
    expected: `at most ${mostRedirections} redirections`,
    got: 'more',
    hint: 'has the file moved? see the page of the data set',
  })
}

/** How slow a server may be. */
export interface Patience {
  /** Milliseconds over which bytes are counted. */
  readonly window_ms: number
  /** Fewest bytes a second that keep a transfer alive. */
  readonly leastRate: number
}

/** A minute for a kilobyte a second: slower than any line in use, and a large set would take weeks. */
export const usualPatience: Patience = { window_ms: 60_000, leastRate: 1000 }

/** A transfer under watch. */
export interface TransferWatch {
  /** Ends the request when the transfer is too slow, or when the caller's own signal does. */
  readonly signal: AbortSignal
  /** What was too slow; undefined where nothing was. */
  readonly slow: () => Error | undefined
  /** Counts bytes that came. */
  readonly count: (received: number) => void
  readonly stop: () => void
}

/**
 * Watches a transfer from the request on: ends it when too few bytes come in a window, be it none (a silent server) or a few (one
 * that drips).
 */
export const watchTransfer = ({ window_ms, leastRate }: Patience, outer?: AbortSignal): TransferWatch => {
  const own = new AbortController()
  let bytes = 0
  const timer = setInterval(() => {
    const least = (leastRate * window_ms) / 1000
    if (bytes < least) own.abort(new Error(`${bytes} bytes in ${window_ms / 1000} s`))
    bytes = 0
  }, window_ms)
  return {
    signal: outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]),
    slow: () => (own.signal.aborted ? (own.signal.reason as Error) : undefined),
    count: (received) => {
      bytes += received
    },
    stop: () => clearInterval(timer),
  }
}
