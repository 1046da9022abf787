import type { Timeline } from '@h2learn/pipeline'
import type { PlotRow, ReportPage, ReportPlot } from '@h2learn/report'
import { dataTable } from '@h2learn/report/plots'
import type { SimulatedPhase, SimulateReport } from './simulate-report'

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const whole = (value: number) => grouped.format(value)
const percent = (share: number) => `${(100 * share).toFixed(2)} %`
const three = (value: number) => (Math.abs(value) >= 1000 ? whole(value) : String(Number(value.toPrecision(3))))

/** Phases of equal kind and bound in one row, with how often they come and their mean length. */
const phaseRows = (phases: readonly SimulatedPhase[]): readonly PlotRow[] => {
  const rows = new Map<string, SimulatedPhase[]>()
  for (const phase of phases) {
    const key = `${phase.kind} ${phase.bound_by} ${phase.bound}`
    rows.set(key, [...(rows.get(key) ?? []), phase])
  }
  return [...rows.values()].map((same) => ({
    phase: same[0]!.kind,
    bound_by: same[0]!.bound_by,
    bound: same[0]!.bound,
    times: same.length,
    cycles: same.reduce((sum, { cycles }) => sum + cycles, 0) / same.length,
  }))
}

/** Tensors by layer, one column a kind: where it is from, with the density of drawn ones. */
const tensorRows = ({ tensors }: SimulateReport): readonly PlotRow[] => {
  const rows = new Map<string, Record<string, string>>()
  for (const { layer, tensor, from, density } of tensors)
    rows.set(layer, {
      ...(rows.get(layer) ?? { layer }),
      [tensor]: density === undefined ? from : `${from} ${density}`,
    })
  return [...rows.values()]
}

const SI = (value: number, unit: string) => {
  const [scale, prefix] = (
    [
      [1, ''],
      [1e-3, 'm'],
      [1e-6, 'µ'],
      [1e-9, 'n'],
    ] as const
  ).find(([least]) => value >= least) ?? [1e-9, 'n']
  return `${three(value / scale)} ${prefix}${unit}`
}

/** The report as a page: the same text on the terminal and in the browser. */
export const simulatePage = (report: SimulateReport): ReportPage => {
  const { chip, source, input } = report
  const drawn = report.tensors.filter(({ from }) => from === 'drawn').length
  const chipRows: readonly PlotRow[] = [
    ['sub-batch period', `${whole(chip.period_cycles)} cycles, ${SI(chip.period_s, 's')}`, chip.kinds.period_cycles],
    [
      'bound that no schedule beats',
      `${whole(chip.closed_form_period_cycles)} cycles, set by ${chip.closed_form_bound_by}`,
      chip.kinds.closed_form_period_cycles,
    ],
    ['samples/s', three(chip.samples_per_s), chip.kinds.samples_per_s],
    ['… with update', three(chip.samples_per_s_with_update), chip.kinds.samples_per_s_with_update],
    ['power', SI(chip.power_W, 'W'), chip.kinds.power_W],
    ['energy per sample', SI(chip.energy_per_sample_J, 'J'), chip.kinds.energy_per_sample_J],
    ['… off-chip', SI(chip.offchip_energy_per_sample_J, 'J'), chip.kinds.offchip_energy_per_sample_J],
    ['area', `${three(chip.area_mm2)} mm²`, chip.kinds.area_mm2],
  ].map(([name, value, kind]) => ({ name: name!, value: value!, kind: kind ?? '' }))
  const shares = { busy: percent, stalled: percent, idle: percent }
  return {
    title: `H2Learn simulation: ${source.name}`,
    ...(drawn > 0 && { warning: `${drawn} tensors are not recorded but drawn at random (see Tensors).` }),
    summary: [
      ['network', report.network],
      ['input', `${input.H}×${input.W}×${input.C}, T = ${report.T}, batch group of ${report.batch}`],
      [
        'source',
        source.kind === 'trace'
          ? `${source.origin}: ${source.samples} samples recorded, ${source.sub_batches} sub-batches run`
          : source.origin,
      ],
    ],
    sections: [
      {
        id: 'tensors',
        title: 'Tensors',
        tables: [
          dataTable(
            'Tensors',
            { layer: 'layer', spikes: 'spikes', mask: 'mask', gradU: 'gradU', potential: 'potential' },
            tensorRows(report),
          ),
        ],
      },
      {
        id: 'layers',
        title: 'Layers',
        tables: [
          dataTable(
            'Layers',
            {
              name: 'layer',
              firing_rate: 'firing rate',
              output_sparsity: 'output sparsity',
              input_sparsity: 'input sparsity',
            },
            report.layers as unknown as readonly PlotRow[],
            { firing_rate: three, output_sparsity: percent, input_sparsity: percent },
          ),
        ],
      },
      {
        id: 'engines',
        title: 'Engines, per sub-batch (predicted; Backward cycles contain the calibrated fill)',
        tables: [
          dataTable(
            'Engines, per sub-batch (predicted; Backward cycles contain the calibrated fill)',
            {
              layer: 'layer',
              engine: 'engine',
              cycles: 'cycles',
              compute_cycles: 'compute',
              memory_cycles: 'memory',
              bound: 'bound',
              utilisation: 'utilisation',
              bytes: 'bytes',
            },
            report.engines as unknown as readonly PlotRow[],
            { cycles: whole, compute_cycles: whole, memory_cycles: whole, utilisation: percent, bytes: whole },
            2,
          ),
        ],
      },
      {
        id: 'schedule',
        title: 'Schedule of a batch group',
        tables: [
          dataTable(
            'What bound each phase',
            { phase: 'phase', bound_by: 'engine', bound: 'bound', times: 'times', cycles: 'cycles' },
            phaseRows(report.phases),
            { times: whole, cycles: whole },
            2,
          ),
          dataTable(
            'Engines over a batch group',
            { engine: 'engine', busy: 'busy', stalled: 'waiting for memory', idle: 'idle' },
            report.engine_use as unknown as readonly PlotRow[],
            shares,
          ),
          dataTable(
            'Memories over a batch group',
            { memory: 'memory', bytes: 'bytes', utilisation: 'utilisation' },
            report.memory_use as unknown as readonly PlotRow[],
            { bytes: whole, utilisation: percent },
          ),
          dataTable(
            'Global buffers, with the layer that needs most',
            {
              engine: 'engine',
              layer: 'layer',
              used_KiB: 'needed KiB',
              capacity_KiB: 'capacity KiB',
              share: 'full',
            },
            report.buffers as unknown as readonly PlotRow[],
            { used_KiB: whole, capacity_KiB: whole, share: percent },
            2,
          ),
        ],
      },
      {
        id: 'chip',
        title: 'Chip',
        tables: [dataTable('Chip', { name: 'figure', value: 'model', kind: 'kind' }, chipRows)],
      },
      {
        id: 'compare',
        title: 'Bounds and comparison',
        pairs: [
          ['bound by', `${chip.bound_by} (${chip.bound})`],
          ['critical path', criticalText(report.critical_path)],
          [
            'against V100',
            report.speedup_vs_v100 === null
              ? `no figure: ${report.speedup_vs_v100_note}`
              : `${three(report.speedup_vs_v100)}× (${report.speedup_vs_v100_note})`,
          ],
        ],
      },
      { id: 'notes', title: 'Notes', list: report.notes },
    ],
    footer: `h2learn ${report.versions.h2learn}, node ${report.versions.node}`,
  }
}

/** The engines a critical path runs over, with the tasks on each. */
const criticalText = (path: readonly string[]) => {
  const stages = new Map<string, number>()
  for (const id of path) {
    const stage = /\/(forward|backward|update)\//.exec(id)?.[1] ?? 'weight update'
    stages.set(stage, (stages.get(stage) ?? 0) + 1)
  }
  return `${path.length} tasks: ${[...stages].map(([stage, n]) => `${n} ${stage}`).join(', ')}`
}

/** Above this many slices the plot leaves some out and says so. */
const mostSlices = 300

/** The page with plots: cycles by layer and the first phases of the timeline. */
export const simulatePlots = (page: ReportPage, report: SimulateReport, { slices }: Timeline): ReportPage => {
  const layers = [...new Set(report.engines.map(({ layer }) => layer))]
  const rows = report.engines.map(({ layer, engine, cycles, bound }) => ({ layer, engine, cycles, bound }))
  const shown = slices.slice(0, mostSlices).map(({ task, start, end }) => ({
    engine: task.resource,
    layer: task.layer ?? 'weight update',
    subBatch: `#${task.subBatch ?? ''}`,
    start,
    end,
  }))
  const cyclesPlot: ReportPlot = {
    title: 'Cycles by layer and engine',
    caption: 'Cycles per sub-batch when alone; outlined bars wait for memory.',
    spec: {
      width: 560,
      height: 220,
      data: { values: rows },
      mark: { type: 'bar', strokeWidth: 1.5 },
      encoding: {
        x: { field: 'layer', type: 'nominal', sort: layers, title: null },
        xOffset: { field: 'engine' },
        y: { field: 'cycles', type: 'quantitative', title: 'cycles' },
        color: { field: 'engine', type: 'nominal', title: null },
        stroke: { condition: { test: "datum.bound === 'memory'", value: 'currentColor' }, value: 'transparent' },
      },
    },
    table: dataTable('Cycles by layer and engine', { layer: 'layer', engine: 'engine', cycles: 'cycles' }, rows, {
      cycles: whole,
    }),
  }
  const timeline: ReportPlot = {
    title: 'Pipeline',
    caption: `Layers of each sub-batch on the engines, in cycles${slices.length > shown.length ? `; the first ${shown.length} of ${slices.length} tasks` : ''}.`,
    spec: {
      width: 560,
      height: { step: 44 },
      data: { values: shown },
      mark: { type: 'bar', height: 30, stroke: 'currentColor', strokeWidth: 0.4 },
      encoding: {
        x: { field: 'start', type: 'quantitative', title: 'cycles' },
        x2: { field: 'end' },
        y: { field: 'engine', type: 'nominal', title: null },
        color: { field: 'subBatch', type: 'nominal', title: 'sub-batch' },
      },
    },
    table: dataTable(
      'Pipeline',
      { engine: 'engine', layer: 'layer', subBatch: 'sub-batch', start: 'start', end: 'end' },
      shown,
      { start: whole, end: whole },
    ),
  }
  const plots: Record<string, readonly ReportPlot[]> = { engines: [cyclesPlot], schedule: [timeline] }
  return {
    ...page,
    sections: page.sections.map((section) => ({ ...section, plots: plots[section.id] ?? section.plots ?? [] })),
  }
}
