import type { ReportActivity } from './api'
import { count } from './format'
import { dataTable, plotWidth, type ReportPlot } from './plot'

/** Spikes of one sample, a row a layer: a tick for each spike of some of its neurons. */
export const rasterPlot = (activity: ReportActivity | undefined): ReportPlot[] => {
  if (activity === undefined || activity.layers.length === 0) return []
  const { layers, T } = activity
  // the place among the neurons shown, so that a layer of 100,000 neurons fills its band as one of ten does
  const rows = layers.flatMap(({ name, raster, raster_neurons }) =>
    raster.map(([neuron, t]) => ({ layer: name, neuron, place: raster_neurons.indexOf(neuron), t: t + 1 })),
  )
  if (rows.length === 0) return []
  return [
    {
      title: 'Raster',
      caption: `Spikes of one recorded training sample over its ${T} timesteps; of each layer up to ${Math.max(...layers.map((l) => l.raster_neurons.length))} neurons at equal steps of their number of spikes in this sample, the busiest on top.`,
      spec: {
        data: { values: rows },
        facet: { row: { field: 'layer', type: 'nominal', title: null, sort: layers.map(({ name }) => name) } },
        resolve: { scale: { y: 'independent' } },
        spec: {
          width: plotWidth - 60,
          height: 70,
          mark: { type: 'tick', thickness: 2 },
          encoding: {
            x: {
              field: 't',
              type: 'quantitative',
              title: 'timestep',
              scale: { domain: [0.5, T + 0.5], nice: false },
              axis: { tickMinStep: 1, format: 'd' },
            },
            y: {
              field: 'place',
              type: 'quantitative',
              title: 'neurons by spikes',
              axis: { labels: false, ticks: false, grid: false },
            },
          },
        },
      },
      table: dataTable(
        'Spikes',
        { layer: 'layer', neuron: 'neuron', t: 'timestep' },
        rows,
        { neuron: count, t: count },
        3,
      ),
    },
  ]
}
