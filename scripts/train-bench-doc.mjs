// node scripts/train-bench-doc.mjs [--peers FILE] [--node FILE] [--from FILE]: times the learning core and writes
// docs/benchmarks.md with its plots. --peers: JSON lines of PyTorch runs of the same networks on the same machine; --node:
// another Node binary to time as well; --from: figures of an earlier run (docs/benchmarks.json) instead of timing anew;
// --again: times the cases beside PyTorch once more, and one more pair for two threads, and keeps the better run of each.
// Nothing else should run beside it.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderPlotSvg } from '../packages/report/dist/index.js'
import { root } from './tools.mjs'

const { values: option } = parseArgs({
  options: {
    peers: { type: 'string' },
    node: { type: 'string' },
    from: { type: 'string' },
    again: { type: 'boolean' },
  },
})

const bench = (name, args, { node = process.execPath, flags = [] } = {}) => {
  process.stderr.write(`${name}\n`)
  const { stdout, stderr, status } = spawnSync(
    node,
    [...flags, join(root, 'packages/snn-core/bench/train.bench.mjs'), ...args.split(' '), '--json', '-'],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  if (status !== 0) throw new Error(`${name}: ${stderr}`)
  return JSON.parse(stdout)
}

const NETS = ['cifar10', 'mnist', 'n-mnist']
const PAIRS = [1, 2, 3, 4, 5, 6, 7]
const DENSITIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4]
const trained = '--spike-density 0.1 --grad-density 0.02'

/** Node 20 has relaxed SIMD behind a flag. */
const relaxedFlags = (version) => (version.startsWith('v20.') ? ['--experimental-wasm-relaxed-simd'] : [])

const addFused = (add, flags) => {
  for (const [stage, args] of [
    ['start', ''],
    ['trained', ` ${trained}`],
  ])
    add(`cifar10 current ${stage} fused`, `--net cifar10 --backend fused${args}`, flags)
}

/** Best float32 variants of PyTorch 2.13, samples/s, measured on another machine of this kind before this project began. */
const PYTORCH_2_13 = [
  ['cifar10 current', 2.95],
  ['cifar10 spikes', 2.76],
  ['mnist spikes', 3.66],
  ['n-mnist spikes', 2.26],
]
const PYTORCH_2_13_MLP = 4205

/** The cases of the tables beside PyTorch. */
const mainCases = (add, version) => {
  for (const net of NETS)
    for (const pool of ['current', 'spikes'])
      for (const [stage, args] of [
        ['start', ''],
        ['trained', ` ${trained}`],
      ])
        add(`${net} ${pool} ${stage}`, `--net ${net} --pool ${pool}${args}`)
  addFused(add, relaxedFlags(version))
  add('mlp', '--net mlp --backend fast --reps 60')
}

/** One pair of runs for each network, one thread and two, one after the other: what else the machine does changes slowly. */
const pairOfRuns = (add, pair) => {
  for (const net of NETS)
    for (const threads of [1, 2]) add(`${net} pair ${pair} ${threads}`, `--net ${net} --threads ${threads} --reps 15`)
}

const measure = () => {
  const runs = {}
  const add = (name, args, flags) => {
    runs[name] = bench(name, args, { flags })
  }
  mainCases(add, process.version)
  for (const pair of PAIRS) pairOfRuns(add, pair)
  for (const d of DENSITIES) add(`density ${d}`, `--net cifar10 --spike-density ${d} --grad-density ${d} --reps 3`)
  for (const T of [2, 5, 20]) add(`T ${T}`, `--net cifar10 --T ${T} --reps 3`)
  for (const batch of [1, 2, 8]) add(`batch ${batch}`, `--net cifar10 --batch ${batch} --reps 3`)
  add('batch 16', '--net cifar10 --batch 16 --reps 3')
  for (const c of [16, 32, 64, 128, 256])
    add(`channels ${c}`, `--net ${c}C3-10FC --input 16x16x${c} --batch 8 --backend fast --reps 5`)
  for (const d of [0.02, 0.1, 0.3])
    for (const precision of ['f32', 'f16'])
      add(
        `${precision} ${d}`,
        `--net cifar10 --batch 2 --backend fast --precision ${precision} --grad-density ${d} --reps 3`,
      )
  add('dense mlp', '--net mlp --batch 32 --backend both --spike-density 0.9')
  add('dense convolutions', '--net 32C3-32C3-AP2-10FC --input 16x16x8 --batch 8 --backend both --spike-density 0.9')
  add('encoding', '--net 16C5S2(Encoding)-32C3-AP2-32C3-10FC --input 28x28x1 --T 5 --batch 32 --backend both')
  add('batch 16, two threads', '--net cifar10 --batch 16 --threads 2 --reps 3')
  return { date: new Date().toISOString().slice(0, 10), machine: runs.mlp.machine, runs }
}

/** The main cases once more: of each the better run is kept, and how many there were. */
const measureAgain = (runs, version, node) => {
  mainCases((name, args, flags) => {
    const run = bench(`again, ${version}: ${name}`, args, { node, flags })
    const before = runs[name]
    const better = before && before.results[0].samples_per_s > run.results[0].samples_per_s ? before : run
    runs[name] = { ...better, tries: (before?.tries ?? (before ? 1 : 0)) + 1 }
  }, version)
}

const versionOf = (node) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
/** Numbers of the pairs of runs there are. */
const pairsOf = (runs) =>
  Object.keys(runs)
    .map((name) => /^mnist pair (\d+) 2$/.exec(name)?.[1])
    .filter((pair) => pair !== undefined)
    .map(Number)

const file = join(root, 'docs/benchmarks.json')
const kept = option.from ?? (option.again ? file : undefined)
const data = kept ? JSON.parse(readFileSync(kept, 'utf8')) : measure()
if (option.again) {
  measureAgain(data.runs, process.version)
  pairOfRuns(
    (name, args) => {
      data.runs[name] = bench(name, args)
    },
    Math.max(...pairsOf(data.runs)) + 1,
  )
}
if (option.node) {
  const version = versionOf(option.node)
  const other = data.other?.version === version && option.again ? data.other : { version, runs: {} }
  measureAgain(other.runs, version, option.node)
  data.other = other
}
// peers that are not measured anew stay as they were, with their date
if (!kept && !option.peers) {
  const { peers, peers_date, date } = JSON.parse(readFileSync(file, 'utf8'))
  Object.assign(data, { peers, peers_date: peers_date ?? date })
}
if (option.peers) {
  data.peers_date = new Date().toISOString().slice(0, 10)
  data.peers = readFileSync(option.peers, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((peer) => peer.samples_per_s)
    .map(({ framework, torch, net, batch, pool, samples_per_s, peak_rss_mb }) => ({
      framework,
      torch,
      net: net === 'nmnist' ? 'n-mnist' : net,
      batch,
      pool,
      samples_per_s,
      peak_rss_mb,
    }))
}
writeFileSync(file, `${JSON.stringify(data, null, 1)}\n`)

const { runs, peers = [], other } = data
const pairs = pairsOf(runs)
const version = data.machine.replace(/.*Node /, '')
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const result = (name) => runs[name].results[0]
const rate = (name) => result(name).samples_per_s
const two = (x) => (x >= 100 ? x.toFixed(0) : x.toPrecision(3))
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const best = (net, pool) =>
  Math.max(...peers.filter((p) => p.net === net && (p.pool === pool || net === 'mlp')).map((p) => p.samples_per_s))
const tries = Object.values(runs).flatMap((run) => run.tries ?? [])
const triesText = tries.length ? `${Math.max(...tries)} runs` : 'one run'
const peerTries = peers.filter((p) => p.net === 'mlp').length
  ? `${peers.filter((p) => p.net === 'cifar10' && p.pool === 'soma').length} runs`
  : 'none'
const peerCell = (x) => (Number.isFinite(x) ? two(x) : 'not run')
const ratioCell = (ours, theirs) => (Number.isFinite(theirs) ? `${two(ours / theirs)}x` : '')

const speedRows = NETS.flatMap((net) =>
  ['current', 'spikes'].flatMap((pool) => {
    const theirs = best(net, pool === 'current' ? 'soma' : 'spikes')
    return ['start', 'trained'].map((stage) => {
      const ours = rate(`${net} ${pool} ${stage}`)
      return [
        net,
        pool === 'current' ? 'AP2' : 'AP2(spikes)',
        stage,
        two(ours),
        peerCell(theirs),
        ratioCell(ours, theirs),
      ]
    })
  }),
).concat([
  ['mlp (batch 100)', '', 'start', two(rate('mlp')), peerCell(best('mlp')), ratioCell(rate('mlp'), best('mlp'))],
])

const phases = ['pack', 'forward', 'neurons', 'weightGradient', 'inputGradient', 'unpack', 'update']
const line = (title, caption, x, rows) => ({
  title,
  caption,
  table: undefined,
  spec: {
    width: 480,
    height: 260,
    title,
    data: { values: rows },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: x, scale: { zero: false } },
      y: { field: 'ms', type: 'quantitative', title: 'ms per sample' },
      ...(rows[0].part && { color: { field: 'part', type: 'nominal', title: null } }),
    },
  },
})
const perSample = (name) => result(name).step_ms / runs[name].batch
const PLOTS = {
  'training-time-by-density': line(
    'Time of a training step by density (CIFAR10, batch 4)',
    '',
    'density of spikes and of gradients',
    DENSITIES.flatMap((d) => [
      { x: d, ms: perSample(`density ${d}`), part: 'whole step' },
      ...['forward', 'weightGradient', 'inputGradient'].map((part) => ({
        x: d,
        ms: result(`density ${d}`).phases_ms[part] / runs[`density ${d}`].batch,
        part,
      })),
    ]),
  ),
  'training-time-by-T': line(
    'Time of a training step by T (CIFAR10, batch 4)',
    '',
    'T',
    [
      ...[2, 5, 20].map((T) => ({ x: T, ms: perSample(`T ${T}`) })),
      { x: 10, ms: perSample('cifar10 current start') },
    ].sort((a, b) => a.x - b.x),
  ),
  'training-time-by-batch': line(
    'Time of a training step by batch (CIFAR10)',
    '',
    'samples of a batch',
    [
      ...[1, 2, 8, 16].map((batch) => ({ x: batch, ms: perSample(`batch ${batch}`) })),
      { x: 4, ms: perSample('cifar10 current start') },
    ].sort((a, b) => a.x - b.x),
  ),
  'training-time-by-channels': line(
    'Time of a training step by channels (one 3x3 layer on 16x16)',
    '',
    'channels',
    [16, 32, 64, 128, 256].map((c) => ({ x: c, ms: perSample(`channels ${c}`) })),
  ),
}
for (const [name, plot] of Object.entries(PLOTS))
  writeFileSync(join(root, `docs/plots/${name}.svg`), await renderPlotSvg(plot))

const ms = (name) => result(name).phases_ms
const f16Rows = [0.02, 0.1, 0.3].map((d) => {
  const [half, single] = [ms(`f16 ${d}`), ms(`f32 ${d}`)]
  const of = (phase) => `${two(half[phase] / single[phase])}x`
  return [
    d,
    of('forward'),
    of('neurons'),
    of('weightGradient'),
    of('inputGradient'),
    `${two(result(`f16 ${d}`).step_ms / result(`f32 ${d}`).step_ms)}x`,
  ]
})

const page = `# Training speed

Generated by \`node scripts/train-bench-doc.mjs\` from \`docs/benchmarks.json\`, which that script measured on ${data.date}: ${data.machine},
one thread unless said otherwise. \`pnpm bench train --help\` measures one case. A step is forward pass, backward pass and
an update by SGD; the rate of a run is the median over repeated steps from the same weights.

"start": weights scaled so that every layer fires at 0.15, real backward pass. "trained": spikes 0.1 and a seeded draw of
∇u at density 0.02 in place of the real one, as late in training (for timing only). Backend \`folded\`: AP2 is
folded into the taps and sums may come in another order than the reference's; \`fast\` keeps its order, bit for bit.

Real training is on a page of its own: [Real training runs](training-runs.md).

## Beside PyTorch, one core each

${table(['network (T = 10, batch 4)', 'pooling', 'stage', 'ours, samples/s', `PyTorch${peers[0] ? ` ${peers[0].torch}` : ''}, best variant, samples/s`, 'ratio'], speedRows)}

The best of ${triesText} of ours and of ${peerTries} of PyTorch's, minutes to hours apart: what else the machine's host
does slows single runs by up to a half. PyTorch's time does not depend on densities. ${peers.length ? `The PyTorch here is Debian's package ${peers[0].torch} (float32), on the same machine, with OpenBLAS.` : ''}
Below are the best float32 variants of PyTorch 2.13, measured on another machine of this kind before
this project began, and our times on this one:

${table(
  [
    'network',
    'stage',
    'PyTorch 2.13, samples/s',
    ...[version, ...(other ? [other.version] : [])].flatMap((v) => [`Node ${v}`, 'ratio']),
  ],
  PYTORCH_2_13.flatMap(([name, theirs]) => ['start', 'trained'].map((stage) => [`${name} ${stage}`, stage, theirs]))
    .concat([['mlp', 'start', PYTORCH_2_13_MLP]])
    .map(([name, stage, theirs]) => [
      name.replace(` ${stage}`, '').replace('current', 'AP2').replace('spikes', 'AP2(spikes)'),
      stage,
      theirs,
      ...[runs, ...(other ? [other.runs] : [])].flatMap((some) => {
        const ours = some[name].results[0].samples_per_s
        return [two(ours), ratioCell(ours, theirs)]
      }),
    ]),
)}

Backend \`fused\` (relaxed SIMD${version.startsWith('v20.') ? ', a flag of Node 20' : ''}) beside \`folded\`, CIFAR10 with AP2, samples/s:

${table(
  ['Node', 'stage', 'folded', 'fused', 'ratio'],
  [[version, runs], ...(other ? [[other.version, other.runs]] : [])].flatMap(([node, some]) =>
    ['start', 'trained'].map((stage) => {
      const [folded, fused] = ['', ' fused'].map(
        (end) => some[`cifar10 current ${stage}${end}`].results[0].samples_per_s,
      )
      return [node, stage, two(folded), two(fused), ratioCell(fused, folded)]
    }),
  ),
)}

## Where the time goes

${table(
  ['case', ...phases, 'step, ms', 'effectual, G operations/s', 'dense-equivalent, GMAC/s'],
  ['cifar10 current start', 'cifar10 current trained', 'mnist current start', 'n-mnist current start', 'mlp'].map(
    (name) => {
      const r = result(name)
      return [
        name,
        ...phases.map((phase) => two(r.phases_ms[phase])),
        two(r.step_ms),
        two(r.effectual_gops),
        two(r.dense_gops),
      ]
    },
  ),
)}

## Cost follows the work

${Object.keys(PLOTS)
  .map((name) => `![${PLOTS[name].title}](plots/${name}.svg)`)
  .join('\n\n')}

${table(
  ['density of spikes and ∇u', 'ms per sample', 'dense-equivalent, GMAC/s'],
  DENSITIES.map((d) => [d, two(perSample(`density ${d}`)), two(result(`density ${d}`).dense_gops)]),
)}

## Two threads

${table(
  ['network', 'one thread, samples/s', 'two threads, samples/s', 'ratio, median', `${pairs.length} pairs of runs`],
  NETS.map((net) => {
    const [one, both] = [1, 2].map((threads) => pairs.map((pair) => rate(`${net} pair ${pair} ${threads}`)))
    const ratios = pairs.map((_, i) => both[i] / one[i]).sort((a, b) => a - b)
    return [net, two(median(one)), two(median(both)), `${two(median(ratios))}x`, ratios.map(two).join(', ')]
  }),
)}

The threads share the layers of one shard in shared memory and meet between its parts; weights have the same bits with 1,
2 and 3 threads (tested).

## FP16, exact

Every addition and product rounded to binary16, the bits of the reference; time beside float32 at equal density of ∇u
(CIFAR10, batch 2, backend \`fast\`):

${table(['∇u', 'forward', 'neurons', 'weight gradient', 'input gradient', 'whole step'], f16Rows)}

## Never slower than the reference

${table(
  ['case', 'fast, samples/s', 'reference, samples/s', 'ratio'],
  ['dense mlp', 'dense convolutions', 'encoding'].map((name) => {
    const [fast, reference] = runs[name].results
    return [
      `${runs[name].network}, batch ${runs[name].batch}, spikes ${runs[name].spike_density}`,
      two(fast.samples_per_s),
      two(reference.samples_per_s),
      `${two(runs[name].ratio)}x`,
    ]
  }),
)}

## Memory

Peak resident memory of the whole process, start weights and all, with CIFAR10's ${two(runs['batch 16'].parameters / 1e6)} M weights (weights and gradients
alone: ${two((runs['batch 16'].parameters * 8) / 1e6)} MB): ${two(runs['batch 16'].peak_memory_mb)} MB at batch 16, ${two(runs['cifar10 current start'].peak_memory_mb)} MB at batch 4${
  peers.length
    ? ` (PyTorch at batch 4: ${two(Math.min(...peers.filter((p) => p.net === 'cifar10').map((p) => p.peak_rss_mb)))} MB)`
    : ''
}; ${two(runs['batch 16, two threads'].peak_memory_mb)} MB at batch 16 with two
threads. The first weights are made in the memory that training works in; there are the convolutions' weights once more as rows of output
channels and of input channels, and potentials with an open window, spikes and gradients of a shard of 4 samples.
`
writeFileSync(join(root, 'docs/benchmarks.md'), page)
