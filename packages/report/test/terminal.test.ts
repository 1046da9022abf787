import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunReport } from '../src/api'
import { formatRun } from '../src/terminal'
import { lineWidth, tableLines, wrapText } from '../src/terminal-table'
import { runReport } from './fixture'

const longest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length))

describe('formatRun', () => {
  const text = formatRun(runReport(), { columns: 120 })
  const line = (start: string, from = text) => from.split('\n').find((l) => l.trim().startsWith(start))!

  it('says what was run, on what data, at which stage the masks were taken', () => {
    expect(text.split('\n')[0]).toBe('H2Learn run: digits (preset quick)')
    expect(line('network')).toContain('8C3(Encoding)-16C3-AP2-32FC-10FC')
    expect(line('data')).toContain(
      'digits (synthetic), built-in generator, seed 1; 6,000 training samples; 1,000 test samples from built-in',
    )
    expect(line('masks')).toMatch(/recorded in this run; last step \(step 199, 12,800 samples seen/)
    expect(line('test accuracy')).toMatch(/91\.87 %$/)
  })

  it('has a row per layer with firing rate and sparsities, a dash where nothing was measured', () => {
    expect(line('conv2').split(/\s{2,}/)).toEqual([
      'conv2',
      'conv',
      '6,272',
      '1,152',
      '0.13',
      '60.00 %',
      '80.00 %',
      '85.00 %',
      '1.23 %',
    ])
    expect(
      line('conv1')
        .split(/\s{2,}/)
        .slice(-3),
    ).toEqual(['–', '–', '–'])
  })

  it('has a row per layer and engine with cycles and what bound them', () => {
    expect(text).toMatch(/fc2 +Forward +4,993 +4,936 +2,000 +compute +30\.00 %/)
    expect(text).toMatch(/conv1 +Weight Update +6,057 +1,434 +6,000 +memory +50\.00 %/)
  })

  it('shows each figure of the chip with its kind, and the paper and the gap beside where there are any', () => {
    expect(line('area').split(/\s{2,}/)).toEqual(['area', '98.7 mm²', 'calibrated', '105', '−6.0 %'])
    expect(line('power').split(/\s{2,}/)).toEqual(['power', '17.3 W', 'calibrated', '–', '–'])
    expect(
      line('energy per sample')
        .split(/\s{2,}/)
        .slice(0, 3),
    ).toEqual(['energy per sample', '272 µJ', 'predicted'])
    expect(text).toMatch(/speed-up over the GPU +7\.1 +4–9 +in range +predicted/)
    expect(line('bound by')).toContain('Backward')
  })

  it('gives the reason when there is no comparison with the V100, and the figure when there is', () => {
    expect(line('against V100')).toContain('no figure: the paper gives no time of this network on the V100')
    const compared = formatRun(runReport({ speedup_vs_v100: 6.54, speedup_vs_v100_note: 'Table II' }))
    expect(line('against V100', compared)).toContain('6.54×; Table II')
  })

  it('shows warnings of learning before the figures, and how neurons and learning rate were', () => {
    const { training, chip, masks } = runReport()
    expect(text).not.toContain('Warnings')
    const told = formatRun(
      runReport({
        warnings: ['Class 3 (100 test samples) is never predicted. Train longer.', 'fc1 is silent.'],
        training: {
          ...training,
          schedule: 'cosine',
          leak: 0.5,
          fire_threshold: 1,
          reset: 'subtract',
          surrogate: 'arctan=2',
          grad_window: null,
          output_gain: 0.577,
        },
        chip: { ...chip, bound_by: 'backward', bound: 'memory', closed_form_bound_by: 'Mem 0' },
        masks: { ...masks, samples: 16, step: 199 },
      }),
      { columns: 160 },
    )
    expect(told).toContain(
      '\nWarnings\n  - Class 3 (100 test samples) is never predicted. Train longer.\n  - fc1 is silent.\n',
    )
    expect(told.indexOf('Warnings')).toBeLessThan(told.indexOf('Layers'))
    expect(told).toMatch(/learning rate [\d.]+ \(cosine schedule\)/)
    expect(told).toContain('output weights of gain 0.577 at first')
    expect(told).toContain('leak 0.5, fire at 1, reset by the threshold, surrogate arctan=2\n')
    expect(line('bound by', told)).toMatch(/bound by +backward \(memory\)$/)
    expect(told).toMatch(/bound that no schedule beats +27,182 cycles, set by Mem 0/)
    expect(told).toContain('Layers (measured on 16 training samples of step 200)')
  })

  it('says when training was interrupted', () => {
    const { training } = runReport()
    expect(formatRun(runReport({ training: { ...training, interrupted: true } }))).toContain('was interrupted')
    expect(text).not.toContain('interrupted')
  })

  it('keeps every line within the columns and loses no figure in a narrow layout', () => {
    const figures = (t: string) => new Set(t.match(/\d[\d,.]*/g))
    for (const columns of [40, 50, 60, 80, 100, 140]) {
      const narrow = formatRun(runReport(), { columns })
      expect(longest(narrow)).toBeLessThanOrEqual(columns)
      for (const number of figures(text)) expect(figures(narrow)).toContain(number)
    }
  })

  it('breaks a wide table into blocks that repeat the names of the rows', () => {
    const narrow = formatRun(runReport(), { columns: 60 })
    expect(narrow.split('\n').filter((l) => /^conv2 +/.test(l)).length).toBeGreaterThanOrEqual(4)
    expect(narrow).toMatch(/^layer +output sparsity/m)
  })

  it('has colours only when asked', () => {
    expect(text).not.toContain('\u001b')
    const colored = formatRun(runReport(), { columns: 120, color: true })
    expect(colored).toContain('\u001b[')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are control characters
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(text)
  })

  it('fits whatever the names are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90 }), fc.integer({ min: 40, max: 130 }), (name, columns) => {
        const report: RunReport = runReport({ benchmark: name, network: name, notes: [name] })
        const rows = report.layers.map((layer) => ({ ...layer, name: name + layer.name }))
        expect(longest(formatRun({ ...report, layers: rows }, { columns }))).toBeLessThanOrEqual(columns)
      }),
      { numRuns: 40 },
    )
  })

  it('stands empty parts and missing figures', () => {
    const bare = formatRun(
      runReport({
        train_accuracy: null,
        test_accuracy: null,
        confusion: [],
        layers: [],
        stages: [],
        engines: [],
        functional: [],
        cycle_causes: [],
        paper: [],
        notes: [],
        versions: {},
      }),
    )
    expect(line('test accuracy', bare)).toMatch(/–$/)
    expect(bare).not.toMatch(/undefined|NaN|null/)
    expect(bare).not.toContain('Engines')
  })
})

describe('wrapText', () => {
  it('breaks between words, then after hyphens, then anywhere', () => {
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrapText('12C3-AP2-512FC-10FC', 10)).toEqual(['12C3-AP2-', '512FC-10FC'])
    expect(wrapText('abcdefghij', 4, ' ')).toEqual([' abc', ' def', ' ghi', ' j'])
    expect(wrapText('', 10)).toEqual([''])
  })
})

describe('a table that is too wide', () => {
  const table = (name: string) => ({
    title: 'figures',
    columns: ['quantity', 'paper', 'model', 'gap', 'kind'].map((one, c) => ({ name: one, numeric: c > 0 && c < 4 })),
    keys: 1,
    rows: [[name, '138.55', '110.46', '-20.3 %', 'predicted'].map((text) => ({ text, value: text }))],
  })
  const name = 'throughput of the chip on CIFAR10 with the sparsities of Table III over that of the graphics card'

  it('keeps its columns together and wraps the names of its rows', () => {
    const lines = tableLines(table(name), 80)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines[0]).toMatch(/^quantity +paper +model +gap +kind$/)
    expect(lines[2]).toMatch(/^throughput .* 138\.55 +110\.46 +-20\.3 % +predicted$/)
    const wrapped = lines.slice(2).map((line) => line.replace(/ +138\.55.*$/, '').trim())
    expect(wrapped.join(' ')).toBe(name)
  })

  it('is as wide as 80 letters where the width is not known', () => {
    expect([0, Number.NaN, 20, 99.5].map(lineWidth)).toEqual([80, 80, 40, 99])
  })
})
