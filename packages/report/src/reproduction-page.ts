import type { PageSection, ReportPage } from './page'
import { reproductionPlot } from './reproduction-plots'
import type { ReproductionReport } from './reproduction-report'
import { missTable, reproductionTable } from './reproduction-tables'

/** What the kinds mean, once. */
export const kindsInWords = [
  'identity: follows from the printed counts, no evidence',
  'calibrated: fitted to the very figure (three constants: k_area on three areas, k_energy on the power, fill on one speed-up)',
  'prediction: nothing was fitted to it',
  'estimate: rests on inputs that the paper does not state',
  'not printed: the paper gives no number',
] as const

const address = (id: string) => id.toLowerCase().replace(/[^a-z0-9]+/g, '')

/** Tables and figures of the paper beside the model as a page, for the terminal or as HTML. */
export const reproductionPage = ({ figures, misses }: ReproductionReport): ReportPage => ({
  title: 'H2Learn: paper and model, side by side',
  summary: [['kinds', kindsInWords.join('; ')]],
  sections: [
    ...figures.map(
      (one): PageSection => ({
        id: address(one.id),
        title: `${one.id}: ${one.title}`,
        tables: [reproductionTable(one)],
        plots: one.series.map(reproductionPlot),
        list: one.notes,
      }),
    ),
    ...misses.map(
      (miss, i): PageSection => ({
        id: `miss${i + 1}`,
        title: `Not reproduced: ${miss.title}`,
        pairs: [
          ['what', miss.statement],
          ['explains', miss.criterion],
        ],
        tables: [missTable(miss)],
      }),
    ),
  ],
})
