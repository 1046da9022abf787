import type { ByteSource } from './byte-source'
import { nmnistSensor } from './nmnist'

/** What a file called .bin can be; none of the three has a header. */
export type BinFormat = 'n-mnist' | 'cifar10' | 'cifar100'

const eventBytes = 5
const eventsSeen = 400
const rowsSeen = 64
/** Bytes of a row: one label (CIFAR-10) or two (CIFAR-100: superclass and class), then 3×32×32 pixels. */
const rows = [
  { format: 'cifar100', bytes: 3074, most: [19, 99] },
  { format: 'cifar10', bytes: 3073, most: [9] },
] as const

/** True where each of the first rows begins with labels that the format has. */
const holdsRows = (source: ByteSource, bytes: number, most: readonly number[]): boolean => {
  if (source.size === 0 || source.size % bytes !== 0) return false
  for (let n = 0; n < Math.min(rowsSeen, source.size / bytes); n++) {
    const labels = source.read(n * bytes, most.length)
    if (!most.every((limit, i) => labels[i]! <= limit)) return false
  }
  return true
}

/**
 * True where most of the first records lie on N-MNIST's sensor (or mark an overflow), time mostly does not run back and
 * mostly moves: dark pictures have small bytes too, but their "times" are all alike or run to and fro.
 */
const holdsEvents = (source: ByteSource): boolean => {
  if (source.size === 0 || source.size % eventBytes !== 0) return false
  const bytes = source.read(0, eventsSeen * eventBytes)
  let [events, inside, forward, moving] = [0, 0, 0, 0]
  let before = 0
  for (let at = 0; at + eventBytes <= bytes.length; at += eventBytes) {
    const [x, y] = [bytes[at]!, bytes[at + 1]!]
    const marker = y === 240
    const time = ((bytes[at + 2]! & 127) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
    events++
    if (marker || (x < nmnistSensor && y < nmnistSensor)) inside++
    if (marker || time >= before) forward++
    if (marker || events === 1 || time > before) moving++
    before = marker ? 0 : time
  }
  return inside > 0.75 * events && forward > 0.75 * events && moving > 0.5 * events
}

/**
 * What a file without a header holds, by its length and its first bytes: recordings of N-MNIST have coordinates and times,
 * CIFAR files rows with labels. Undefined where it is none of them.
 */
export const binFormatOf = (source: ByteSource): BinFormat | undefined => {
  if (holdsEvents(source)) return 'n-mnist'
  return rows.find(({ bytes, most }) => holdsRows(source, bytes, most))?.format
}
