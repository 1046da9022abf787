// Writes the tables of docs/engines.md from the build: node scripts/engines-doc.mjs [BENCH.json], the file that
// `pnpm bench engines --json` wrote. Without it the measured part stays as it is.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './tools.mjs'

const chip = await import('../packages/paper/dist/design-space/index.js')
const file = join(root, 'docs/engines.md')
let text = readFileSync(file, 'utf8')

/** Replaces what stands between <!-- name --> and <!-- /name -->. */
const fill = (name, content) => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/engines.md: no ${begin} … ${end}`)
  text = `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const f = (digits) => (x) => x.toFixed(digits)
const [f0, f1, f2] = [f(0), f(1), f(2)]
const percent = (x) => (x < 0.05 ? '' : f1(x))

const headlines = chip.engineChoices.map((choice) => [choice.choice, chip.engineHeadlines(choice)])
const usual = headlines[0][1]
const beside = (x, base, digits) =>
  Math.abs(x / base - 1) < 0.0005 ? '=' : `${x.toFixed(digits)} (${x > base ? '+' : ''}${f1(100 * (x / base - 1))} %)`
const rowOf = (choice, h, base) => {
  const show = (x, b, digits) => (base ? beside(x, b, digits) : x.toFixed(digits))
  const nets = ['MNIST', 'CIFAR10', 'ImageNet']
  return [
    choice,
    show(h.backwardSpeedup, usual.backwardSpeedup, 2),
    show(h.backwardEnergySaving, usual.backwardEnergySaving, 2),
    show(h.forwardAreaSaving, usual.forwardAreaSaving, 2),
    show(h.weightUpdateAreaSaving, usual.weightUpdateAreaSaving, 2),
    show(h.chipArea_mm2, usual.chipArea_mm2, 1),
    ...nets.map((net) => show(h.speedups[net], usual.speedups[net], 2)),
  ]
}
fill(
  'choices',
  table(
    [
      'choice',
      'Backward speed',
      'Backward energy',
      'Forward area ratio',
      'Weight Update area ratio',
      'chip mm²',
      'MNIST',
      'CIFAR10',
      'ImageNet',
    ],
    headlines.map(([choice, h], i) => rowOf(choice, h, i > 0)),
  ),
)

for (const engine of ['forward', 'weightUpdate']) {
  const points = [1, 4].flatMap((lanes) => chip.lutDesignSpace({ engine, lanes: [lanes] }))
  fill(
    `fig11-${engine}`,
    table(
      [
        'parallelism',
        'sub-LUTs',
        'inputs',
        'area mm²',
        'energy pJ/cycle',
        'area saved',
        'energy saved',
        'with fills',
        'layer cycles',
      ],
      points.map((p) => [
        p.lanes,
        p.subLuts,
        p.subLutInputs.join('+'),
        f2(p.area_mm2),
        f0(p.energyPerCycle_pJ),
        f2(p.areaSaving),
        f2(p.energySaving),
        f2(p.layerEnergySaving),
        p.layerCycles,
      ]),
    ),
  )
}
const flips = ['forward', 'weightUpdate'].flatMap((engine) => chip.lutDesignChoices(engine))
fill(
  'flips',
  table(
    ['engine', 'choice', 'by energy', 'with fills', 'by area', 'area × energy', 'ahead by %'],
    flips.map((c) => [
      c.engine,
      c.choice,
      `${c.asDefault ? '' : '**'}${c.best.energy.join('+')}${c.asDefault ? '' : '**'}`,
      c.best.layerEnergy.join('+'),
      c.best.area.join('+'),
      c.best.areaEnergy.join('+'),
      f1(c.energyMargin_pct),
    ]),
  ),
)
const split = ['forward', 'weightUpdate'].flatMap((engine) =>
  ['LUT', 'non-LUT'].flatMap((design) => chip.lutEngineSplit(engine, design)),
)
fill(
  'fig12',
  table(
    ['engine', 'design', 'component', 'area mm²', 'dynamic W', 'leakage W', '10¹² additions/s', 'stand for'],
    split
      .filter((s) => s.area_mm2 > 0)
      .map((s) => [
        s.engine,
        s.design,
        s.component,
        f2(s.area_mm2),
        f2(s.dynamic_W),
        f2(s.leakage_W),
        s.throughput_TOPS ? f2(s.throughput_TOPS) : '',
        s.effective_TOPS ? f2(s.effective_TOPS) : '',
      ]),
  ),
)

const work = { outputSparsity: 0.75, inputSparsity: 0.75, trials: 400 }
const backward = [
  ...chip.backwardVariants(work).map((p) => [`${p.mode === 'both' ? 'both sparsities' : p.mode}`, p]),
  ...chip.backwardGroupSizes(work).map((p) => [`${p.groupSize} PE${p.groupSize > 1 ? 's' : ''} a group`, p]),
  ...chip.backwardTileSizes(work).map((p) => [`tiles ${p.tile}×${p.tile}`, p]),
]
fill(
  'fig13',
  table(
    [
      'design',
      'mm²',
      'PE array',
      'PE buffers',
      'finders',
      'GLB',
      'cycles/tile',
      'speed',
      'with rates',
      'nJ/tile',
      'MACs %',
      'Acc %',
      'finders %',
      'GLB %',
      'leakage %',
      'energy saved',
    ],
    backward.map(([name, p]) => {
      const e = p.tileEnergy_pJ
      const share = (x) => f0((100 * x) / e.total)
      return [
        name,
        f1(p.area_mm2.total),
        f1(p.area_mm2.peArray),
        f1(p.area_mm2.peBuffers),
        f1(p.area_mm2.finders),
        f1(p.area_mm2.glb),
        f1(p.tileCycles),
        f2(p.speedup),
        f2(p.speedupWithRates),
        f0(e.total / 1000),
        share(e.macs),
        share(e.acc),
        share(e.finders),
        share(e.glbAccesses),
        share(e.glbLeakage + e.logicLeakage),
        f2(p.energySaving),
      ]
    }),
  ),
)

if (process.argv[2]) {
  const bench = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  const { stepped, designPoints } = bench
  fill(
    'bench',
    [
      `${bench.machine}; sub-batch of ${bench.sub_batch}, T = ${bench.T}, spike density ${bench.spike_density}, first step on random pixels.`,
      '',
      table(
        ['what', 'time'],
        [
          ['exact cycles of all three engines, all layers (`timing_s`, median)', `${f2(bench.timing_s)} s`],
          ['bit-exact FP16 function of all three engines, all layers (`functional_s`)', `${f1(bench.functional_s)} s`],
          [
            `stepped Backward Engine, extrapolated from ${stepped.tiles} of ${stepped.allTiles} tiles`,
            `${f0(stepped.extrapolated_s)} s`,
          ],
          ['the same layers counted on the kernels', `${f2(stepped.fast_s)} s`],
          ['stepped / counted', `${f0(stepped.ratio)} ×`],
          ['whole-chip design points on the measured work', `${f0(designPoints.points_per_s)} a second`],
        ],
      ),
      '',
      table(
        ['engine', 'layer', 'cycles', 'timing ms', 'functional ms'],
        bench.layers.map((l) => [l.engine, l.layer, l.cycles, f1(l.timing_ms), f0(l.functional_ms)]),
      ),
    ].join('\n'),
  )
  const rows = bench.where_cycles_go
  const names = (role) => [...new Set(rows.filter((r) => r.engine === role).flatMap((r) => Object.keys(r.shares_pct)))]
  const causes = (role) => {
    const own = rows.filter((r) => r.engine === role)
    const shown = names(role).filter((name) => own.some((r) => r.shares_pct[name] >= 0.05))
    return table(
      ['layer', 'cycles', ...shown],
      own.map((r) => [
        r.layer,
        f0(r.computeCycles + r.memoryStallCycles),
        ...shown.map((n) => percent(r.shares_pct[n])),
      ]),
    )
  }
  fill(
    'causes',
    ['forward', 'backward', 'weight-update'].map((role) => `**${role}** (percent)\n\n${causes(role)}`).join('\n\n'),
  )
}
writeFileSync(file, text)
console.log('wrote docs/engines.md')
