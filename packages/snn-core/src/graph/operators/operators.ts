import type { Operator } from '../api'
import { conv } from './conv'
import { fc } from './fc'
import { identity } from './identity'
import { oneToOne } from './one-to-one'
import type { OperatorRules } from './operator'

/** The operators by name: one without an entry does not compile. */
export const operators: { readonly [K in Operator['kind']]: OperatorRules<Extract<Operator, { kind: K }>> } = {
  conv,
  fc,
  identity,
  'one-to-one': oneToOne,
}

/** The rules of one operator. */
export const rulesOf = (kind: Operator['kind']): OperatorRules<Operator> =>
  operators[kind] as unknown as OperatorRules<Operator>
