import type { ReportActivity } from './api'
import { percent } from './format'
import { dataTable, plotWidth, type ReportPlot } from './plot'

/** How often the neurons of each layer fire: a histogram a layer, with warnings for silent and saturated ones. */
export const firingRatesPlot = (activity: ReportActivity | undefined): ReportPlot[] => {
  if (activity === undefined || activity.layers.length === 0) return []
  const { layers, samples, warnings } = activity
  const rows = layers.flatMap(({ name, rate_histogram }) =>
    rate_histogram.map((share, i) => ({
      layer: name,
      from: i / rate_histogram.length,
      to: (i + 1) / rate_histogram.length,
      share,
    })),
  )
  return [
    {
      title: 'Firing rates',
      caption: `Share of each layer's neurons by firing rate over ${samples} recorded training samples. ${warnings.length === 0 ? 'No layer is silent or saturated.' : `Mind: ${warnings.join(' ')}`}`,
      spec: {
        data: { values: rows },
        facet: { row: { field: 'layer', type: 'nominal', title: null, sort: layers.map(({ name }) => name) } },
        spec: {
          width: plotWidth - 60,
          height: 60,
          mark: { type: 'bar' },
          encoding: {
            x: {
              field: 'from',
              type: 'quantitative',
              title: 'firing rate',
              bin: { binned: true },
              axis: { format: '.0%' },
              scale: { domain: [0, 1] },
            },
            x2: { field: 'to' },
            y: { field: 'share', type: 'quantitative', title: 'neurons', axis: { format: '.0%', tickCount: 3 } },
          },
        },
      },
      table: dataTable(
        'Firing rates',
        { layer: 'layer', from: 'from', to: 'to', share: 'neurons' },
        rows,
        { from: percent, to: percent, share: percent },
        3,
      ),
    },
  ]
}
