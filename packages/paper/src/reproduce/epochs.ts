import type { Reproduction } from '../compare/reproduced'
import { v100Reference } from '../gpu'
import { paper } from '../published'
import { benchmarkNetwork, gpuRoofline, timedBenchmarks } from '../roofline'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

/** Table II: epochs on a V100 as published, its roofline beside them, and what an epoch takes on the chip. */
export const epochTable = ({ benchmark }: ReproduceContext): FigureParts => {
  const rows = timedBenchmarks.flatMap((name): readonly Reproduction[] => {
    const { ann, snn, slowdown, images } = paper.epochs[name]
    const network = benchmarkNetwork(name)
    const roofline = gpuRoofline(network)
    // an ANN of the same structure: one timestep, no neurons over time
    const ann1 = gpuRoofline({ ...network, T: 1 })
    return [
      {
        id: 'Table II',
        quantity: `epoch of the SNN on V100, ${name}`,
        paper: snn.value,
        model: roofline.seconds_per_sample * images.value,
        unit: 's',
        kind: 'estimate',
        note: `roofline of 15.7 TFLOPS and 900 GB/s, dense float32, a bound from below; speed-ups use the published time`,
      },
      {
        id: 'Table II',
        quantity: `epoch of the ANN on V100, ${name}`,
        paper: ann.value,
        model: ann1.seconds_per_sample * images.value,
        unit: 's',
        kind: 'estimate',
        note: 'the same roofline at one timestep',
      },
      {
        id: 'Table II',
        quantity: `SNN over ANN, ${name}`,
        paper: slowdown.value,
        model: snn.value / ann.value,
        unit: 'ratio',
        kind: 'identity',
        note: 'from the two printed times',
      },
      {
        id: 'Table II',
        quantity: `epoch of the SNN on the chip, ${name}`,
        paper: null,
        model: images.value / benchmark(name).samples_per_s,
        unit: 's',
        kind: 'not printed',
        note: 'steady state, sparsities of Table III',
      },
    ]
  })
  return {
    rows,
    series: [
      {
        title: 'One epoch of training',
        caption: 'SNN epochs on the V100 as published and at its roofline, and on the chip.',
        mark: 'bar',
        x: 'benchmark',
        y: 'seconds',
        logY: true,
        points: timedBenchmarks.flatMap((name) => {
          const images = paper.epochs[name].images.value
          return [
            { x: name, y: v100Reference.secondsPerSample[name]! * images, series: 'V100, Table II' },
            {
              x: name,
              y: gpuRoofline(benchmarkNetwork(name)).seconds_per_sample * images,
              series: 'V100, roofline (estimate)',
            },
            { x: name, y: images / benchmark(name).samples_per_s, series: 'chip, model' },
          ]
        }),
      },
    ],
  }
}
