// Training speed of the learning core: node bench/train.bench.mjs --net cifar10 --batch 4 (after `pnpm build`).
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'

const VGG = '64C3(Encoding)-128C3-AP2-256C3-256C3-AP2-512C3-512C3-512FC-512FC-10FC'
const DVS = '128C3-128C3-AP2-384C3-384C3-AP2-512FC-512FC-10FC'
const NETS = {
  mnist: { text: VGG, input: '28x28x1', batch: 4 },
  cifar10: { text: VGG, input: '32x32x3', batch: 4 },
  'n-mnist': { text: DVS, input: '32x32x2', batch: 4, spikes: 0.05 },
  mlp: { text: '512FC-10FC', input: '28x28x1', batch: 100, spikes: 0.1 },
}
const HELP = `node bench/train.bench.mjs [options]
  --net NAME           ${Object.keys(NETS).join(' | ')}, or a network in the notation of Table VI (with --input)
  --input HxWxC        input of the network
  --pool current|spikes  AP2 before the neuron (default), or AP2(spikes)
  --batch N --T N --threads N --seed N --reps N
  --spike-density X    weights are scaled so that every layer fires at this rate in the first step (default 0.15)
  --grad-density X     replaces every layer's potential gradients by a seeded draw: for timing only, one thread
  --precision f32|f16  arithmetic of the passes (default f32)
  --backend fast|folded|fused|reference|both   fast: the order of the reference; folded: AP2 in the taps, sums in
                       any order (default); fused: that with fused multiply-adds; reference; both: fast, reference
                       and their ratio (default if small)
  --build DIR          folder with another build of the package
  --json FILE|-        writes the figures as JSON`

const { values: option } = parseArgs({
  options: Object.fromEntries(
    [
      ...['net', 'input', 'pool', 'batch', 'T', 'threads', 'seed', 'reps', 'spike-density', 'grad-density'],
      ...['backend', 'build', 'json', 'precision'],
    ]
      .map((name) => [name, { type: 'string' }])
      .concat([['help', { type: 'boolean' }]]),
  ),
})
if (option.help) {
  console.log(HELP)
  process.exit(0)
}
const number = (name, fallback, least, most = Infinity) => {
  const value = option[name] === undefined ? fallback : Number(option[name])
  if (value !== undefined && !(value >= least && value <= most)) {
    console.error(`--${name}: expected a number in ${least}..${most}, got ${option[name]}`)
    process.exit(2)
  }
  return value
}
const folder = option.build ? new URL(`file://${option.build}/`) : new URL('../dist/', import.meta.url)
const core = await import(new URL('index.js', folder))
const threading = await import(new URL('threads/index.js', folder))

const named = NETS[option.net ?? 'cifar10'] ?? { text: option.net, input: option.input, batch: 64 }
const T = number('T', 10, 1)
const batch = number('batch', named.batch, 1)
const threads = number('threads', 1, 1, 256)
const seed = number('seed', 1, 0)
const reps = number('reps', 5, 1)
const spikeDensity = number('spike-density', 0.15, 1e-6, 1)
const gradDensity = number('grad-density', undefined, 0, 1)
if (gradDensity !== undefined && threads > 1) {
  console.error('--grad-density: one thread only, the draw is made in it')
  process.exit(2)
}
const precision = option.precision ?? 'f32'
if (precision !== 'f32' && precision !== 'f16') {
  console.error(`--precision: expected f32 or f16, got ${precision}`)
  process.exit(2)
}
const text = option.pool === 'spikes' ? named.text.replaceAll('AP2', 'AP2(spikes)') : named.text
const network = core.parseNetwork(text, { input: core.parseInputSize(option.input ?? named.input), T })

/** Uniform pixels, or spikes of the input's density. */
const randomSamples = () => {
  const { C, H, W } = network.input
  const { next, below } = core.rng(seed)
  const pixels = network.layers[0].encoding
  const density = named.spikes ?? 0.1
  return {
    name: 'random',
    origin: `bench, seed ${seed}`,
    synthetic: true,
    kind: pixels ? 'pixels' : 'spikes',
    count: batch,
    classes: Math.min(256, network.classes),
    shape: { C, H, W },
    T: pixels ? 1 : T,
    data: Uint8Array.from({ length: batch * C * H * W * (pixels ? 1 : T) }, () =>
      pixels ? below(256) : Number(next() < density),
    ),
    labels: Uint8Array.from({ length: batch }, () => below(Math.min(256, network.classes))),
  }
}
const samples = randomSamples()
const indices = Uint32Array.from({ length: batch }, (_, i) => i)
const calibration = core.batchInput(samples, indices.subarray(0, Math.min(batch, 2)), network)
/** The weights that every step starts from: made where they are used, so that nobody else keeps them in memory. */
const startWeights = async (source, config) => {
  const into = await source.room?.({ network, ...config })
  const options = { seed, firingRate: spikeDensity, into }
  return core.passWeights({ precision }, core.initialWeights(network, calibration, options).weights)
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

/** Times whole optimiser steps from the same weights. */
const measure = async (backend) => {
  const source = threads > 1 ? threading.workerGradients({ threads }) : core.localGradients()
  const config = core.trainingConfig({
    batch,
    seed,
    optimizer: { kind: 'sgd', learningRate: 0.01 },
    backend,
    precision,
  })
  const { neuron, loss, lossScale } = config
  const draw = { seed, epoch: 0 }
  if (gradDensity !== undefined && backend !== 'reference') core.drawGradients({ density: gradDensity, seed })
  const wall = []
  const cpu = []
  const phases = []
  let result
  let weights = await startWeights(source, config)
  const before = { state: core.createOptimizer(config.optimizer, weights).state }
  let effectual
  // the first steps lay out memory and compile: a second's worth of them does not count
  const begun = performance.now()
  let warm = false
  for (let rep = 0; rep < reps; ) {
    core.takeFastActivity()
    const cpuBefore = process.cpuUsage()
    const begin = { weights, state: before.state }
    const from = performance.now()
    result = await source.gradients(
      { network, neuron, loss, precision, lossScale, samples, indices, draw, backend },
      weights,
    )
    // at a rate of 0, so that every step does the same work
    const largest = (await source.largest?.(result.gradW)) ?? Number.NaN
    const { gradW } = result
    const step = { config: config.optimizer, from: begin, gradW, largest, learningRate: 0, lossScale: 1 }
    const next = (await source.update?.(step)) ?? core.updateWeights(config.optimizer, begin, result.gradW, 0)
    weights = next.weights
    const end = performance.now()
    const { user, system } = process.cpuUsage(cpuBefore)
    const activity = core.takeFastActivity()
    const drawn = activity.ms.drawn ?? 0
    effectual = activity.effectual
    if (!warm) {
      warm = performance.now() - begun > 1000
      continue
    }
    rep++
    wall.push(end - from - drawn)
    cpu.push((user + system) / 1000 - drawn)
    phases.push(activity.ms)
  }
  core.drawGradients(undefined)
  await source.close()
  const fields = core.LAYER_COUNTS
  const layers = network.layers.map(({ name }, l) => {
    const [neurons, spikes, masks, gradients] = result.layers.subarray(l * fields.length)
    return { name, spikes: spikes / neurons, masks: masks / neurons, gradients: gradients / neurons }
  })
  const fast = backend !== 'reference' && threads === 1
  const seconds = median(wall) / 1000
  const dense = batch * denseOperations()
  const work = fast ? effectual.forward + effectual.weightGradient + effectual.inputGradient : undefined
  return {
    backend,
    mode: source.mode,
    samples_per_s: batch / seconds,
    samples_per_cpu_s: (batch / median(cpu)) * 1000,
    step_ms: median(wall),
    step_ms_min: Math.min(...wall),
    step_ms_max: Math.max(...wall),
    phases_ms: fast
      ? Object.fromEntries([...core.FAST_PHASES.map((phase) => [phase, median(phases.map((ms) => ms[phase]))])])
      : undefined,
    effectual_operations: fast ? effectual : undefined,
    effectual_gops: work && work / seconds / 1e9,
    dense_gops: dense / seconds / 1e9,
    densities: layers,
  }
}

/** Multiply-adds of a sample's forward pass, weight gradient and input gradient (none for the first layer). */
const denseOperations = () =>
  network.layers.reduce((n, { K, C, R, S, convH, convW, encoding, index }) => {
    const macs = K * C * R * S * convH * convW
    return n + macs * (2 * (encoding ? 1 : T) + (index > 0 ? T : 0))
  }, 0)

const wanted =
  option.backend ?? (core.macsPerSample(network) * batch < 2e9 ? 'both' : precision === 'f32' ? 'folded' : 'fast')
if (wanted === 'fused' && !(await core.loadFusedKernels())) {
  console.error(
    '--backend fused: this runtime has no relaxed SIMD; Node 20 has it with --experimental-wasm-relaxed-simd',
  )
  process.exit(2)
}
if (wanted !== 'reference' && !core.fastSupports(network, core.defaultNeuron, precision))
  console.error('the fast backend does not support this network or runtime: the reference computes it')
const results = []
for (const backend of wanted === 'both' ? ['fast', 'reference'] : [wanted]) results.push(await measure(backend))
const report = {
  network: network.text,
  input: network.input,
  T,
  batch,
  threads,
  precision,
  seed,
  reps,
  spike_density: spikeDensity,
  grad_density: gradDensity,
  parameters: core.parameterCount(network),
  note: gradDensity === undefined ? undefined : 'gradients are a seeded draw: for timing only',
  machine: `${cpus()[0]?.model}, Node ${process.version}`,
  peak_memory_mb: process.resourceUsage().maxRSS / 1024,
  results,
  ratio: results.length === 2 ? results[0].samples_per_s / results[1].samples_per_s : undefined,
}
if (option.json && option.json !== '-') writeFileSync(option.json, `${JSON.stringify(report, null, 2)}\n`)
if (option.json === '-') console.log(JSON.stringify(report, null, 2))
else {
  const { C, H, W } = network.input
  console.log(`${network.text} on ${H}x${W}x${C}, T = ${T}, batch ${batch}, ${threads} thread(s), ${precision}`)
  if (report.note) console.log(report.note)
  for (const r of results) {
    const rate = `${r.samples_per_s.toFixed(2)} samples/s (${r.samples_per_cpu_s.toFixed(2)} per CPU second)`
    console.log(`${r.backend}: ${rate}, ${r.dense_gops.toFixed(1)} dense-equivalent GMAC/s`)
    if (!r.phases_ms) continue
    console.log(
      `  ms a step: ${Object.entries(r.phases_ms)
        .map(([phase, ms]) => `${phase} ${ms.toFixed(1)}`)
        .join(', ')}; ${r.effectual_gops.toFixed(2)} G effectual operations/s`,
    )
    for (const { name, spikes, masks, gradients } of r.densities)
      console.log(
        `  ${name}: spikes ${spikes.toFixed(3)}, masks ${masks.toFixed(3)}, gradients ${gradients.toFixed(3)}`,
      )
  }
  if (report.ratio) console.log(`fast / reference: ${report.ratio.toFixed(2)}`)
  console.log(`peak memory ${report.peak_memory_mb.toFixed(0)} MB, ${report.machine}`)
}
