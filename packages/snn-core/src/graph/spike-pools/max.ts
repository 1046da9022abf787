import type { RealArray } from '../../api'
import { arithmetic, storageOf } from '../../arithmetic'
import { packBits, tensor } from '../../tensor'
import type { Signal } from '../api'
import { isStill, signalExtent, signalShape, signalValues } from '../signals'
import { pooledShape, type SpikePoolRules } from './spike-pool'

/** Visits every window: its place in the pooled maps and the place of its largest value, the first of equal ones. */
const forEachWindow = (values: RealArray, signal: Signal, size: number, visit: (to: number, from: number) => void) => {
  const { T, B } = signalExtent(signal)
  const { C, H, W } = signalShape(signal)
  const pooled = pooledShape({ C, H, W }, size)
  let to = 0
  for (let map = 0; map < T * B * C; map++)
    for (let y = 0; y < pooled.H; y++)
      for (let x = 0; x < pooled.W; x++, to++) {
        const corner = (map * H + y * size) * W + x * size
        let best = corner
        for (let dy = 0; dy < size; dy++)
          for (let dx = 0; dx < size; dx++) {
            const at = corner + dy * W + dx
            if (values[at] > values[best]) best = at
          }
        visit(to, best)
      }
}

/** Largest of size × size places: of spikes, whether any fired. The gradient goes to the first of the largest ones. */
export const max: SpikePoolRules = {
  most: 2 ** 31,
  apply: (signal, size, precision) => {
    const extent = signalExtent(signal)
    const map = pooledShape(signalShape(signal), size)
    const values = signalValues(signal, precision)
    const out = arithmetic(precision).zeros(extent.T * extent.B * map.C * map.H * map.W)
    forEachWindow(values, signal, size, (to, from) => {
      out[to] = values[from]
    })
    const dtype = storageOf(precision)
    if (signal.kind === 'spikes')
      return { kind: 'spikes', data: tensor('TBCHW', 'bit', { ...extent, ...map }, packBits(out)) }
    if (isStill(signal)) return { kind: 'analog', data: tensor('BCHW', dtype, { B: extent.B, ...map }, out) }
    return { kind: 'real', data: tensor('TBCHW', dtype, { ...extent, ...map }, out) }
  },
  gradient: (signal, size, grad, precision) => {
    const values = signalValues(signal, precision)
    const out = arithmetic(precision).zeros(values.length)
    forEachWindow(values, signal, size, (to, from) => {
      out[from] = grad.data[to]
    })
    return tensor('TBCHW', storageOf(precision), { ...signalExtent(signal), ...signalShape(signal) }, out)
  },
}
