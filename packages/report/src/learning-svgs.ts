import type { RunReport } from './api'
import { renderPlotSvg } from './plot-svg'

/**
 * Everything there is to see of a training run as SVG files: loss and accuracy over training, sparsities, firing rates,
 * raster, potentials, confusion matrix.
 * @returns contents by file name, such as `confusion-matrix.svg`; plots without data are left out
 */
export const learningSvgs = async (report: RunReport): Promise<Readonly<Record<string, string>>> => {
  const { learningPlots } = await import('./plots')
  const files: Record<string, string> = {}
  for (const plot of learningPlots(report)) {
    const name = plot.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
    files[`${name}.svg`] = await renderPlotSvg(plot)
  }
  return files
}
