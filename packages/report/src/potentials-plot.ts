import type { ReportActivity } from './api'
import { count, figure } from './format'
import { dataTable, plotWidth, type ReportPlot } from './plot'

/** Potentials over time of a few neurons a layer, with the firing threshold and the window of the surrogate gradient. */
export const potentialsPlot = (activity: ReportActivity | undefined): ReportPlot[] => {
  if (activity === undefined) return []
  const { layers, fire_threshold, grad_window } = activity
  const rows = layers.flatMap(({ name, potentials }) =>
    potentials.flatMap(({ neuron, values }, i) =>
      values.map((value, t) => ({ layer: name, neuron, role: roles[Math.min(i, roles.length - 1)]!, t: t + 1, value })),
    ),
  )
  if (rows.length === 0) return []
  const lines = [
    { level: fire_threshold, what: 'firing threshold' },
    ...(grad_window ?? []).map((level) => ({ level, what: 'gradient window' })),
  ]
  return [
    {
      title: 'Potentials',
      caption: `Membrane potentials of one recorded training sample, before the reset; busiest and quiet are meant of this sample. Solid line: firing threshold ${figure(fire_threshold)}${grad_window === null ? '' : `, dashed: the window (${grad_window.map((v) => figure(v)).join(', ')}) in which a gradient passes`}.`,
      spec: {
        data: {
          values: rows.map((row) => ({
            ...row,
            ...Object.fromEntries(lines.map(({ level }, i) => [`line${i}`, level])),
          })),
        },
        facet: { row: { field: 'layer', type: 'nominal', title: null, sort: layers.map(({ name }) => name) } },
        resolve: { scale: { y: 'independent' } },
        spec: {
          width: plotWidth - 60,
          height: 100,
          layer: [
            ...lines.map(({ what }, i) => ({
              mark: {
                type: 'rule' as const,
                opacity: 0.4,
                color: 'currentColor',
                ...(what === 'gradient window' && { strokeDash: [3, 3] }),
              },
              encoding: {
                y: { field: `line${i}`, type: 'quantitative' as const, aggregate: 'max' as const, title: 'u' },
              },
            })),
            {
              mark: { type: 'line' as const, point: true },
              encoding: {
                x: {
                  field: 't',
                  type: 'quantitative' as const,
                  title: 'timestep',
                  axis: { tickMinStep: 1, format: 'd' },
                },
                y: { field: 'value', type: 'quantitative' as const, title: 'u' },
                color: { field: 'role', type: 'nominal' as const, title: null, sort: [...roles] },
              },
            },
          ],
        },
      },
      table: dataTable(
        'Potentials',
        { layer: 'layer', neuron: 'neuron', t: 'timestep', value: 'potential' },
        rows,
        { neuron: count, t: count, value: (value) => figure(value, 4) },
        3,
      ),
    },
  ]
}

const roles = ['busiest neuron', 'middling neuron', 'quiet neuron'] as const
