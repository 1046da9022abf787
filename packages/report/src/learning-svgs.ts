import type { RunReport } from './api'
import { firingRatesPlot } from './firing-rates-plot'
import { confusionPlot, sparsityPlots, trainingPlots } from './learning-plots'
import { renderPlotSvg } from './plot-svg'
import { potentialsPlot } from './potentials-plot'
import { rasterPlot } from './raster-plot'

/**
 * Everything there is to see of a training run as SVG files: loss and accuracy over training, sparsities, firing rates,
 * raster, potentials, confusion matrix.
 * @returns contents by file name, such as `confusion-matrix.svg`; plots without data are left out
 */
export const learningSvgs = async (report: RunReport): Promise<Readonly<Record<string, string>>> => {
  const plots = [
    ...trainingPlots(report),
    ...sparsityPlots(report),
    ...firingRatesPlot(report.activity),
    ...rasterPlot(report.activity),
    ...potentialsPlot(report.activity),
    ...confusionPlot(report),
  ]
  const files: Record<string, string> = {}
  for (const plot of plots) {
    const name = plot.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
    files[`${name}.svg`] = await renderPlotSvg(plot)
  }
  return files
}
