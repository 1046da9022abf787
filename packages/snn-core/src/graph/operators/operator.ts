import type { Maps, Precision, Weights } from '../../api'
import type { FieldReader, Json } from '../../field-reader'
import type { Connection, MapShape, Operator, Signal } from '../api'

/** Everything that is known about one operator. */
export interface OperatorRules<O extends Operator> {
  /** Fields of its plain form besides `kind`. */
  readonly fields: readonly string[]
  /** Reads the plain form and fills in the defaults. @throws InputError with the path of the field */
  readonly read: (plain: Json, at: string, read: FieldReader) => O
  /** Writes the plain form, without what is the default. */
  readonly write: (operator: O) => Json
  /**
   * Map of the result; undefined when the operator does not fit the input.
   * @param fail ends with an error that says what would fit
   */
  readonly shape: (operator: O, input: MapShape, fail: (expected: string, got: string) => never) => MapShape
  /** Shape of the weights, KCRS with C the input channels of one group; undefined without weights. */
  readonly weights: (operator: O, input: MapShape) => Weights['shape'] | undefined
  /** TBCHW current of what is read (T = 1 for values that do not change in time). */
  readonly current: (connection: Connection, signal: Signal, weights: Weights | undefined, precision: Precision) => Maps
  /** TBCHW gradient at the input map from the gradient at the result. */
  readonly gradInput: (connection: Connection, grad: Maps, weights: Weights | undefined, precision: Precision) => Maps
  /** Gradient of the weights, summed over samples and timesteps; operators without weights have none. */
  readonly gradWeights?: (connection: Connection, signal: Signal, grad: Maps, precision: Precision) => Weights
  /** Multiply-accumulates of one sample at one timestep when everything is dense, padding included. */
  readonly operations: (operator: O, input: MapShape) => number
}

/** Elements of one map. */
export const mapSize = ({ C, H, W }: MapShape): number => C * H * W

/** A map shape as messages show it: CxHxW. */
export const mapText = ({ C, H, W }: MapShape): string => `${C}x${H}x${W}`
