import { describe, expect, it } from 'vitest'
import { count, figure, gap, oneLine, percent, quantity } from '../src/format'

describe('figures as text', () => {
  it('keeps about three significant digits and the whole part of large numbers', () => {
    expect([figure(0.12345), figure(2), figure(98.76), figure(12_345.6), figure(0), figure(-0.5)]).toEqual([
      '0.123',
      '2',
      '98.8',
      '12,346',
      '0',
      '-0.5',
    ])
    expect(figure(0.000_012_34)).toBe('1.23e-5')
    expect(figure(98.765, 4)).toBe('98.77')
  })

  it('writes quantities with the prefix that fits', () => {
    expect([quantity(0.00121, 's'), quantity(2.7e-4, 'J'), quantity(20.5, 'W'), quantity(3e-12, 'J')]).toEqual([
      '1.21 ms',
      '270 µJ',
      '20.5 W',
      '3 pJ',
    ])
    expect([quantity(0, 'J'), quantity(1e-15, 'J')]).toEqual(['0 J', '0.001 pJ'])
  })

  it('writes shares, gaps and counts', () => {
    expect([percent(0.9918), percent(1), gap(3.46), gap(-12.3), gap(0), count(1_234_567)]).toEqual([
      '99.18 %',
      '100.00 %',
      '+3.5 %',
      '−12.3 %',
      '0.0 %',
      '1,234,567',
    ])
  })

  it('shows a dash for what was not measured, never NaN', () => {
    for (const format of [count, figure, percent, gap, (value: number | null) => quantity(value, 'J')])
      for (const value of [null, Number.NaN, Infinity]) expect(format(value)).toBe('–')
  })

  it('strips control characters, line breaks and escape sequences included', () => {
    expect(oneLine('a\nb\u001b[31mc\t')).toBe('a b [31mc')
  })
})
