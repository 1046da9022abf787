import { expect, it } from 'vitest'
import { parseCsv } from '../src/csv'
import { parseGestureLabels } from '../src/gesture-labels'

const cells = (text: string) => parseCsv(text, 'f').map((row) => row.cells)

it('reads cells with quotes, spaces, a byte order mark and any of the usual separators', () => {
  for (const text of [
    'a,b\n1,2\n',
    '\uFEFFa,b\r\n1,2\r\n',
    '"a","b"\n"1","2"\n',
    'a;b\n1;2',
    'a\tb\n1\t2\n\n',
    '# a note\na, b\n\n 1 , 2 \n',
  ])
    expect(cells(text), JSON.stringify(text)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  expect(cells('a,b\n"x, ""y""","2\n3"\n')).toEqual([
    ['a', 'b'],
    ['x, "y"', '2\n3'],
  ])
})

it('counts lines and characters', () => {
  const text = '# note\na,b\n"x\ny",2\n\n3,4\n'
  expect(parseCsv(text, 'f').map(({ line, offset }) => [line, text.slice(offset, offset + 3)])).toEqual([
    [2, 'a,b'],
    [3, '"x\n'],
    [6, '3,4'],
  ])
})

it('names a quote that is not closed', () => {
  expect(() => parseCsv('a,b\n"x,2\n', 'labels.csv')).toThrow(/^labels.csv at byte 4: .*got "x,2/)
})

it('reads gesture labels that a spreadsheet has saved again', () => {
  const labels = [{ label: 10, start: 5, end: 9 }]
  expect(parseGestureLabels('class,startTime_usec,endTime_usec\n11,5,9\n', 'f')).toEqual(labels)
  expect(parseGestureLabels('\uFEFF"class";"startTime_usec";"endTime_usec"\r\n"11";"5";"9"\r\n', 'f')).toEqual(labels)
})
