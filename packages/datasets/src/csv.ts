import { withoutByteOrderMark } from '@h2learn/config'
import Papa from 'papaparse'
import { DatasetError } from './dataset-error'

/** A row of a table in text. */
export interface CsvRow {
  /** Line of the file at which it begins, from 1. */
  readonly line: number
  /** Character of the text at which it begins, from 0. */
  readonly offset: number
  /** Cells without the spaces around them and without quotes. */
  readonly cells: readonly string[]
}

/** Separators that spreadsheets write. */
const separators = [',', ';', '\t']

/** The separator that the first line with content has most of. */
const separatorOf = (text: string): string => {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? ''
  const times = (separator: string) => first.split(separator).length
  return separators.reduce((best, one) => (times(one) > times(best) ? one : best))
}

/**
 * The rows of a CSV text: cells separated by commas, semicolons or tabs (whichever the file uses), quoted where they like to be.
 * Rows without any content and those that begin with # are left out. Library: papaparse.
 * @param where names the file in errors
 * @throws DatasetError for a quote that is not closed
 */
export const parseCsv = (text: string, where: string): readonly CsvRow[] => {
  const plain = withoutByteOrderMark(text)
  const rows: CsvRow[] = []
  let [offset, line] = [0, 1]
  Papa.parse<string[]>(plain, {
    delimiter: separatorOf(plain),
    step: ({ data, errors, meta }) => {
      if (errors.some(({ type }) => type === 'Quotes'))
        throw new DatasetError({
          file: where,
          offset,
          expected: 'quotes around a cell that are closed',
          got: plain.slice(offset, offset + 60).split('\n')[0]!,
        })
      const cells = data.map((cell) => cell.trim())
      if (cells.some((cell) => cell !== '') && !cells[0]!.startsWith('#')) rows.push({ line, offset, cells })
      line += plain.slice(offset, meta.cursor).split('\n').length - 1
      offset = meta.cursor
    },
  })
  return rows
}
