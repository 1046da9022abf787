import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { accelerator, checkFunction } from '@h2learn/accelerator'
import { formatRun } from '@h2learn/report/terminal'
import { crc32, evaluateNetwork, type GradientSource, passWeights, type TrainingState } from '@h2learn/snn-core'
import { workerGradients, writeWhole } from '@h2learn/snn-core/threads'
import { benchmarkOf } from '../benchmarks'
import { type Console, clock } from './console'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder, writeJson } from './files'
import { isGraphNetwork } from './graph-network'
import { Interrupted, type Interruption, listenForInterruption } from './interruption'
import type { SampledStep } from './recording'
import { type RunPlace, takePlace } from './run-place'
import { planRun, type RunOptions, type RunPlan } from './run-plan'
import { type FullRunReport, runReport } from './run-report'
import { sampleAfter } from './sample-after'
import { shellCommand } from './shell-word'
import { startState, type TrainedRun, trainAsPlanned } from './train'
import { knownTime } from './training-legs'
import { version } from './version'

const hex = (n: number) => n.toString(16).padStart(8, '0')

const checksum = ({ weights }: TrainingState) =>
  hex(crc32(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength)))

const announce = (plan: RunPlan, out: Console) => {
  const { network, config, train, test, benchmark, preset, threads } = plan
  out.note(
    `${benchmark.name} (${preset.name} preset): ${network.text}, T ${network.T}, batch ${config.batch}, seed ${config.seed}`,
  )
  out.note(
    `data: ${train.origin}; ${train.count} training and ${test.count} test samples${train.synthetic ? ' (synthetic)' : ''}; ${threads} threads`,
  )
}

/** The command that continues a run. */
const resumeCommand = (benchmark: string, path: string, out: string | undefined) =>
  shellCommand('h2learn', 'run', benchmark, '--resume', path, ...(out === undefined ? [] : ['--out', out]))

/** The timeline of a run for the page. */
const slicesOf = ({ run }: SampledStep) =>
  run.timeline.slices.map(({ task, start, end }) => ({
    resource: task.resource,
    layer: task.layer ?? 'update',
    subBatch: task.subBatch ?? 0,
    start,
    end,
  }))

/** Writes page and JSON to where they were asked for; what cannot be written does not keep the rest from being tried. */
const writeResults = async (
  report: FullRunReport,
  sampled: SampledStep,
  { folder, json }: { readonly folder: string | undefined; readonly json: string | undefined },
  out: Console,
): Promise<void> => {
  const failures: unknown[] = []
  const attempt = (work: () => Promise<void>) => work().catch((error) => void failures.push(error))
  if (json !== undefined) await attempt(() => writeJson(json, report))
  if (folder !== undefined) {
    const page = join(folder, 'report.html')
    await attempt(() => writeWhole(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`))
    await attempt(async () => {
      const { learningSvgs, renderHtml } = await import('@h2learn/report')
      await writeWhole(page, await renderHtml(report, { timeline: slicesOf(sampled) }))
      out.note(`report: ${page}`)
      const plots = await resultFolder('--out', join(folder, 'plots'))
      for (const [file, svg] of Object.entries(await learningSvgs(report))) await writeWhole(join(plots, file), svg)
    })
  }
  if (failures.length > 0) throw failures[0]
}

/** Evaluates the trained network, runs the chip and sums up. @throws Interrupted between any two of these */
const reportOn = async (
  plan: RunPlan,
  trained: TrainedRun,
  gradients: GradientSource,
  { signal, check }: Interruption,
): Promise<{ readonly report: FullRunReport; readonly sampled: SampledStep }> => {
  const { network, config } = plan
  const { state } = trained.outcome
  const weights = passWeights(config, state.weights)
  const evaluate = async (samples: RunPlan['test'], count: number) => {
    const evaluation = await evaluateNetwork({
      network,
      weights,
      samples,
      neuron: config.neuron,
      loss: config.loss,
      precision: config.precision,
      backend: config.backend,
      seed: config.seed,
      gradients,
      indices: Uint32Array.from({ length: count }, (_, i) => i),
      signal,
    })
    await check()
    return evaluation
  }
  const test = await evaluate(plan.test, plan.evaluate.test)
  const train = await evaluate(plan.train, plan.evaluate.train)
  const chip = accelerator()
  const sampled = trained.last ?? sampleAfter(plan, state, chip)
  await check()
  const functional = plan.checkFunction ? checkFunction(chip.engines, sampled.records[0]!, config.lossScale) : []
  await check()
  const report = runReport({
    plan,
    chip,
    sampled,
    stages: trained.stages.length > 0 ? trained.stages : [sampled.summary],
    steps: state.step,
    history: state.history,
    legs: trained.legs,
    interrupted: false,
    stalled: trained.stalled,
    test,
    train,
    functional,
    weightsChecksum: checksum(state),
    version,
  })
  await check()
  return { report, sampled }
}

/** Trains from a state and reports. @returns the exit code */
const trainAndReport = async (
  plan: RunPlan,
  options: RunOptions,
  place: RunPlace,
  start: TrainingState,
  gradients: GradientSource,
  interruption: Interruption,
  out: Console,
): Promise<number> => {
  const { folder, checkpointPath, keep } = place
  const trained = await trainAsPlanned(plan, start, gradients, out, { checkpointPath, keep }, interruption.signal)
  const { outcome, checkpoints } = trained
  const { state } = outcome
  const goOn = (path: string, where = options.out) => resumeCommand(plan.benchmark.name, path, where)
  const sayInterrupted = async (when: string): Promise<number> => {
    await checkpoints.save(state)
    const path = checkpoints.path()
    out.say(
      path === undefined
        ? `Interrupted ${when}; no checkpoint could be written, so that the run cannot go on.`
        : `Interrupted ${when}. Continue with: ${goOn(path)}`,
    )
    return exitCodes.interrupted
  }
  if (outcome.status === 'interrupted') return sayInterrupted(`after step ${state.step}`)
  const { seconds, steps } = knownTime(trained.legs.slice(-1))
  out.note(`trained ${steps} steps in ${clock(seconds)}`)
  const since = performance.now()
  let made: Awaited<ReturnType<typeof reportOn>>
  try {
    made = await reportOn(plan, trained, gradients, interruption)
  } catch (error) {
    if (error instanceof Interrupted) return sayInterrupted('after training, before the report')
    throw error
  }
  const { report, sampled } = made
  out.detail(
    `evaluation, chip and report in ${clock((performance.now() - since) / 1000)}; weights ${report.weights_crc32}`,
  )
  out.say(formatRun(report, { columns: out.columns, color: out.color }))
  await writeResults(report, sampled, { folder, json: options.json }, out).catch(async (error) => {
    if (await checkpoints.save(state))
      out.warn(
        `The trained network is in ${checkpoints.path()}. Report again with: ${goOn(checkpoints.path()!, 'another/folder')}`,
      )
    throw error
  })
  if (interruption.signal.aborted) return sayInterrupted('after the report was written')
  if (!keep) await rm(checkpointPath, { force: true })
  return exitCodes.done
}

/**
 * `h2learn run <benchmark>`: trains, records sampled steps, runs the engines on exactly those tensors, schedules and
 * prices them, reports.
 * @returns 0, or 130 when interrupted
 */
export const runBenchmark = async (name: string, options: RunOptions, out: Console): Promise<number> => {
  if (isGraphNetwork(options.network)) {
    const { runGraph } = await import('./run-graph')
    return runGraph(name, options, out)
  }
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const place = await takePlace(benchmarkOf(name).name, options)
  try {
    const plan = await planRun(name, options)
    announce(plan, out)
    if (plan.kept.backend === 'fused' && plan.config.backend !== 'fused')
      out.warn('No relaxed SIMD here: backend folded instead of fused.')
    out.detail(`h2learn ${version}, node ${process.versions.node}, ${process.platform} ${process.arch}`)
    out.detail(`checkpoint: ${place.checkpointPath}`)
    const gradients = workerGradients({ threads: plan.threads })
    try {
      // up to here a signal ends the process as it ends any other: nothing is lost yet
      const interruption = listenForInterruption(() =>
        out.warn('\nStopping after this step (once more, a second or more later, to stop at once).'),
      )
      try {
        const start = plan.resumed?.state ?? (await startState(plan, gradients, out, interruption.signal))
        if (start === undefined) {
          out.say('Interrupted before the first step: nothing was trained, and there is nothing to go on from.')
          return exitCodes.interrupted
        }
        return await trainAndReport(plan, options, place, start, gradients, interruption, out)
      } finally {
        interruption.close()
      }
    } finally {
      await gradients.close()
    }
  } finally {
    await place.release()
  }
}
