// How the time of a simulation grows with layers, T and batch: node bench/scale.bench.mjs (after `pnpm build`).
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'

const HELP = `node bench/scale.bench.mjs [options]
  --reps N         repetitions, the median counts (default 3)
  --json FILE|-    writes the figures as JSON`

const { values: option } = parseArgs({
  options: { reps: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
})
if (option.help) {
  console.log(HELP)
  process.exit(0)
}
const reps = Number(option.reps ?? 3)
const core = await import('@h2learn/snn-core')
const { accelerator, measuredRun, measureRecords } = await import('../dist/index.js')
const chip = accelerator()

/** A record of random spikes, masks and gradients (densities 0.15, 0.3, 0.3) for a plain stack of convolutions. */
const recordOf = (layers, T, batch, seed) => {
  const text = `64C3(Encoding)-${Array(layers).fill('64C3').join('-')}-10FC`
  const network = core.parseNetwork(text, { input: { C: 3, H: 16, W: 16 }, T })
  const B = 4
  const bits = (shape, density, random) => {
    const made = core.tensor('TBCHW', 'bit', shape)
    for (let i = 0; i < core.sizeOf('TBCHW', shape); i++) if (random.next() < density) core.setBit(made.data, i)
    return made
  }
  let input = { kind: 'pixels', data: core.tensor('BCHW', 'u8', { B, C: 3, H: 16, W: 16 }) }
  const made = network.layers.map((layer, l) => {
    const random = core.rng(core.deriveSeed(seed, l))
    const shape = { T, B, C: layer.K, H: layer.outH, W: layer.outW }
    const size = core.sizeOf('TBCHW', shape)
    const spikes = bits(shape, 0.15, random)
    const record = {
      layer,
      input,
      weights: core.tensor('KCRS', 'f32', { K: layer.K, C: layer.C, R: layer.R, S: layer.S }),
      potentials: core.tensor('TBCHW', 'f32', shape),
      spikes,
      spikeGradMask: bits(shape, 0.3, random),
      gradU: core.tensor(
        'TBCHW',
        'f32',
        shape,
        Float32Array.from({ length: size }, () => (random.next() < 0.3 ? 1 : 0)),
      ),
    }
    input = { kind: 'spikes', data: spikes }
    return record
  })
  const report = { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 }
  const gradOutput = core.tensor('TBCHW', 'f32', { T: 1, B, C: 10, H: 1, W: 1 })
  return { network, neuron: core.defaultNeuron, B, batch, ...report, gradOutput, layers: made }
}

/** Median milliseconds of measuring all sub-batches of a batch (another record each) and scheduling them. */
const time = (layers, T, batch) => {
  const subBatches = batch / 4
  const records = Array.from({ length: Math.min(subBatches, 2) }, (_, i) => recordOf(layers, T, batch, i))
  const once = () => {
    const started = performance.now()
    const measured = Array.from(
      { length: subBatches },
      (_, k) => measureRecords(chip, [records[k % records.length]])[0],
    )
    measuredRun(chip, records[0].network, batch, measured)
    return performance.now() - started
  }
  once()
  const times = Array.from({ length: reps }, once).sort((a, b) => a - b)
  return times[times.length >> 1]
}

/** Largest departure from a straight line through the points (least squares), as a share of the last one. */
const departure = (points) => {
  const n = points.length
  const sum = (of) => points.reduce((total, point) => total + of(point), 0)
  const [mx, my] = [sum(([x]) => x) / n, sum(([, y]) => y) / n]
  const slope = sum(([x, y]) => (x - mx) * (y - my)) / sum(([x]) => (x - mx) ** 2)
  return Math.max(...points.map(([x, y]) => Math.abs(y - my - slope * (x - mx)))) / points.at(-1)[1]
}

time(4, 5, 4)
const result = {
  machine: { cpu: cpus()[0]?.model, node: process.versions.node },
  layers: [2, 4, 8, 16].map((layers) => [layers, time(layers, 10, 4)]),
  T: [5, 10, 20, 40].map((T) => [T, time(4, T, 4)]),
  batch: [4, 8, 16, 32, 64].map((batch) => [batch, time(4, 10, batch)]),
}
for (const name of ['layers', 'T', 'batch']) {
  const points = result[name]
  console.log(
    `${name}: ${points.map(([x, ms]) => `${x}: ${ms.toFixed(1)} ms`).join(', ')}; off a line by ${(100 * departure(points)).toFixed(1)} % of the last`,
  )
}
if (option.json === '-') console.log(JSON.stringify(result, null, 2))
else if (option.json) writeFileSync(option.json, `${JSON.stringify(result, null, 2)}\n`)
