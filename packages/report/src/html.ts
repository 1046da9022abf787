import type { ReportSlice, RunReport } from './api'
import { renderPage } from './page'
import type { ReportPlot } from './plot'

/** What a page shows beside the report. */
export interface HtmlExtras {
  /** Tasks on the time axis, in cycles: the first sub-batches of a schedule. */
  readonly timeline?: readonly ReportSlice[]
  /** Plots of single samples: spikes over time, potentials. */
  readonly activity?: readonly ReportPlot[]
}

/**
 * A run as one self-contained page: cards, tables that sort, plots as inline SVG, each with its numbers. It loads
 * nothing, follows the light or dark scheme of the reader, and prints.
 */
export const renderHtml = async (report: RunReport, extras: HtmlExtras = {}): Promise<string> => {
  // what makes the page is loaded with the first one
  const { runPage } = await import('./run-page')
  return renderPage(runPage(report, extras))
}
