import { parseJson, shown } from '@h2learn/config'
import { type Benchmark, paper } from '@h2learn/paper'
import type { OwnRun } from '@h2learn/paper/reproduce'
import { InputError } from '@h2learn/snn-core'

/** An option of the command that repeats a run; nothing where an older report does not have it. */
const option = (name: string, value: unknown): string => {
  if (Array.isArray(value)) return ` --${name}=${value.join(',')}`
  if (typeof value === 'boolean') return ` --${value ? '' : 'no-'}${name}`
  return typeof value === 'string' || typeof value === 'number' ? ` --${name} ${value}` : ''
}

/** What of a report's training are options of the command, by name. */
const TRAINING_OPTIONS = {
  lr: 'learning_rate',
  'layer-rates': 'layer_rates',
  beta2: 'beta2',
  'firing-rate': 'first_firing_rate',
  'grad-window': 'grad_window',
  'detach-reset': 'detach_reset',
  backend: 'backend',
  loss: 'loss',
} as const

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What of the JSON report of `h2learn run` stands beside the paper: accuracy, sparsities of the backward passes, firing rates
 * and the chip's speed on the recorded masks.
 * @param path where it was read, for messages
 * @throws InputError for text that is no such report, or of a data set that the paper does not have
 */
export const ownRunOfReport = (path: string, text: string): OwnRun => {
  const complain = (expected: string, got: string): never => {
    throw new InputError({ where: path, expected, got, hint: 'it is what h2learn run <benchmark> --json FILE writes' })
  }
  const report = parseJson(path, text, 'it is what h2learn run <benchmark> --json FILE writes')
  if (!isObject(report) || !String(report.schema).startsWith('h2learn.run/'))
    return complain('a report of h2learn run', isObject(report) ? `schema ${shown(report.schema)}` : typeof report)
  const numberAt = (name: string, value: unknown): number =>
    typeof value === 'number' && Number.isFinite(value) ? value : complain(`${name} as a number`, shown(value))
  const benchmark = (Object.keys(paper.networks) as Benchmark[]).find((name) => name.toLowerCase() === report.benchmark)
  if (benchmark === undefined)
    return complain(`one of ${Object.keys(paper.networks).join(', ')}`, `the benchmark ${shown(report.benchmark)}`)
  const [data, training, chip] = [report.data, report.training, report.chip].map((value, i) =>
    isObject(value) ? value : complain(`${['data', 'training', 'chip'][i]} as an object`, typeof value),
  ) as [Json, Json, Json]
  const textAt = (name: string, value: unknown): string =>
    typeof value === 'string' ? value : complain(`${name} as a text`, shown(value))
  const network = textAt('network', report.network)
  const preset = textAt('preset', report.preset)
  const [steps, batch, seed] = (
    [
      ['training.steps', training.steps],
      ['batch', report.batch],
      ['seed', report.seed],
    ] as const
  ).map(([name, value]) => numberAt(name, value))
  const T = numberAt('T', report.T)
  const list = (name: string, value: unknown) =>
    Array.isArray(value) && value.every(isObject)
      ? (value as Json[])
      : complain(`${name} as a list of objects`, shown(value))
  const options = Object.entries(TRAINING_OPTIONS)
    .map(([name, key]) => option(name, training[key]))
    .join('')
  const samplesSeen = numberAt('training.samples_seen', training.samples_seen)
  return {
    benchmark,
    name: `run, preset ${preset}, ${data.synthetic ? 'built-in data' : 'real data'}`,
    command: `h2learn run ${report.benchmark}${data.synthetic ? '' : ' --data <folder>'} --preset ${preset} --steps ${steps} --batch ${batch}${options} --seed ${seed}`,
    network,
    T,
    tableVI: network === paper.networks[benchmark].network.value && T === paper.networks[benchmark].T,
    samplesSeen,
    trainingSamples: numberAt('data.train_samples', data.train_samples),
    testSamples: testedOn(report) ?? numberAt('data.test_samples', data.test_samples),
    accuracy_pct: 100 * numberAt('test_accuracy', report.test_accuracy),
    passes: list('backward_passes', report.backward_passes).map((pass) => ({
      layer: textAt('layer', pass.layer),
      outputSparsity: numberAt('output_sparsity', pass.output_sparsity),
      inputSparsity: numberAt('input_sparsity', pass.input_sparsity),
    })),
    firingRates: list('layers', report.layers).map((layer) => numberAt('firing_rate', layer.firing_rate)),
    samples_per_s: numberAt('chip.samples_per_s', chip.samples_per_s),
  }
}

/** Samples the accuracy was measured on: the notes say so when they are fewer than there are. */
const testedOn = (report: Json): number | undefined => {
  const notes = Array.isArray(report.notes) ? report.notes.map(String) : []
  const said = notes.map((note) => /measured on (\d{1,15}) of \d+ test/.exec(note)?.[1]).find((n) => n !== undefined)
  return said === undefined ? undefined : Number(said)
}
