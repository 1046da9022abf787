import { exp } from './exp'
import { hypot } from './hypot'
import { log, log1p } from './log'
import { pow } from './pow'
import { cos, sin } from './sin-cos'

/**
 * Elementary functions with the same bits on every runtime. The language leaves the last bits of `Math.exp` and its like
 * to the engine, and engines differ: between versions of Node, and between Node and browsers. These use only operations
 * that the language defines to the bit (+ − × ÷ and comparisons), in one order. Each is at most 1 ulp from the exact value.
 */
export const elementary = { exp, log, log1p, pow, cos, sin, hypot } as const
