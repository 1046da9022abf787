// Parsers of what a user writes, for `pnpm fuzz`: every one gets good texts that are damaged, and random ones. A parser passes when
// every input gave a result without NaN or infinity, or an error that the command explains in a few lines.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const golden = (folder) => join(here, '../../snn-core/test', folder)

/** What is likely to be taken for something else. */
const tokens = [
  ...[
    '0',
    '-1',
    '1',
    '2',
    '1.5',
    '1e999',
    '-1e999',
    '1e-320',
    '1e300',
    '9007199254740993',
    '4294967296',
    '1e9',
    '0x10',
    '٣',
  ],
  ...[
    'NaN',
    '.nan',
    '.inf',
    'Infinity',
    'null',
    '~',
    'true',
    'false',
    'yes',
    '""',
    "''",
    '[]',
    '{}',
    '[[]]',
    '{a: 1}',
    '""""',
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '$schema',
    '<<',
    '*a',
    '&a',
    '&a [*a]',
    '<<: *a',
    '!!binary x',
    '? ',
    '- ',
  ],
  ...[
    '\u0000',
    '\uFEFF',
    '\uD800',
    '\\ud800',
    '\u2028',
    '💥',
    'é',
    '\r\n',
    '\n',
    '\t',
    ' ',
    ',',
    ';',
    ':',
    '#',
    '"',
    "'",
    '\\',
    '/',
    '|',
    '%',
    '@',
    '`',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '+',
    '-',
    '=',
    '.',
    '*',
    '..',
    '../..',
    '/dev/null',
    'x'.repeat(300),
    '[['.repeat(40),
    '9'.repeat(400),
  ],
]

/** A text as words, numbers and single characters. */
const pieces = (text) => text.match(/[A-Za-z_]+|\d+|[^A-Za-z_\d]/gu) ?? []

const randomText = (next) => {
  const below = (n) => Math.floor(next() * n)
  const parts = Array.from({ length: below(30) }, () =>
    next() < 0.5 ? tokens[below(tokens.length)] : String.fromCharCode(next() < 0.9 ? 32 + below(95) : below(0x3000)),
  )
  return parts.join('')
}

/** A damaged text: pieces exchanged, doubled, cut out, taken from another text, lines moved, the end cut off; or noise. */
const damageText = (valid, next, all) => {
  const below = (n) => Math.floor(next() * n)
  if (next() < 0.03) return randomText(next)
  let parts = pieces(valid)
  for (let edits = 1 + below(4); edits > 0 && parts.length > 0; edits--) {
    const at = below(parts.length)
    const kind = below(9)
    if (kind < 2) parts[at] = tokens[below(tokens.length)]
    else if (kind === 2) parts.splice(at, 0, tokens[below(tokens.length)])
    else if (kind === 3) parts.splice(at, 1 + below(3))
    else if (kind === 4) parts.splice(at, 0, ...parts.slice(at, at + 1 + below(20)))
    else if (kind === 5) {
      const other = pieces(all[below(all.length)])
      const from = below(other.length)
      parts.splice(at, below(4), ...other.slice(from, from + 1 + below(12)))
    } else if (kind === 6) {
      const numbers = parts.flatMap((part, i) => (/^\d+$/.test(part) ? [i] : []))
      if (numbers.length > 0)
        parts[numbers[below(numbers.length)]] = [String(below(10)), String(below(1e6)), tokens[below(14)]][below(3)]
    } else if (kind === 7) {
      const lines = parts.join('').split('\n')
      const [from, to] = [below(lines.length), below(lines.length)]
      ;[lines[from], lines[to]] = [lines[to], lines[from]]
      parts = pieces(lines.join('\n'))
    } else {
      const other = below(parts.length)
      ;[parts[at], parts[other]] = [parts[other], parts[at]]
    }
  }
  const text = parts.join('')
  return next() < 0.08 ? text.slice(0, below(text.length + 1)) : text
}

/** Bytes overwritten, flipped, doubled, cut out, cut off. */
const damageBytes = (valid, next) => {
  const below = (n) => Math.floor(next() * n)
  let bytes = Uint8Array.from(valid)
  for (let edits = 1 + below(5); edits > 0 && bytes.length > 0; edits--) {
    const at = next() < 0.7 ? below(Math.min(400, bytes.length)) : below(bytes.length)
    const kind = below(4)
    if (kind === 0) bytes[at] = below(256)
    else if (kind === 1) bytes[at] ^= 1 << below(8)
    else if (kind === 2)
      for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = [0, 255, 127, 128][below(4)]
    else {
      const size = 1 + below(30)
      bytes =
        next() < 0.5
          ? Uint8Array.from([...bytes.subarray(0, at + size), ...bytes.subarray(at)])
          : Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + size)])
    }
  }
  return next() < 0.1 ? bytes.subarray(0, below(bytes.length + 1)) : bytes
}

/** What a result may not hold: JSON has no words for it. */
const requireFinite = (value, place = 'result', seen = new Set()) => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${place} is ${value}`)
  if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return
  seen.add(value)
  for (const [key, inner] of Object.entries(value)) requireFinite(inner, `${place}.${key}`, seen)
}

const chain = '4C3(Encoding)-6C3-5FC'
const tableRows = '{ "output_sparsity": [0.5], "input_sparsity": [0.9] }'

/** Parsers by name: good texts to start from, and what to do with damaged ones. */
const parsers = async (h, temp) => {
  let files = 0
  /** A file that is gone after its use. */
  const withFile = (ending, use) => async (content) => {
    const path = join(temp, `${files++}.${ending}`)
    writeFileSync(path, content)
    try {
      return await use(path)
    } finally {
      rmSync(path, { force: true })
    }
  }
  const size = { input: { C: 1, H: 8, W: 8 }, T: 3 }
  const network = h.parseNetwork(chain, size)
  writeFileSync(join(temp, 'layers.csv'), 'layer,spikes,mask,gradU\nconv1,0.1,0.5,1\nconv2,0.2,0.4,0.1\n')
  writeFileSync(join(temp, 'prices.json'), h.priceTableJson(h.priceTable()))
  const sweeps = [
    `name: study\nbenchmarks: [cifar10, mnist]\nchip: { memory: { layout: three, bandwidthGBps: 64 }, subBatch: 4 }\nbatch: 16\nseed: 3\nvary:\n  memory.bandwidthGBps: [64, 128, 256]\n  backward.tile: { from: 4, to: 8, steps: 3 }\n  clock.MHz: { from: 400, to: 1200, steps: 5, log: true }\n  pooling: [current, spikes]\n`,
    `networks:\n  - { name: mine, network: "${chain}", input: 8x8, T: 3, density: ${tableRows} }\n  - { name: other, network: "${chain}", input: 8x8x1, T: 2, density: layers.csv }\ntrials: 1\nassume: { idealRates: true }\nsample: 20\nvary:\n  T: [1, 2]\n  prices: [prices.json, { temperature: 330 }]\n  assume.hiddenFill: [true, false]\n  backward.groupSize: { from: 1, to: 4 }\n`,
    '{"benchmarks": ["n-mnist"], "vary": {"forward.subLutInputs": [[3, 3, 3], [4, 4]], "batch": [4, 8]}}',
  ]
  const header = {
    schema: 'h2learn.sweep/1',
    name: 'study',
    fingerprint: 'abc',
    points: 4,
    fields: ['batch'],
    targets: ['mnist', 'a'],
  }
  const figures = `"status":"ok","samples_per_s":1.5,"samples_per_s_with_update":1.25,"period_cycles":100,"energy_per_sample_J":0.1,"energy_per_sample_with_update_J":0.2,"offchip_energy_per_sample_J":0.01,"power_W":2,"area_mm2":80,"bound_by":"Backward Engine","fullest_buffer":0.5,"speedup_vs_v100":null`
  const results = [
    [
      JSON.stringify(header),
      `{"point":0,"benchmark":"mnist","values":{"batch":8},${figures}}`,
      `{"point":1,"benchmark":"a","values":{"batch":8},${figures}}`,
      '{"point":2,"benchmark":"mnist","values":{"batch":0},"status":"error","error":"batch: expected 1"}',
      '',
    ].join('\n'),
  ]
  const reports = [
    JSON.stringify(
      {
        schema: 'h2learn.run/1',
        benchmark: 'mnist',
        preset: 'paper',
        network: chain,
        T: 10,
        batch: 16,
        seed: 1,
        test_accuracy: 0.325,
        data: { synthetic: false, train_samples: 60000, test_samples: 10000 },
        training: { steps: 160, samples_seen: 2560, learning_rate: 2e-4, grad_window: [-0.5, 2], detach_reset: false },
        chip: { samples_per_s: 958 },
        layers: [{ firing_rate: 0.187 }, { firing_rate: 0.182 }],
        backward_passes: [{ layer: 'conv2', output_sparsity: 0.36, input_sparsity: 0.44 }],
        notes: ['Accuracies: measured on 200 of 10000 test and the first 200 of 60000 training samples.'],
      },
      null,
      1,
    ),
  ]
  const smallest = (folder, most) =>
    readdirSync(golden(folder))
      .filter((file) => file.endsWith('.json') && file !== 'specs.json')
      .map((file) => readFileSync(join(golden(folder), file), 'utf8'))
      .sort((a, b) => a.length - b.length)
      .slice(0, most)
  const samples = {
    name: 'noise',
    origin: 'made',
    synthetic: true,
    kind: 'pixels',
    count: 4,
    classes: 5,
    shape: { C: 1, H: 8, W: 8 },
    T: 1,
    data: new Uint8Array(256),
    labels: Uint8Array.from([0, 1, 2, 3]),
  }
  const npy = (shape, values) => ({ descr: '<f4', shape, data: new Uint8Array(Float32Array.from(values).buffer) })
  const arrays = Object.fromEntries(
    network.layers.flatMap(({ name, K, outH, outW, kind }, l) => {
      const shape = kind === 'fc' ? [3, 2, K] : [3, 2, K, outH, outW]
      const length = shape.reduce((a, b) => a * b, 1)
      return [
        [
          `spikes/${name}`,
          npy(
            shape,
            Array.from({ length }, (_, i) => (i * (l + 3)) % 7 === 0),
          ),
        ],
        [
          `gradU/${name}`,
          npy(
            shape,
            Array.from({ length }, (_, i) => ((i * 5) % 11) / 100),
          ),
        ],
      ]
    }),
  )
  const read = (parse) => async (text) => requireFinite(await parse(text))
  const texts = (valid, parse) => ({ valid, damage: damageText, read: read(parse) })
  const inFile = (ending, valid, parse) => texts(valid, withFile(ending, parse))
  const chips = [
    'clock: { MHz: 800 }\nmemory: &m { bandwidthGBps: 64, layout: shared }\nschedule: { engines: overlapped, layers: barrier, buffers: report }\nsubBatch: 4\nforward: { rows: 32, cols: 16, subLutInputs: [3, 3, 3], shadowLut: true }\nbackward: { tile: 8, groupSize: 4, minCycles: 1 }\nprices: { temperature: 330, storage: latch }\n',
    '{"weightUpdate": {"rows": 10, "cols": 128, "glbKiB": 512.5}, "backwardMode": "input", "prices": "prices.json"}',
  ]
  const words = [
    'run mnist --steps 10 --batch 8 --lr 0.001 --seed 3 --grad-window -0.5,2.5 --out o --json - -q',
    'run cifar10 --preset paper --T 4 --network 4C3(Encoding)-10FC --threads 2 --optimizer sgd --no-color',
    'simulate --network 4C3-5FC --input 8x8 --T 3 --density layers.csv --set memory.bandwidthGBps=256 --set clock.MHz=400',
    'simulate --benchmark cifar10 --T 4 --pooling spikes --batch 32 --loss-scale 2 --timeline t.json',
    'sweep study.yaml --shard 3/16 --threads 2 --out o --retry-errors',
    'merge a b c --out all --json -',
    'prices --temperature 330 --check p.json',
    'reproduce --json r.json',
    'verify a.json b.json',
    'data info folder --json -',
    'data show file.bin --from 1 --to 2 --bins 4',
    'data get mnist --out d',
    'init --force',
    `run --config ${join(temp, 'run.yaml')} --seed 4`,
  ]
  const runConfigs = [
    'run:\n  benchmark: mnist\n  steps: 10\n  batch: 8\n  grad-window: [-0.5, 2.5]\n  quiet: true\n  color: false\nsimulate:\n  set: [memory.bandwidthGBps=64, clock.MHz=400]\n  benchmark: cifar10\nsweep:\n  file: study.yaml\n  threads: 2\n',
    '{"run": {"benchmark": "cifar10", "seed": 3, "lr": 0.01}, "prices": {"temperature": 330}}',
  ]
  writeFileSync(join(temp, 'run.yaml'), runConfigs[0])
  /** The command line as it is read, without what it would do. */
  const parseWords = async (argv) => {
    const root = h.commandTree(() => {})
    const quiet = { writeOut: () => {}, writeErr: () => {}, outputError: () => {} }
    const all = (command) => [command, ...command.commands.flatMap(all)]
    let given
    for (const command of all(root)) {
      command.configureOutput(quiet).exitOverride()
      if (command.commands.length === 0)
        command.action((...args) => {
          given = args.slice(0, -1)
        })
    }
    await root.parseAsync(await h.withConfigFile(root, argv), { from: 'user' })
    return given
  }
  const checkpoint = h.encodeCheckpoint(
    {
      step: 3,
      weights: new Float32Array(4).fill(0.5),
      optimizer: { steps: 3, moments: [new Float32Array(4), new Float32Array(4)] },
      history: { loss: [1, 0.5, 0.25], accuracy: [0, 0.5, 1], tieShare: [0, 0, 0], zeroLossShare: [0, 0, 0] },
    },
    {
      network: { text: chain, input: size.input, T: 3 },
      config: { seed: 1 },
      neuron: h.defaultNeuron,
      dataset: h.identifySamples(samples),
    },
  )
  /** A damaged checkpoint; most have a checksum that fits, or nothing behind it would be looked at. */
  const damageCheckpoint = (bytes, next) => {
    const damaged = Buffer.from(damageBytes(bytes.subarray(0, -4), next))
    // and a length that does
    if (next() < 0.8 && damaged.length > 32) damaged.writeBigUInt64LE(BigInt(damaged.length + 4), 16)
    return Buffer.concat([damaged, next() < 0.9 ? checksum(damaged) : Buffer.alloc(4)])
  }
  const checksum = (bytes) => {
    const end = Buffer.alloc(4)
    end.writeUInt32LE(h.crc32(bytes))
    return end
  }
  return {
    network: texts(
      [
        chain,
        '64C3(Encoding)-128C3-AP2-256C3S2-AP2(spikes)-100FC-10FC',
        '16C5S2-32C3-AP2-10FC',
        '6C3P0-4C3S2P1-AP3-9FC',
      ],
      (text) => h.parseNetwork(text, { input: { C: 3, H: 32, W: 32 }, T: 4 }),
    ),
    'input-size': texts(['32x32x3', '28x28', '8x8x2'], h.parseInputSize),
    graph: texts(
      [
        '8C3(BN)-[8C3(rec)-8C3(WS)]+-MP2(spikes)-16C3G4{synaptic 0.9 0.8}-10FC(LI)',
        '16C3(Encoding)-[16C3-16C3(BN)]+-AP2-20FC(rec1)(bias)-10FC',
        chain,
      ],
      (text) => h.parseGraph(text, { input: { C: 2, H: 16, W: 16 }, T: 4 }),
    ),
    'graph-form': texts(
      [
        h.parseGraph('8C3(BN)-[8C3(rec)-8C3]+-10FC(LI)', { input: { C: 2, H: 8, W: 8 }, T: 4 }),
        h.parseGraph(chain, size),
      ].map((graph) => JSON.stringify(h.plainNetwork(graph), null, 1)),
      (text) => h.buildNetwork(h.parsePlainJson(text, 'file'), 'file'),
    ),
    yaml: texts(
      [...sweeps, ...chips, ...runConfigs, 'a: &a { b: 1 }\nc: *a\nd: |\n  text\n  more\ne: >-\n  x\nf: !!str 3\n'],
      (text) => h.parseYaml('file', text),
    ),
    chip: inFile('yaml', chips, async (path) => {
      const config = await h.readChipConfig(path)
      h.analyticAccelerator({ chip: await h.chipOfConfig(config) })
      return config
    }),
    set: texts(
      [
        'memory.bandwidthGBps=256',
        'backward.tile=8',
        'forward.subLutInputs=[3,3]',
        'prices={"temperature":330}',
        'clock.MHz=4e2',
      ],
      (text) => h.readChipConfig(undefined, [text]),
    ),
    sweep: inFile('yaml', sweeps, async (path) => {
      const spec = await h.readSweep(path)
      const last = h.sweepSize(spec) - 1
      for (const point of [0, last]) {
        const drawn = h.sweepPoint(spec, point)
        requireFinite(drawn)
        try {
          requireFinite(h.workKey(drawn.benchmark, h.pointConfig(spec, drawn)))
        } catch (error) {
          if (error.code !== 'H2LEARN_INPUT') throw error
        }
      }
      return spec
    }),
    results: inFile('jsonl', results, async (path) => {
      const known = await h.gatherPoints([path])
      if (known === undefined) return undefined
      const rows = [...known.rows.values()].sort((a, b) => a.point - b.point)
      const { report, fronts } = h.sweepReport(known.header, rows)
      h.sweepPage(report, fronts)
      return { report, csv: [...h.sweepCsv(known.header, rows)].join('') }
    }),
    prices: texts(
      [
        h.priceTableJson(h.priceTable()),
        h.priceTableJson(h.priceTable({ temperature: 330 }), { kArea: 2, kEnergy: 1.5 }),
      ],
      (text) => h.loadPriceTable(text),
    ),
    densities: texts(
      [
        'layer,spikes,mask,gradU\nconv1,0.1,0.5,1\nconv2,0.2,0.4,0.1\nfc1,0.3,,\n',
        '# from a run\nlayer;mask\n"conv1";0.5\nconv2;1\n',
        '{"layers": {"conv1": {"spikes": 0.15, "mask": 0.4, "gradU": 0.05}, "fc1": {"spikes": 0.1}}}',
        tableRows,
      ],
      (text) => {
        const densities = h.parseDensities(network, text, 'file')
        const all = Object.values(densities.layers).flatMap(Object.values)
        if (all.some((share) => !(share >= 0 && share <= 1))) throw new Error('a share outside 0..1')
        return h.sparsitiesOf(network, densities)
      },
    ),
    'run-config': inFile('yaml', runConfigs, async (path) =>
      h.withConfigFile(
        h.commandTree(() => {}),
        ['run', '--config', path],
      ),
    ),
    report: texts(reports, (text) => h.ownRunOfReport('file', text)),
    golden: texts(smallest('golden', 2), (text) => h.verifyGolden(h.parseJson('file', text), 'file')),
    checkpoint: {
      valid: [checkpoint],
      damage: damageCheckpoint,
      read: async (bytes) => void h.decodeCheckpoint(bytes, 'file'),
    },
    trace: {
      valid: [h.writeNpz(arrays), h.writeNpz(arrays, { compress: true })],
      damage: damageBytes,
      read: async (bytes) => {
        const archive = h.openNpz(h.bytesSource('file', bytes))
        const trace = h.openTrace({ network, neuron: h.defaultNeuron, archive, name: 'file', seed: 1 })
        trace.record(0, Math.min(2, trace.B), 2)
        requireFinite(trace.entries)
      },
    },
    'npy-header': texts(
      [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        '{"descr": "|u1", "fortran_order": False, "shape": (24L,)}',
        "{'descr': '=f2', 'fortran_order': True, 'shape': (2, 2, 3), }",
      ],
      (text) => {
        const line = Buffer.from(`${text}\n`)
        const length = Buffer.alloc(2)
        length.writeUInt16LE(Math.min(65_535, line.length))
        return h.readNpy(
          'file',
          Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, line, Buffer.alloc(24)]),
        )
      },
    ),
    'command-line': texts(words, (text) => parseWords(text.split(' '))),
  }
}

const source = (path) => JSON.stringify(join(here, '..', path))
const exported = [
  ['src/chip/chip-config'],
  ['src/chip/yaml-text'],
  ['src/command/config-file'],
  ['src/command/failure'],
  ['src/command/program', 'commandTree'],
  ['src/own-run-of-report'],
  ['src/sweep/evaluate-point', 'workKey'],
  ['src/sweep/sweep-folder', 'gatherPoints'],
  ['src/sweep/sweep-report'],
  ['src/sweep/sweep-results', 'sweepCsv'],
  ['src/sweep/sweep-spec'],
  ['src/trace/densities'],
  ['src/trace/npy'],
  ['src/trace/npz'],
  ['src/trace/recorded-trace'],
]

/** See scripts/fuzz.mjs. */
export const suite = {
  package: 'h2learn',
  entry: [
    ...exported.map(([path, name]) => `export ${name ? `{ ${name} }` : '*'} from ${source(`${path}.ts`)}`),
    "export { analyticAccelerator } from '@h2learn/accelerator'",
    "export { parseJson } from '@h2learn/config'",
    "export { loadPriceTable, priceTable, priceTableJson } from '@h2learn/cost-model'",
    "export * from '@h2learn/snn-core'",
    "export { verifyGolden } from '@h2learn/snn-core/golden'",
    `export { buildNetwork } from ${JSON.stringify(join(here, '../../snn-core/src/graph/build.ts'))}`,
    `export { parsePlainJson, plainNetwork } from ${JSON.stringify(join(here, '../../snn-core/src/graph/plain-form.ts'))}`,
    `export { parseGraph } from ${JSON.stringify(join(here, '../../snn-core/src/graph/notation/parse.ts'))}`,
  ].join('\n'),
  external: ['sharp', 'h5wasm', 'h5wasm/*', 'vega', 'vega-lite', 'piscina', 'playwright-core'],
  targets: async (h, temp) => {
    mkdirSync(temp, { recursive: true })
    return parsers(h, temp)
  },
  /** What is wrong with an error, unless it is one that the command explains. */
  refusal: (error, h) => {
    if (typeof error?.code === 'string' && error.code.startsWith('commander.')) return undefined
    const { message } = h.explain(error, false)
    if (message.includes('defect of h2learn')) return 'no error of ours'
    return message.length > 3000 ? `a message of ${message.length} characters` : undefined
  },
  show: (input) => (typeof input === 'string' ? JSON.stringify(input) : Buffer.from(input).toString('base64')),
}
