import { join } from 'node:path'
import { InputError, parseInputSize, startTraining, totalSteps } from '@h2learn/snn-core'
import {
  checkGraphLoss,
  evaluateGraph,
  type GraphEvaluation,
  type GraphLoss,
  graphNeuron,
  graphParameterCount,
  graphParameterSpecs,
  graphParametersOf,
  graphStatistics,
  graphText,
  graphTitle,
  initialGraphParameters,
  type NetworkGraph,
  neuronModels,
  plainNetwork,
  readOut,
  sampleInputs,
  sampleReader,
  trainGraph,
  writeNeuron,
} from '@h2learn/snn-core/graph'
import { writeWhole } from '@h2learn/snn-core/threads'
import { benchmarkOf, presetOf } from '../benchmarks'
import { writeNpz } from '../trace/npz'
import { type Console, clock } from './console'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder, writeJson } from './files'
import { readGraphNetwork } from './graph-network'
import { listenForInterruption } from './interruption'
import { configOf, loadSamples, neuronOf, type RunOptions } from './run-plan'

/** Options of `h2learn run` that a network of populations has no use for yet. */
const unsupported = ['resume', 'checkpointEvery', 'threads', 'subBatches', 'checkFunction', 'firingRate'] as const

const refuse = (options: RunOptions): void => {
  for (const name of unsupported)
    if (options[name] !== undefined && options[name] !== false)
      throw new InputError({
        where: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        expected: 'a network that the chip runs, a chain of layers',
        got: 'a network of populations',
        hint: 'leave the option out: such networks are trained and evaluated by the reference',
      })
  if (options.backend !== undefined && options.backend !== 'reference')
    throw new InputError({
      where: '--backend',
      expected: 'reference, which computes networks of populations',
      got: options.backend,
      hint: 'leave the option out',
    })
}

/** Most samples that start weights and the statistics of batch normalisation are fitted on. */
const FIT_SAMPLES = 32
const STATISTICS_SAMPLES = 256

const firstOf = (count: number, most: number) => Uint32Array.from({ length: Math.min(count, most) }, (_, i) => i)

const percent = (share: number) => `${(100 * share).toFixed(2)} %`

const formatGraphRun = (
  graph: NetworkGraph,
  test: GraphEvaluation,
  train: GraphEvaluation,
  seconds: number,
): string => {
  const firing = test.populations.filter((_, p) => neuronModels[graph.populations[p]!.neuron.model].fires)
  return [
    graphTitle(graph),
    `  test accuracy   ${percent(test.accuracy)} of ${test.samples} samples, loss ${test.loss.toFixed(4)}`,
    `  training        ${percent(train.accuracy)} of ${train.samples} samples, loss ${train.loss.toFixed(4)}; trained in ${clock(seconds)}`,
    '  firing rates    ' + firing.map(({ name, firingRate }) => `${name} ${percent(firingRate)}`).join(', '),
    '  The chip does not run networks of populations yet: no cycles and no energy.',
  ].join('\n')
}

/**
 * `h2learn run` with a network of populations: trains it by the reference passes, evaluates it, reports. With `--out`
 * the folder gets report.json, network.json (the plain form) and parameters.npz (arrays by population and connection).
 * @returns 0, or 130 when interrupted before the training ended
 */
export const runGraph = async (name: string, options: RunOptions, out: Console): Promise<number> => {
  refuse(options)
  const folder = options.out === undefined ? undefined : await resultFolder('--out', options.out)
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const benchmark = benchmarkOf(name)
  const preset = presetOf(benchmark, options.preset)
  const size = options.input === undefined ? benchmark.input : parseInputSize(options.input)
  const neuron = writeNeuron(graphNeuron(neuronOf(options, preset)))
  const graph = await readGraphNetwork(options.network!, { input: size, T: options.T ?? preset.T }, neuron)
  if (options.T !== undefined && options.T !== graph.T)
    throw new InputError({ where: '--T', expected: `${graph.T}, the T of ${options.network}`, got: String(options.T) })
  const loss: GraphLoss = {
    kind:
      options.loss ??
      (neuronModels[readOut(graph).neuron.model].fires ? (preset.loss ?? 'rate-mse') : 'max-cross-entropy'),
  }
  // what cannot be is found before samples are read or generated
  checkGraphLoss(graph, loss)
  const { train, test } = await loadSamples(options, { benchmark, preset, network: sampleReader(graph) })
  const config = await configOf(options, preset, train.count)
  const title = graphTitle(graph)
  const { seed, precision } = config
  const draw = { seed, epoch: 0 }
  out.note(`${benchmark.name}: ${title}, T ${graph.T}, batch ${config.batch}, seed ${seed}, loss ${loss.kind}`)
  out.note(`data: ${train.origin}; ${train.count} training and ${test.count} test samples; the reference computes`)
  const first = sampleInputs(graph, train, firstOf(train.count, Math.min(config.batch, FIT_SAMPLES)), draw)
  const initial = initialGraphParameters(graph, first, { seed })
  // up to here a signal ends the process as it ends any other: nothing is lost yet
  const interruption = listenForInterruption(() =>
    out.warn('\nStopping after this step (once more, a second or more later, to stop at once).'),
  )
  try {
    const steps = totalSteps(config, train.count)
    const bar = out.progress(steps)
    const started = performance.now()
    const { state, status } = await trainGraph({
      graph,
      samples: train,
      loss,
      config,
      state: startTraining(config, initial.parameters),
      signal: interruption.signal,
      hooks: {
        onStep: async ({ step, loss: mean, accuracy, secondsLeft }) => {
          const shown = `loss ${mean.toFixed(4)}  accuracy ${(100 * accuracy).toFixed(1)} %  ${clock(secondsLeft)} left`
          bar.update(step + 1, `step ${step + 1}/${steps}  ${shown}`)
          // signals are heard between steps
          await new Promise((resume) => setTimeout(resume, 0))
        },
      },
    }).finally(bar.stop)
    const seconds = (performance.now() - started) / 1000
    const statistics = graphStatistics(
      graph,
      state.weights,
      train,
      firstOf(train.count, STATISTICS_SAMPLES),
      draw,
      precision,
    )
    const evaluate = (samples: typeof test, most: number) =>
      evaluateGraph({
        graph,
        parameters: state.weights,
        samples,
        loss,
        precision,
        statistics,
        seed,
        indices: firstOf(samples.count, most),
      })
    const most = options.evalSamples ?? preset.evaluate ?? 1000
    const onTest = evaluate(test, most)
    const onTrain = evaluate(train, most)
    const report = {
      benchmark: benchmark.name,
      network: graphText(graph) ?? null,
      plain: plainNetwork(graph),
      status,
      T: graph.T,
      parameters: graphParameterCount(graph),
      loss: loss.kind,
      seed,
      precision,
      batch: config.batch,
      steps: state.step,
      optimizer: config.optimizer,
      schedule: config.schedule,
      seconds_training: seconds,
      data: { train: train.origin, test: test.origin, synthetic: train.synthetic },
      first_weights: initial.populations,
      history: state.history,
      test: onTest,
      train: onTrain,
      chip: null,
    }
    out.say(formatGraphRun(graph, onTest, onTrain, seconds))
    if (folder !== undefined) {
      const named = graphParametersOf(graph, state.weights)
      const arrays = Object.fromEntries(
        graphParameterSpecs(graph).map(({ name: array, shape }) => [
          array,
          { descr: config.precision === 'f64' ? '<f8' : '<f4', shape, data: bytesOf(named[array]!) },
        ]),
      )
      await writeWhole(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
      await writeWhole(join(folder, 'network.json'), `${JSON.stringify(report.plain, null, 2)}\n`)
      await writeWhole(join(folder, 'parameters.npz'), writeNpz(arrays))
      out.note(`results: ${folder}`)
    }
    if (options.json !== undefined) await writeJson(options.json, report)
    if (status === 'interrupted') out.say(`Interrupted after step ${state.step} of ${steps}; these are its results.`)
    return status === 'interrupted' ? exitCodes.interrupted : exitCodes.done
  } finally {
    interruption.close()
  }
}

const bytesOf = (values: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(values.slice().buffer, 0, values.byteLength)
