import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { accelerator, checkFunction } from '@h2learn/accelerator'
import { formatRun } from '@h2learn/report/terminal'
import { crc32, evaluateNetwork, passWeights, type TrainingState } from '@h2learn/snn-core'
import { workerGradients, writeWhole } from '@h2learn/snn-core/threads'
import { type Console, clock } from './console'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder, writeJson } from './files'
import type { SampledStep } from './recording'
import { planRun, type RunOptions, type RunPlan } from './run-plan'
import { type FullRunReport, runReport } from './run-report'
import { sampleAfter } from './sample-after'
import { checkpointFile, trainAsPlanned } from './train'
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
  `h2learn run ${benchmark} --resume ${/\s/.test(path) ? JSON.stringify(path) : path}${out === undefined ? '' : ` --out ${/\s/.test(out) ? JSON.stringify(out) : out}`}`

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

/**
 * `h2learn run <benchmark>`: trains, records sampled steps, runs the engines on exactly those tensors, schedules and
 * prices them, reports.
 * @returns 0, or 130 when interrupted before the training ended
 */
export const runBenchmark = async (name: string, options: RunOptions, out: Console): Promise<number> => {
  const folder = options.out === undefined ? undefined : await resultFolder('--out', options.out)
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const plan = await planRun(name, options)
  announce(plan, out)
  if (plan.kept.backend === 'fused' && plan.config.backend !== 'fused')
    out.warn('No relaxed SIMD here: backend folded instead of fused.')
  out.detail(`h2learn ${version}, node ${process.versions.node}, ${process.platform} ${process.arch}`)
  const checkpointPath = options.resume ?? checkpointFile(folder, plan.benchmark.name)
  out.detail(`checkpoint: ${checkpointPath}`)
  const gradients = workerGradients({ threads: plan.threads })
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    out.warn('\nStopping after this step (once more to stop at once).')
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const trained = await trainAsPlanned(
      plan,
      gradients,
      out,
      { checkpointPath, keep: folder !== undefined || options.resume !== undefined },
      stop.signal,
    )
    if (trained === undefined) {
      out.say('Interrupted before the first step: nothing was trained, and there is nothing to go on from.')
      return exitCodes.interrupted
    }
    const { state, status } = trained.outcome
    if (status === 'interrupted') {
      out.say(
        trained.checkpoint === undefined
          ? `Interrupted after step ${state.step}; no checkpoint could be written, so that the run cannot go on.`
          : `Interrupted after step ${state.step}. Continue with: ${resumeCommand(plan.benchmark.name, trained.checkpoint, options.out)}`,
      )
      return exitCodes.interrupted
    }
    out.note(`trained ${trained.samples} samples in ${clock(trained.seconds)}`)
    const { network, config } = plan
    const weights = passWeights(config, state.weights)
    const evaluate = (samples: RunPlan['test'], indices: Uint32Array) =>
      evaluateNetwork({
        network,
        weights,
        samples,
        neuron: config.neuron,
        loss: config.loss,
        precision: config.precision,
        backend: config.backend,
        seed: config.seed,
        gradients,
        indices,
      })
    const firstOf = (count: number) => Uint32Array.from({ length: count }, (_, i) => i)
    const test = await evaluate(plan.test, firstOf(plan.evaluate.test))
    const train = await evaluate(plan.train, firstOf(plan.evaluate.train))
    const since = performance.now()
    const chip = accelerator()
    const sampled = trained.last ?? sampleAfter(plan, state, chip)
    const functional = plan.checkFunction ? checkFunction(chip.engines, sampled.records[0]!, config.lossScale) : []
    const report = runReport({
      plan,
      chip,
      sampled,
      stages: trained.stages.length > 0 ? trained.stages : [sampled.summary],
      steps: state.step,
      history: state.history,
      seconds: trained.seconds,
      samplesTrained: trained.samples,
      interrupted: false,
      stalled: trained.stalled,
      test,
      train,
      functional,
      weightsChecksum: checksum(state),
      version,
    })
    out.detail(`chip and report in ${clock((performance.now() - since) / 1000)}; weights ${report.weights_crc32}`)
    out.say(formatRun(report, { columns: out.columns, color: out.color }))
    if (folder === undefined && options.resume === undefined) await rm(checkpointPath, { force: true })
    await writeResults(report, sampled, { folder, json: options.json }, out).catch((error) => {
      if (trained.checkpoint !== undefined)
        out.warn(
          `The trained network is in ${trained.checkpoint}. Report again with: ${resumeCommand(plan.benchmark.name, trained.checkpoint, 'another/folder')}`,
        )
      throw error
    })
    return exitCodes.done
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await gradients.close()
  }
}
