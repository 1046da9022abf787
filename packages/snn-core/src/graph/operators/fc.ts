import type { Connection, FullOperator } from '../api'
import { type LayerGeometry, layeredCurrent, layeredGradInput, layeredGradWeights } from './layered'
import { mapSize, type OperatorRules } from './operator'

const geometry = ({ operator }: Connection): LayerGeometry => ({
  kind: 'fc',
  stride: 1,
  padding: 0,
  groups: 1,
  output: { C: (operator as FullOperator).out, H: 1, W: 1 },
})

/** Full connection: I[k] = Σ_c,y,x x[c, y, x] · w[k, c, y, x]. */
export const fc: OperatorRules<FullOperator> = {
  fields: ['out'],
  read: (plain, at, { integer }) => ({ kind: 'fc', out: integer(plain.out, `${at}.out`, 1) }),
  write: ({ out }) => ({ kind: 'fc', out }),
  shape: ({ out }) => ({ C: out, H: 1, W: 1 }),
  weights: ({ out }, { C, H, W }) => ({ K: out, C, R: H, S: W }),
  current: (connection, signal, weights, precision) =>
    layeredCurrent(connection, geometry(connection), signal, weights!, precision),
  gradInput: (connection, grad, weights, precision) =>
    layeredGradInput(connection, geometry(connection), grad, weights!, precision),
  gradWeights: (connection, signal, grad, precision) =>
    layeredGradWeights(connection, geometry(connection), signal, grad, precision),
  operations: ({ out }, input) => out * mapSize(input),
}
