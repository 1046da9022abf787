import { f16Round, getBit, InputError, type NeuronConfig } from '@h2learn/snn-core'
import type { NpyArray } from './npy'
import { type BitArray, elementName, pieces, type RealsArray } from './trace-array'

/** Spikes or a mask of a layer beside the potentials of the same layer and trace. */
export interface TracePair {
  readonly kind: 'spikes' | 'mask'
  /** Names the array of bits in errors. */
  readonly where: string
  readonly bits: BitArray
  /** True when the bits were packed, so that they may have been packed in the other order. */
  readonly packed: boolean
  readonly potentials: RealsArray
}

/**
 * What the bits of a potential are: 0, 1, or undefined where rounding to the number type of the array, or of the threshold,
 * decides it.
 */
const bitOf = (kind: TracePair['kind'], { fireThreshold, gradWindow: [low, high] }: NeuronConfig, rounding: number) => {
  const above = (u: number, th: number) =>
    Math.abs(u - th) <= rounding * Math.max(Math.abs(u), Math.abs(th)) ? undefined : u > th
  if (kind === 'spikes') return (u: number) => above(u, fireThreshold)
  return (u: number) => {
    const [overLow, overHigh] = [above(u, low), above(u, high)]
    if (overLow === false || overHigh === true) return false
    return overLow === undefined || overHigh === undefined ? undefined : true
  }
}

/** Half a unit in the last place, relative, of float16 and float32; the latter doubled for thresholds held in float32. */
const roundingOf = ({ descr }: NpyArray): number => (descr === '<f2' ? 2 ** -11 : 2 ** -23)

const wanted = (kind: TracePair['kind'], { fireThreshold, gradWindow: [low, high] }: NeuronConfig, bit: boolean) =>
  kind === 'spikes'
    ? `${bit ? 1 : 0}, since the potential is ${bit ? 'not ' : ''}below the threshold ${fireThreshold}`
    : `${bit ? 1 : 0}, since the potential is ${bit ? '' : 'not '}between ${low} and ${high}`

const hints = {
  spikes:
    'potentials are those before the reset; state the threshold of the recording with --threshold (in the library: neuron.fireThreshold)',
  mask: 'state the window of the recording with --grad-window (in the library: neuron.gradWindow); a surrogate without an edge has --grad-window=-1e9,1e9',
} as const

/**
 * Refuses spikes and masks that contradict the potentials they are recorded with: fired where u ≥ th_f, open where
 * th_l < u < th_r (Eq. 1, 5). Potentials that lie at a bound to within the rounding of their number type may be either.
 * @throws InputError naming array and element
 */
export const checkAgreement = ({ kind, where, bits, packed, potentials }: TracePair, neuron: NeuronConfig): void => {
  const { array } = potentials
  const of = bitOf(kind, neuron, roundingOf(array))
  for (const { from, values } of pieces(where, array))
    for (let i = 0; i < values.length; i++) {
      const bit = of(values[i]!)
      const got = getBit(bits.words, from + i)
      if (bit === undefined || got === (bit ? 1 : 0)) continue
      throw new InputError({
        where,
        expected: `${wanted(kind, neuron, bit)} (u = ${shown(values[i]!)})`,
        got: `${got} at ${elementName(array.shape, from + i)}`,
        hint: packed ? `${hints[kind]}; bits are packed with bitorder='big', the default` : hints[kind],
      })
    }
}

const shown = (u: number) => String(Number(u.toPrecision(6)))

/** How many finite values of an array become infinite when they are scaled and rounded to FP16. */
export const overflowing = (where: string, array: NpyArray, scale: number): number => {
  let count = 0
  for (const { values } of pieces(where, array))
    for (const value of values) if (Math.abs(f16Round(value * scale)) === Infinity) count++
  return count
}
