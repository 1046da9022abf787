import type { RunReport } from './api'
import { count, figure, oneLine, percent, quantity } from './format'
import type { HtmlExtras } from './html'
import type { PageCard, PageSection, ReportPage } from './page'
import { reportPlots } from './plots'
import {
  accuracyRows,
  boundRows,
  causesTable,
  chipTable,
  enginesTable,
  functionalTable,
  layersTable,
  paperTable,
  passesTable,
  runWarnings,
  summaryRows,
  v100Text,
} from './tables'

const cards = ({ chip, test_accuracy, speedup_vs_v100 }: RunReport): readonly PageCard[] => {
  const kind = (key: string) => chip.kinds[key] ?? ''
  return [
    { label: 'test accuracy', value: percent(test_accuracy), kind: 'measured' },
    { label: 'throughput', value: `${figure(chip.samples_per_s)} samples/s`, kind: kind('samples_per_s') },
    {
      label: 'period of a sub-batch',
      value: `${quantity(chip.period_s, 's')}, ${count(chip.period_cycles)} cycles`,
      kind: kind('period_s'),
    },
    { label: 'energy per sample', value: quantity(chip.energy_per_sample_J, 'J'), kind: kind('energy_per_sample_J') },
    { label: 'power', value: quantity(chip.power_W, 'W'), kind: kind('power_W') },
    { label: 'area', value: `${figure(chip.area_mm2, 4)} mm²`, kind: kind('area_mm2') },
    {
      label: 'against V100',
      value: speedup_vs_v100 === null ? 'no figure' : `${figure(speedup_vs_v100)}×`,
      kind: speedup_vs_v100 === null ? '' : 'predicted, over a published time',
    },
  ]
}

/** The sections of a run's page, in order. */
const runSections = (report: RunReport, { timeline = [], activity = [] }: HtmlExtras): readonly PageSection[] => {
  const plots = reportPlots(report, timeline)
  return [
    { id: 'training', title: 'Training', pairs: accuracyRows(report), plots: plots.training },
    {
      id: 'layers',
      title: 'Layers and sparsity',
      tables: [layersTable(report), passesTable(report)],
      plots: plots.layers,
    },
    { id: 'activity', title: 'Spikes', plots: activity },
    {
      id: 'engines',
      title: 'Engines',
      tables: [enginesTable(report)],
      plots: plots.engines,
      tablesAfter: [causesTable(report), functionalTable(report)],
    },
    { id: 'pipeline', title: 'Pipeline', plots: plots.pipeline },
    {
      id: 'chip',
      title: 'Chip',
      pairs: [...boundRows(report.chip), ['against V100', v100Text(report)]],
      tables: [chipTable(report)],
      plots: plots.chip,
    },
    { id: 'paper', title: 'Against the paper', tables: [paperTable(report)] },
    { id: 'confusion', title: 'Confusion', plots: plots.confusion },
    { id: 'notes', title: 'Notes', list: report.notes },
  ]
}

/** A run as a page: cards, tables, plots with their numbers. */
export const runPage = (report: RunReport, extras: HtmlExtras): ReportPage => ({
  title: `H2Learn run: ${oneLine(report.benchmark)} (preset ${oneLine(report.preset)})`,
  warning: runWarnings(report),
  summary: summaryRows(report),
  cards: cards(report),
  sections: runSections(report, extras),
  footer: Object.entries(report.versions)
    .map(([name, version]) => oneLine(`${name} ${version}`))
    .join(', '),
})
