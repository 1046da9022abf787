// Speed of the three engines on a recorded training step: node bench/engines.bench.mjs (after `pnpm build`).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { deserialize, serialize } from 'node:v8'

const HELP = `node bench/engines.bench.mjs [options]
  --net TEXT --input HxWxC --T N   network (default: CIFAR10 of Table VI, T = 10)
  --batch N            samples of the recorded batch; one sub-batch of up to 4 is measured (default 4)
  --spike-density X    weights are scaled so that every layer fires at this rate in the first step (default 0.15)
  --seed N --reps N    seed of pixels and weights; repetitions of the timing path (default 1, 5)
  --tiles N            tiles sampled for the stepped model (default 12)
  --only timing|functional|stepped|points   leave the others out
  --no-cache           record the training step again instead of reading it from node_modules/.cache
  --causes             print where the cycles of every layer go
  --json FILE|-        writes the figures as JSON`

const names = ['net', 'input', 'T', 'batch', 'spike-density', 'seed', 'reps', 'tiles', 'only', 'json']
const { values: option } = parseArgs({
  options: Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' }]),
    ...['causes', 'no-cache', 'help'].map((name) => [name, { type: 'boolean' }]),
  ]),
})
if (option.help) {
  console.log(HELP)
  process.exit(0)
}
const number = (name, fallback, least) => {
  const value = option[name] === undefined ? fallback : Number(option[name])
  if (value >= least) return value
  console.error(`--${name}: expected a number of at least ${least}, got ${option[name]}`)
  process.exit(2)
}
const core = await import('@h2learn/snn-core')
const { engineBench } = await import('@h2learn/accelerator')
const { cycleReport } = await import('../dist/design-space/index.js')

const text = option.net ?? '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC'
const size = option.input ?? '32x32x3'
const T = number('T', 10, 1)
const batch = number('batch', 4, 1)
const firingRate = number('spike-density', 0.15, 1e-6)
const seed = number('seed', 1, 0)
const reps = number('reps', 5, 1)
const tiles = number('tiles', 12, 1)
const wanted = (part) => option.only === undefined || option.only === part

/** The first training step on random pixels, or as it was recorded before. */
const recording = () => {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/h2learn-bench/', import.meta.url))
  const key = [text, size, T, batch, firingRate, seed].join('_').replaceAll(/[^\w.]/g, '-')
  const file = `${folder}${key}.v8`
  if (!option['no-cache'] && existsSync(file)) return deserialize(readFileSync(file))
  const network = core.parseNetwork(text, { input: core.parseInputSize(size), T })
  const { C, H, W } = network.input
  const { below } = core.rng(seed)
  const pixels = network.layers[0].encoding
  const samples = {
    name: 'random',
    origin: `bench, seed ${seed}`,
    synthetic: true,
    kind: pixels ? 'pixels' : 'spikes',
    count: batch,
    classes: network.classes,
    shape: { C, H, W },
    T: pixels ? 1 : T,
    data: Uint8Array.from({ length: batch * C * H * W * (pixels ? 1 : T) }, () =>
      pixels ? below(256) : Number(below(10) === 0),
    ),
    labels: Uint8Array.from({ length: batch }, () => below(network.classes)),
  }
  const indices = Uint32Array.from({ length: batch }, (_, i) => i)
  const draw = { seed, epoch: 0 }
  const neuron = core.defaultNeuron
  const calibration = core.batchInput(samples, indices.subarray(0, Math.min(2, batch)), network, draw)
  const { weights } = core.initialWeights(network, calibration, { seed, firingRate, neuron })
  const record = core.recordStep({
    network,
    neuron,
    samples,
    loss: 'rate-mse',
    weights,
    indices,
    report: { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 },
    draw,
    rows: [...indices.subarray(0, 4)],
  })
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, serialize(record))
  return record
}

const record = recording()
const report = engineBench(record, {
  reps,
  tiles,
  seed,
  timing: wanted('timing'),
  functional: wanted('functional'),
  stepped: wanted('stepped'),
  designPoints: wanted('points'),
  now: () => performance.now(),
})
const result = {
  network: text,
  input: size,
  T,
  sub_batch: record.B,
  spike_density: firingRate,
  seed,
  machine: `${cpus()[0]?.model}, Node ${process.version}, one thread`,
  ...report,
  where_cycles_go: cycleReport(record),
  peak_memory_mb: process.resourceUsage().maxRSS / 1024,
}
if (option.json && option.json !== '-') writeFileSync(option.json, `${JSON.stringify(result, null, 2)}\n`)
if (option.json === '-') console.log(JSON.stringify(result, null, 2))
else {
  const s = (x) => (x === undefined ? '-' : x < 10 ? x.toFixed(3) : x.toFixed(1))
  console.log(`${text} on ${size}, T = ${T}, sub-batch of ${record.B}, ${result.machine}`)
  console.log(`exact cycles of all engines, all layers   ${s(report.timing_s)} s`)
  console.log(`bit-exact FP16 function of all engines    ${s(report.functional_s)} s`)
  if (report.stepped)
    console.log(
      `stepped Backward Engine, extrapolated     ${s(report.stepped.extrapolated_s)} s from ${report.stepped.tiles} tiles: ` +
        `${report.stepped.ratio.toFixed(0)} times the fast path's ${s(report.stepped.fast_s)} s`,
    )
  if (report.designPoints)
    console.log(`whole-chip design points on this record   ${report.designPoints.points_per_s.toFixed(0)} a second`)
  console.log('engine         layer     cycles      timing ms  functional ms')
  for (const { engine, layer, cycles, timing_ms, functional_ms } of report.layers)
    console.log(
      `${engine.padEnd(14)} ${layer.padEnd(8)} ${String(cycles ?? '-').padStart(9)} ${(timing_ms?.toFixed(1) ?? '-').padStart(12)} ${(functional_ms?.toFixed(0) ?? '-').padStart(14)}`,
    )
  if (option.causes)
    for (const { engine, layer, shares_pct } of result.where_cycles_go) {
      const shares = Object.entries(shares_pct).filter(([, share]) => share >= 0.05)
      const list = shares.map(([cause, share]) => `${cause} ${share.toFixed(1)} %`).join(', ')
      console.log(`${engine.padEnd(14)} ${layer.padEnd(8)} ${list}`)
    }
}
