import { arithmetic, storageOf } from '../../arithmetic'
import { tensor } from '../../tensor'
import type { OneToOneOperator } from '../api'
import { signalExtent, signalShape, signalValues } from '../signals'
import { mapSize, type OperatorRules } from './operator'

/**
 * Each neuron reads one place through a weight of its own: I[i] = x[i] · w[i]. From a population to itself it is the
 * recurrence with one weight per neuron. Weights are KCRS with K = C of the map, C = 1, R = H, S = W.
 */
export const oneToOne: OperatorRules<OneToOneOperator> = {
  fields: [],
  read: () => ({ kind: 'one-to-one' }),
  write: () => ({ kind: 'one-to-one' }),
  shape: (_, input) => input,
  weights: (_, { C, H, W }) => ({ K: C, C: 1, R: H, S: W }),
  current: (_, signal, weights, precision) => {
    const { round } = arithmetic(precision)
    const out = signalValues(signal, precision)
    const map = signalShape(signal)
    const n = mapSize(map)
    const held = Float64Array.from(weights!.data, round)
    for (let i = 0; i < out.length; i++) out[i] = round(out[i] * held[i % n])
    return tensor('TBCHW', storageOf(precision), { ...signalExtent(signal), ...map }, out)
  },
  gradInput: (_, grad, weights, precision) => {
    const { round, zeros } = arithmetic(precision)
    const n = weights!.data.length
    const held = Float64Array.from(weights!.data, round)
    const out = zeros(grad.data.length)
    for (let i = 0; i < out.length; i++) out[i] = round(grad.data[i] * held[i % n])
    return tensor('TBCHW', storageOf(precision), grad.shape, out)
  },
  gradWeights: (connection, signal, grad, precision) => {
    const { round, zeros } = arithmetic(precision)
    const { T, B } = grad.shape
    const still = signalExtent(signal).T === 1
    const values = signalValues(signal, precision)
    const n = mapSize(connection.input)
    const out = zeros(n)
    for (let b = 0; b < B; b++)
      for (let t = 0; t < T; t++)
        for (let i = 0; i < n; i++) {
          const x = values[((still ? 0 : t) * B + b) * n + i]
          if (x !== 0) out[i] = round(out[i] + round(x * grad.data[(t * B + b) * n + i]))
        }
    return tensor('KCRS', storageOf(precision), connection.weights!, out)
  },
  operations: (_, input) => mapSize(input),
}
