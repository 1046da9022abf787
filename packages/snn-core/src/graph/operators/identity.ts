import { storageOf } from '../../arithmetic'
import { tensor } from '../../tensor'
import type { IdentityOperator } from '../api'
import { signalExtent, signalShape, signalValues } from '../signals'
import type { OperatorRules } from './operator'

/** The input itself as a current: what a residual block adds. */
export const identity: OperatorRules<IdentityOperator> = {
  fields: [],
  read: () => ({ kind: 'identity' }),
  write: () => ({ kind: 'identity' }),
  shape: (_, input) => input,
  weights: () => undefined,
  current: (_, signal, __, precision) => {
    const shape = { ...signalExtent(signal), ...signalShape(signal) }
    return tensor('TBCHW', storageOf(precision), shape, signalValues(signal, precision))
  },
  gradInput: (_, grad) => grad,
  operations: () => 0,
}
