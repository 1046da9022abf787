import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleSources } from '../../../../test/bundle-sources'
import type { Samples } from '../../src/api'
import { batchInput } from '../../src/batches'
import { InputError, ShapeError } from '../../src/errors'
import { evaluateNetwork } from '../../src/evaluate'
import { type GradientSource, localGradients } from '../../src/gradient-source'
import { initialWeights } from '../../src/init'
import { parseNetwork } from '../../src/network'
import { defaultNeuron } from '../../src/neuron'
import { rng } from '../../src/rng'
import { workerGradients } from '../../src/threads'
import { shareSamples } from '../../src/threads/shared'
import { startTraining, type TrainingRun, trainNetwork } from '../../src/trainer'
import { trainingConfig } from '../../src/training-config'
import type { TrainingState } from '../../src/training-state'
import { bitsOf, halves, toyRun } from '../toy'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string
const built = (file: string) => pathToFileURL(join(folder, file))

// workers load JavaScript only: the sources are built once, where their dependencies can be found
beforeAll(async () => {
  folder = mkdtempSync(join(root, 'node_modules/.h2learn-test-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  await bundleSources({
    entryPoints: {
      core: join(root, 'src/index.ts'),
      'threads/index': join(root, 'src/threads/index.ts'),
      'threads/worker': join(root, 'src/threads/worker.ts'),
    },
    outdir: folder,
    splitting: true,
    platform: 'node',
    external: ['fp16', 'tinypool'],
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const withWorkers = async <R>(threads: number, use: (source: GradientSource) => Promise<R>): Promise<R> => {
  const source = workerGradients({ threads, workerFile: built('threads/worker.js') })
  expect([source.mode, source.threads]).toEqual(['worker-threads', threads])
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}
const sameState = (a: TrainingState, b: TrainingState) => {
  expect(a.step).toBe(b.step)
  expect(bitsOf(a.weights)).toEqual(bitsOf(b.weights))
  expect(a.optimizer.moments.map(bitsOf)).toEqual(b.optimizer.moments.map(bitsOf))
  expect(a.history).toEqual(b.history)
}

describe('workerGradients', () => {
  it.each(['f32', 'f16', 'f64'] as const)(
    'trains to the same bits with 1, 2 and 3 threads as without (%s)',
    async (precision) => {
      // batches of 41 are six shards of 6 or 7; the last batch of the epoch is one short shard
      const run: TrainingRun = toyRun({ epochs: 2, batch: 41, precision })
      const alone = await trainNetwork(run)
      for (const threads of [1, 2, 3])
        await withWorkers(threads, async (gradients) => {
          const together = await trainNetwork({ ...run, gradients })
          expect(together.status).toBe('done')
          sameState(together.state, alone.state)
        })
    },
  )

  it.each([
    ['fast', { kind: 'adam', learningRate: 0.01 }],
    ['folded', { kind: 'sgd', learningRate: 0.1, momentum: 0.9 }],
    ['fused', { kind: 'sgd', learningRate: 0.1 }],
  ] as const)(
    'shares the layers of a large network among 1, 2 and 3 threads, to the same bits (%s, %o)',
    async (backend, optimizer) => {
      const network = parseNetwork('32C3(Encoding)-64C3-AP2-36C3-AP2(spikes)-24C3-40FC-3FC', {
        input: { C: 2, H: 20, W: 20 },
        T: 4,
      })
      const { next, below } = rng(5)
      const samples: Samples = {
        ...halves(13, 1),
        shape: { C: 2, H: 20, W: 20 },
        classes: 3,
        data: Uint8Array.from({ length: 13 * 800 }, () => (next() < 0.3 ? 0 : below(256))),
        labels: Uint8Array.from({ length: 13 }, () => below(3)),
      }
      // 10 samples are two shards of 5; the last batch of the epoch has 3
      const neuron = { ...defaultNeuron, gradWindow: [-0.5, 2.5] as const }
      const layerRates = backend === 'fast' ? 'fan-in' : 'equal'
      const config = trainingConfig({
        ...{ batch: 10, epochs: 2, seed: 3, optimizer, layerRates, backend, lossScale: 4, neuron },
      })
      const first = Uint32Array.from({ length: 8 }, (_, i) => i)
      const { weights } = initialWeights(network, batchInput(samples, first, network), { seed: 2, firingRate: 0.2 })
      const run: TrainingRun = { network, samples, config, state: startTraining(config, weights) }
      const whole = await trainNetwork(run)
      expect(bitsOf(whole.state.weights)).not.toEqual(bitsOf(run.state.weights))
      for (const threads of [2, 3])
        await withWorkers(threads, async (gradients) => {
          // once from weights of the caller's, once from weights in the memory of the team
          const room = threads === 2 ? undefined : await gradients.room!({ network, ...config })
          room?.set(weights)
          const together = await trainNetwork({
            ...run,
            state: { ...run.state, weights: room ?? run.state.weights },
            gradients,
          })
          expect(threads === 2 || room !== undefined).toBe(true)
          sameState(together.state, whole.state)
        })
    },
  )

  it('shares fully connected layers of many inputs among threads, to the same bits', async () => {
    // three rounds of lists of 16 maps, and weights that are not kept as rows
    const shape = { C: 32, H: 64, W: 64 }
    const network = parseNetwork('32FC-3FC', { input: shape, T: 6 })
    const { next, below } = rng(5)
    const count = 8
    const data = new Uint8Array(count * 6 * 32 * 64 * 64)
    for (let i = 0; i < data.length; i += 1 + below(200)) data[i] = Number(next() < 0.9)
    const labels = Uint8Array.from({ length: count }, () => below(3))
    const samples: Samples = { ...halves(count, 1), kind: 'spikes', T: 6, shape, classes: 3, data, labels }
    const config = trainingConfig({ batch: count, epochs: 1, optimizer: { kind: 'sgd', learningRate: 1 } })
    const first = Uint32Array.from([0, 1])
    const { weights } = initialWeights(network, batchInput(samples, first, network), { seed: 2 })
    const run: TrainingRun = { network, samples, config, state: startTraining(config, weights) }
    const whole = await trainNetwork(run)
    expect(Buffer.compare(bitsOf(whole.state.weights), bitsOf(run.state.weights))).not.toBe(0)
    await withWorkers(2, async (gradients) => {
      const together = await trainNetwork({ ...run, gradients })
      expect(Buffer.compare(bitsOf(together.state.weights), bitsOf(whole.state.weights))).toBe(0)
    })
  })

  it('resumes a run of 2 threads with 3, bit for bit', async () => {
    const run = toyRun({ epochs: 2 })
    const whole = await trainNetwork(run)
    const abort = new AbortController()
    const onStep = ({ step }: { step: number }) => (step === 2 ? abort.abort() : undefined)
    const part = await withWorkers(2, (gradients) =>
      trainNetwork({ ...run, gradients, signal: abort.signal, hooks: { onStep } }),
    )
    expect([part.status, part.state.step]).toEqual(['interrupted', 3])
    const rest = await withWorkers(3, (gradients) => trainNetwork({ ...run, state: part.state, gradients }))
    sameState(rest.state, whole.state)
  })

  it('evaluates to the same figures, on other samples and another network than it trained on', async () => {
    const run = toyRun({ maxSteps: 1 })
    const wide = toyRun({}, 44, '6C3-3FC')
    const evaluation = { ...run.config, samples: halves(50, 9) }
    const small = { ...evaluation, network: run.network, weights: run.state.weights }
    const large = {
      ...evaluation,
      samples: halves(50, 9, 3),
      network: wide.network,
      weights: wide.state.weights,
    }
    await withWorkers(2, async (gradients) => {
      await trainNetwork({ ...run, gradients })
      expect(await evaluateNetwork({ ...small, gradients })).toEqual(await evaluateNetwork(small))
      expect(await evaluateNetwork({ ...large, gradients })).toEqual(await evaluateNetwork(large))
      const stopped = await evaluateNetwork({ ...large, gradients, signal: AbortSignal.abort() })
      expect([stopped.status, stopped.samples]).toEqual(['interrupted', 7])
    })
  })

  it('throws the error of a worker with its class, fields and message, and works on afterwards', async () => {
    const run = toyRun({ epochs: 1 })
    const wrong = { ...run.samples, labels: run.samples.labels.map(() => 7) }
    const local = await trainNetwork({ ...run, samples: wrong }).catch((e) => e)
    await withWorkers(2, async (gradients) => {
      const error = await trainNetwork({ ...run, samples: wrong, gradients }).catch((e) => e)
      expect(error).toBeInstanceOf(ShapeError)
      expect(error.message).toBe(local.message)
      expect(error.message).toContain('labels in 0..1')
      expect(error.hint).toBe(local.hint)
      expect((await trainNetwork({ ...run, gradients })).status).toBe('done')
    })
  })

  it('rejects with the message of a worker that dies', async () => {
    const file = built('dying.mjs')
    writeFileSync(file, "export default () => { throw new TypeError('no memory for conv1') }\n")
    const source = workerGradients({ threads: 2, workerFile: file })
    await expect(trainNetwork({ ...toyRun(), gradients: source })).rejects.toThrow('no memory for conv1')
    await source.close()
    writeFileSync(file, 'export default () => process.exit(3)\n')
    const exiting = workerGradients({ threads: 2, workerFile: built('dying.mjs') })
    await expect(trainNetwork({ ...toyRun(), gradients: exiting })).rejects.toThrow(/worker/i)
    await exiting.close()
  })

  it('does not copy samples that are in shared memory already', () => {
    const samples = halves(4, 1)
    const shared = shareSamples(samples)
    expect(shared.data.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect([...shared.data]).toEqual([...samples.data])
    expect([...shared.labels]).toEqual([...samples.labels])
    expect(shareSamples(shared)).toBe(shared)
  })

  it.each([0, -1, 1.5, NaN, 1000])('refuses %d threads', (threads) => {
    expect(() => workerGradients({ threads })).toThrow(InputError)
  })

  it.each(['await source.close()', '', 'throw new Error("stopped half-way")'])(
    'lets a process that built it from files end by itself: %j',
    async (ending) => {
      const script = `
        import { initialWeights, batchInput, parseNetwork, startTraining, trainNetwork, trainingConfig } from '${built('core.js')}'
        import { workerGradients } from '${built('threads/index.js')}'
        const samples = { name: 'n', origin: 'o', synthetic: true, kind: 'pixels', count: 16, classes: 2, T: 1,
          shape: { C: 1, H: 2, W: 2 }, data: new Uint8Array(64).fill(200), labels: new Uint8Array(16) }
        const network = parseNetwork('2FC(Encoding)', { input: samples.shape, T: 2 })
        const config = trainingConfig({ epochs: 2, batch: 16 })
        const { weights } = initialWeights(network, batchInput(samples, [0], network))
        const source = workerGradients({ threads: 2 })
        const { state } = await trainNetwork({ network, samples, config, state: startTraining(config, weights), gradients: source })
        console.log(source.mode, state.step)
        ${ending}
      `
      const file = built('script.mjs')
      writeFileSync(file, script)
      const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [fileURLToPath(file)], {
        timeout: 30_000,
      }).catch((e) => e)
      expect(ending.startsWith('throw') ? '' : stderr).toBe('')
      expect(stdout.trim()).toBe('worker-threads 2')
      expect(code ?? 0).toBe(ending.startsWith('throw') ? 1 : 0)
    },
  )
})

describe('localGradients', () => {
  it('is one thread and says so', async () => {
    const source = localGradients()
    expect([source.mode, source.threads]).toEqual(['in-process', 1])
    await source.close()
  })
})
