/** A value as messages show it: short, and whatever it is. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return cut(JSON.stringify(value))
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : cut(plain(value) ?? 'a list')
  if (typeof value === 'object' && value !== null) {
    const named = Object.getPrototypeOf(value)?.constructor?.name
    if (named && named !== 'Object') return `an object of ${named}`
    return cut(plain(value) ?? 'an object')
  }
  return String(value)
}

const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

/** JSON of a small value; undefined for what has none (a circle, a bigint within). */
const plain = (value: object): string | undefined => {
  try {
    return JSON.stringify(value, (_, inner) =>
      typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
    )
  } catch {
    return undefined
  }
}
