import { expect, it } from 'vitest'
import { planRun } from '../src/command/run-plan'

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
  expect(await settingsOf('dvs-gesture', {})).toEqual({
    learningRate: 2e-3,
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
