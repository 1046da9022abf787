import {
  type Checkpoint,
  InputError,
  identifySamples,
  type Network,
  parseNetwork,
  type Samples,
  type TrainingConfig,
  trainingConfig,
} from '@h2learn/snn-core'
import { loadCheckpoint } from '@h2learn/snn-core/threads'
import type { KeptOptions } from './run-plan'
import { shellCommand } from './shell-word'

/** A run that goes on: its checkpoint, and the options it was started with. */
export interface ResumedRun extends Checkpoint {
  readonly path: string
  readonly options: KeptOptions
}

/** Network and configuration: what the bits of a run depend on besides its samples. */
export interface TrainingSetup {
  readonly network: Network
  readonly config: TrainingConfig
}

const refuse = (path: string, expected: string, got: string, hint: string): never => {
  throw new InputError({ where: `--resume ${path}`, expected, got, hint })
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Reads the checkpoint of `--resume`. @throws InputError when it is none, or one of another benchmark */
export const readResumed = async (path: string, benchmark: string): Promise<ResumedRun> => {
  const { state, meta } = await loadCheckpoint(path)
  const before = meta.extra?.run as { benchmark?: string; options?: KeptOptions } | undefined
  if (!before?.options) return refuse(path, 'a checkpoint written by h2learn run', 'another one', 'start a new run')
  if (before.benchmark !== benchmark)
    refuse(
      path,
      `a checkpoint of ${benchmark}`,
      `one of ${before.benchmark}`,
      shellCommand('h2learn', 'run', String(before.benchmark), '--resume', path),
    )
  return { state, meta, path, options: before.options }
}

/** Options that network and configuration do not tell of; `data` may lie elsewhere, its samples are compared instead. */
const comparedAsGiven = ['preset', 'testData', 'firingRate', 'subBatches', 'checkFunction', 'evalSamples'] as const

/**
 * The options of a resumed run: those it was started with, and those given again.
 * @throws InputError for one that is another than then
 */
export const resumedOptions = (given: KeptOptions, { options, path }: ResumedRun): KeptOptions => {
  for (const name of comparedAsGiven)
    if (given[name] !== undefined && !same(given[name], options[name]))
      refuse(
        path,
        `the options of the interrupted run (${name} ${options[name] ?? 'not given'})`,
        `${name} ${given[name]}`,
        'leave the option out, or start a new run without --resume',
      )
  return { ...options, ...given }
}

/** Every single setting by its path, such as `optimizer.learningRate`. */
const settingsOf = (value: object, path = ''): readonly (readonly [path: string, value: unknown])[] =>
  Object.entries(value).flatMap(([key, one]) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? settingsOf(one, `${path}${key}.`)
      : [[`${path}${key}`, one] as const],
  )

const setupSettings = ({ network, config }: TrainingSetup) =>
  new Map(
    settingsOf({
      network: network.text,
      input: `${network.input.H}x${network.input.W}x${network.input.C}`,
      T: network.T,
      ...config,
    }),
  )

/**
 * The setup that a checkpoint was trained with. A resumed run goes on with it, whatever the presets of this version say.
 * @param settle the setup that options stand for in this version
 * @param given options given again on the command line
 * @throws InputError naming every setting that the given options would change
 */
export const resumedSetup = async (
  { meta, options, path }: ResumedRun,
  given: KeptOptions,
  settle: (options: KeptOptions) => Promise<TrainingSetup>,
): Promise<TrainingSetup> => {
  const { text, input, T } = meta.network
  const stored: TrainingSetup = { network: parseNetwork(text, { input, T }), config: trainingConfig(meta.config) }
  // another folder with the same samples changes no setting
  const { data: _, ...again } = given
  const then = setupSettings(stored)
  const before = setupSettings(await settle(options))
  const now = setupSettings(await settle({ ...options, ...again }))
  const changed = [...now.keys()].filter(
    (name) => !same(now.get(name), before.get(name)) && !same(now.get(name), then.get(name)),
  )
  const list = (settings: ReadonlyMap<string, unknown>) =>
    changed.map((name) => `${name} ${settings.get(name) ?? 'not set'}`).join(', ')
  if (changed.length > 0)
    refuse(
      path,
      `the settings of the interrupted run (${list(then)})`,
      list(now),
      'leave the option out, or start a new run without --resume',
    )
  // kernels that this machine lacks are replaced, as in a new run
  const backend = stored.config.backend === 'fused' ? (await settle(options)).config.backend : stored.config.backend
  return { ...stored, config: { ...stored.config, backend } }
}

/** @throws InputError when the samples are not those that the checkpoint was trained on */
export const checkSameSamples = (train: Samples, { meta, path }: ResumedRun): void => {
  const now = identifySamples(train)
  const { dataset } = meta
  if (now.hash !== dataset.hash || now.count !== dataset.count)
    refuse(
      path,
      `the samples of the interrupted run (${dataset.count} from ${dataset.origin}, checksum ${dataset.hash})`,
      `${now.count} from ${now.origin}, checksum ${now.hash}`,
      'give the same --data folder',
    )
}
