import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchmarkConfig, encodePng, openBenchmark } from '@h2learn/datasets'
import { trainingConfig } from '@h2learn/snn-core'
import { afterAll, expect, it } from 'vitest'
import { planRun } from '../src/command/run-plan'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-plan-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const settingsOf = async (benchmark: string, options: Parameters<typeof planRun>[1]) => {
  const { config, firingRate } = await planRun(benchmark, options)
  const { optimizer, neuron, loss, layerRates } = config
  return {
    learningRate: optimizer.learningRate,
    beta2: optimizer.kind === 'adam' ? optimizer.beta2 : undefined,
    gradWindow: neuron.gradWindow,
    detachReset: neuron.detachReset,
    loss,
    layerRates,
    firingRate,
  }
}

it('trains as the preset says: quick with the defaults, paper on MNIST by Eq. 2', async () => {
  expect(await settingsOf('cifar10', {})).toEqual({
    learningRate: 1e-3,
    beta2: 0.999,
    gradWindow: [-0.5, 2.5],
    detachReset: false,
    loss: 'rate-mse',
    layerRates: 'equal',
    firingRate: 0.15,
  })
  expect(await settingsOf('mnist', { preset: 'paper' })).toEqual({
    learningRate: 0.5,
    beta2: 0.99,
    gradWindow: [-0.5, 2],
    detachReset: false,
    loss: 'rate-mse',
    layerRates: 'fan-in',
    firingRate: 0.1,
  })
})

it('takes flags before the preset', async () => {
  const flags = {
    lr: 0.01,
    beta2: 0.9,
    firingRate: 0.2,
    detachReset: false,
    gradWindow: [0, 1],
    layerRates: 'equal',
    loss: 'count-cross-entropy',
  } as const
  const { lr, ...others } = flags
  expect(await settingsOf('cifar10', { preset: 'paper', ...flags })).toEqual({ learningRate: lr, ...others })
  expect((await settingsOf('cifar10', { preset: 'paper', detachReset: true })).detachReset).toBe(true)
})

/** A folder of one picture a class. */
const pictures = (name: string, classes: readonly string[]) => {
  const png = encodePng({ width: 8, height: 8, rgb: new Uint8Array(192).fill(99) })
  for (const one of classes) {
    mkdirSync(join(temp, name, one), { recursive: true })
    writeFileSync(join(temp, name, one, 'a.png'), png)
  }
  return join(temp, name)
}
const small = { network: '4C3(Encoding)-4FC', input: '8x8x3' } as const

it('takes the neuron and the schedule from options, by the name of the library', async () => {
  const data = pictures('four', ['ant', 'bee', 'cat', 'dog'])
  const of = (more: Parameters<typeof planRun>[1]) => planRun('imagenet', { ...small, data, ...more })
  expect((await of({})).config.schedule).toBe(trainingConfig().schedule)
  const { config, checkFunction } = await of({
    schedule: 'constant',
    leak: 0.9,
    fireThreshold: 0.8,
    reset: 'subtract',
    surrogate: 'arctan=2',
  })
  expect(config.schedule).toBe('constant')
  expect(config.neuron).toMatchObject({
    leak: 0.9,
    fireThreshold: 0.8,
    reset: 'subtract',
    surrogate: { kind: 'arctan', slope: 2 },
  })
  expect(checkFunction).toBe(false)
  await expect(of({ reset: 'subtract', checkFunction: true })).rejects.toThrow(/--check-function: expected reset zero/)
  await expect(of({ surrogate: 'arctan', gradWindow: [0, 1] })).rejects.toThrow(
    /--grad-window: expected the rectangular surrogate/,
  )
  for (const classes of [3, 100])
    await expect(of({ network: `4C3(Encoding)-${classes}FC` })).rejects.toThrow(
      new RegExp(`a last layer of 4 neurons, one a class of .*, got ${classes}; end the network with 4FC`),
    )
})

it('labels the test pictures of another folder by the classes of the training pictures', async () => {
  const data = pictures('train', ['ant', 'bee', 'cat', 'dog'])
  const options = { ...small, data }
  const { train, test } = await planRun('imagenet', { ...options, testData: pictures('test', ['ant', 'cat', 'dog']) })
  expect([...train.labels]).toEqual([0, 1, 2, 3])
  expect([...test.labels]).toEqual([0, 2, 3])
  await expect(planRun('imagenet', { ...options, testData: pictures('new', ['ant', 'eel']) })).rejects.toThrow(
    /a class that it lacks: eel/,
  )
})

it('refuses what does not fit before built-in samples are generated', async () => {
  const counts: (number | undefined)[] = []
  const open: typeof openBenchmark = (name, config: BenchmarkConfig = {}) => {
    counts.push(config.count)
    return openBenchmark(name, config)
  }
  for (const [options, message] of [
    [{ network: '8C3S4-10FC' }, /end the network with 11FC/],
    [{ network: '8C3S4(Encoding)-11FC' }, /leave out "\(Encoding\)"/],
    [{ network: '8C3S4-11FC', input: '28x28x1' }, /28x28x1/],
    [{ network: '8C3S4-11FC', optimizer: 'sgd', beta2: 0.9 }, /--beta2/],
  ] as const)
    await expect(planRun('dvs-gesture', options, open)).rejects.toThrow(message)
  expect(counts.every((count) => count === 1)).toBe(true)
})
