export { reproductionMarkdown, reproductionPlotFile } from '../reproduction-markdown'
export { reproductionPage } from '../reproduction-page'
export { reproductionPlot } from '../reproduction-plots'
export type * from '../reproduction-report'
