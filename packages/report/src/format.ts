/** Stands for a figure that was not measured. */
export const missing = '–'

type Maybe = number | null | undefined
const known = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value)

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number with thousands separators. */
export const count = (value: Maybe): string => (known(value) ? grouped.format(value) : missing)

/** About `digits` significant digits; large numbers keep all of their whole part, very small ones get an exponent. */
export const figure = (value: Maybe, digits = 3): string => {
  if (!known(value)) return missing
  const size = Math.abs(value)
  if (size >= 10 ** digits) return grouped.format(value)
  if (size !== 0 && size < 1e-4) return value.toExponential(digits - 1)
  return String(Number(value.toPrecision(digits)))
}

/** A share 0..1 in percent with two digits after the point. */
export const percent = (share: Maybe): string => (known(share) ? `${(100 * share).toFixed(2)} %` : missing)

/** A gap in percent with its sign. */
export const gap = (value: Maybe): string =>
  known(value) ? `${value < 0 ? '−' : value > 0 ? '+' : ''}${Math.abs(value).toFixed(1)} %` : missing

const prefixes: readonly (readonly [number, string])[] = [
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
]

/** A quantity in its unit with the prefix that leaves 1 to 1000 in front of it, down to pico. */
export const quantity = (value: Maybe, unit: string): string => {
  if (!known(value)) return missing
  const size = Math.abs(value)
  const [scale, prefix] = (size === 0 ? prefixes[0] : prefixes.find(([least]) => size >= least)) ?? prefixes.at(-1)!
  return `${figure(value / scale)} ${prefix}${unit}`
}

/** Text from outside without control characters, in one line. */
export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim()
