/**
 * Parts of a step that the fast backend tells apart; underflow: the float32 backward pass that FP16 is compared with;
 * drawn: making up gradients for a benchmark.
 */
export const FAST_PHASES = [
  'input',
  'pack',
  'forward',
  'neurons',
  'weightGradient',
  'inputGradient',
  'unpack',
  'update',
  'underflow',
  'drawn',
] as const
export type FastPhase = (typeof FAST_PHASES)[number]

/** What the fast backend of this thread has done since it was last asked. */
export interface FastActivity {
  /** Milliseconds per phase. */
  readonly ms: Readonly<Record<FastPhase, number>>
  /** Effectual additions (multiply-adds) of the forward pass, the weight gradient and the input gradient. */
  readonly effectual: { readonly forward: number; readonly weightGradient: number; readonly inputGradient: number }
}

const zeros = (): Record<FastPhase, number> => ({
  input: 0,
  pack: 0,
  forward: 0,
  neurons: 0,
  weightGradient: 0,
  inputGradient: 0,
  unpack: 0,
  update: 0,
  underflow: 0,
  drawn: 0,
})

let ms = zeros()
let effectual = { forward: 0, weightGradient: 0, inputGradient: 0 }

/** Runs one phase and adds its time. */
export const inPhase = <R>(phase: FastPhase, work: () => R): R => {
  const from = performance.now()
  const result = work()
  ms[phase] += performance.now() - from
  return result
}

/** Adds effectual operations. */
export const addEffectual = (kind: keyof typeof effectual, operations: number): void => {
  effectual[kind] += operations
}

/** Work whose operations do not count. */
export const uncounted = <R>(work: () => R): R => {
  const before = { ...effectual }
  const result = work()
  effectual = before
  return result
}

/** Times and counts of this thread since the last call: for benchmarks. */
export const takeFastActivity = (): FastActivity => {
  const taken = { ms, effectual }
  ms = zeros()
  effectual = { forward: 0, weightGradient: 0, inputGradient: 0 }
  return taken
}
