import type { ReportSlice, RunReport } from './api'
import { firingRatesPlot } from './firing-rates-plot'
import { figure, quantity } from './format'
import { breakdownPlot, cyclesPlots, timelinePlot } from './hardware-plots'
import { confusionPlot, sparsityPlots, trainingPlots } from './learning-plots'
import { potentialsPlot } from './potentials-plot'
import { rasterPlot } from './raster-plot'
import { rooflinePlot } from './roofline-plot'

/** Every plot of a run, by the section of the page it belongs to. */
export const reportPlots = (report: RunReport, timeline: readonly ReportSlice[]) => ({
  training: trainingPlots(report),
  layers: [
    ...sparsityPlots(report),
    ...firingRatesPlot(report.activity),
    ...rasterPlot(report.activity),
    ...potentialsPlot(report.activity),
  ],
  engines: [...cyclesPlots(report), ...rooflinePlot(report)],
  pipeline: timelinePlot(timeline),
  chip: [
    ...breakdownPlot(
      'Energy per sample',
      'What a sample costs on the chip, by action.',
      report.chip.energy_breakdown_J,
      'J',
      (value) => quantity(value, 'J'),
    ),
    ...breakdownPlot('Area', 'Silicon by part.', report.chip.area_breakdown_mm2, 'mm²', figure),
  ],
  confusion: confusionPlot(report),
})

/** What training shows: loss and accuracy, sparsities, spikes and potentials of samples, the confusion matrix. */
export const learningPlots = (report: RunReport) => [
  ...trainingPlots(report),
  ...sparsityPlots(report),
  ...firingRatesPlot(report.activity),
  ...rasterPlot(report.activity),
  ...potentialsPlot(report.activity),
  ...confusionPlot(report),
]
