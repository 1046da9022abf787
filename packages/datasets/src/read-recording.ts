import { parseAedat2 } from './aedat2'
import { parseAedat3 } from './aedat3'
import { parseAedat4 } from './aedat4'
import type { EventRecording } from './api'
import { binFormatOf } from './bin-format'
import { bytesSource } from './byte-source'
import { DatasetError } from './dataset-error'
import type { EventConvention } from './event-convention'
import { parseNmnist } from './nmnist'
import { readBytes } from './node-files'
import { parsePropheseeDat } from './prophesee-dat'
import { parsePropheseeRaw } from './prophesee-raw'
import { latin1 } from './text-header'

/** Event file formats that are told apart by their first bytes, or by name where they have no header. */
export type EventFormat = 'aedat2' | 'aedat3' | 'aedat4' | 'prophesee-dat' | 'prophesee-raw' | 'n-mnist'

/** How an event file of any known format is read; what a format does not use is passed over. */
export interface ReadRecordingConfig {
  /** Sensor size where the file does not say (AEDAT 3.1, some .dat and RAW). */
  readonly width?: number
  readonly height?: number
  readonly convention?: EventConvention
  readonly label?: number
}

const starts: readonly (readonly [string, EventFormat])[] = [
  ['#!AER-DAT2.0', 'aedat2'],
  ['#!AER-DAT3.1', 'aedat3'],
  ['#!AER-DAT4.0', 'aedat4'],
  ['% ', 'prophesee-dat'],
]

/** A header line that .dat files do not have, and RAW files do. */
const rawLine = /^% *(evt +[\d.]+|format +EVT)/im

/** The format of an event file by its first bytes and its name; undefined when it is none that is known. */
export const eventFormatOf = (bytes: Uint8Array, name: string): EventFormat | undefined => {
  const start = latin1(bytes.subarray(0, 4096))
  const format = starts.find(([text]) => start.startsWith(text))?.[1]
  if (format === 'prophesee-dat') return rawLine.test(start) || /\.raw$/i.test(name) ? 'prophesee-raw' : format
  return format ?? (/\.bin$/i.test(name) && binFormatOf(bytesSource(bytes, name)) === 'n-mnist' ? 'n-mnist' : undefined)
}

/**
 * An event recording of any format that is known: AEDAT 2.0, 3.1, 4, Prophesee .dat and RAW, N-MNIST .bin.
 * @throws DatasetError for another format, and as the reader of the format does
 */
export const parseRecording = async (
  bytes: Uint8Array,
  where: string,
  config: ReadRecordingConfig = {},
): Promise<EventRecording> => {
  const format = eventFormatOf(bytes, where)
  switch (format) {
    case 'aedat2':
      return parseAedat2(bytes, where, config)
    case 'aedat3':
      return parseAedat3(bytes, where, config)
    case 'aedat4':
      return parseAedat4(bytes, where, config)
    case 'prophesee-dat':
      return parsePropheseeDat(bytes, where, config)
    case 'prophesee-raw':
      return parsePropheseeRaw(bytes, where, config)
    case 'n-mnist':
      return parseNmnist(bytes, where, config.label)
    default:
      throw new DatasetError({
        file: where,
        offset: 0,
        expected: 'AEDAT 2.0, 3.1 or 4, Prophesee .dat or RAW, or N-MNIST .bin',
        got: 'another format',
      })
  }
}

/** An event file of any known format. @throws DatasetError as parseRecording, and when it cannot be read */
export const readRecording = (file: string, config?: ReadRecordingConfig): Promise<EventRecording> =>
  parseRecording(readBytes(file), file, config)
