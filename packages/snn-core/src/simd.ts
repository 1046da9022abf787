/**
 * Two row additions in WebAssembly SIMD, written out as bytes: f32x4 multiplies and adds round every lane like
 * Math.fround does, and nothing is fused, so results equal the plain loops bit for bit (a test compares them).
 *
 *     (memory (export "m") 1)
 *     (func (export "a") (param $acc i32) (param $row i32) (param $n i32))               ;; acc[i] += row[i]
 *     (func (export "s") (param $acc i32) (param $row i32) (param $n i32) (param $v f32)) ;; acc[i] += v · row[i]
 */
export interface SimdRows {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** Byte addresses of acc and row, number of float32 values. */
  readonly add: (acc: number, row: number, n: number) => void
  readonly addScaled: (acc: number, row: number, n: number, v: number) => void
}

const [ACC, ROW, N, V, V4] = [0, 1, 2, 3, 4]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const constant = (n: number) => [0x41, n]
/** local += step (step from −64 to 63). */
const advance = (local: number, step: number) => [...get(local), ...constant(step & 0x7f), 0x6a, ...set(local)]
const block = (...body: number[][]) => [0x02, 0x40, ...body.flat(), 0x0b]
const loop = (...body: number[][]) => [0x03, 0x40, ...body.flat(), 0x0b]
const leaveIfBelow = (least: number) => [...get(N), ...constant(least), 0x48, 0x0d, 1]
const again = [0x0c, 0]
const vector = {
  load: [0xfd, 0x00, 2, 0],
  store: [0xfd, 0x0b, 2, 0],
  splat: [0xfd, 0x13],
  add: [0xfd, 0xe4, 1],
  mul: [0xfd, 0xe6, 1],
  bytes: 16,
  scale: V4,
}
const scalar = { load: [0x2a, 2, 0], store: [0x38, 2, 0], add: [0x92], mul: [0x94], bytes: 4, scale: V }

/** acc ← acc + row · scale for one vector or one value, and on to the next. */
const one = (kind: typeof vector | typeof scalar, scaled: boolean) => [
  ...get(ACC),
  ...get(ACC),
  ...kind.load,
  ...get(ROW),
  ...kind.load,
  ...(scaled ? [...get(kind.scale), ...kind.mul] : []),
  ...kind.add,
  ...kind.store,
  ...advance(ACC, kind.bytes),
  ...advance(ROW, kind.bytes),
  ...advance(N, -kind.bytes / 4),
]
const body = (scaled: boolean) => [
  ...(scaled ? [1, 1, 0x7b, ...get(V), ...vector.splat, ...set(V4)] : [0]),
  ...block(loop(leaveIfBelow(4), one(vector, scaled), again)),
  ...block(loop(leaveIfBelow(1), one(scalar, scaled), again)),
  0x0b,
]

/** Unsigned LEB128. */
const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)])
const sized = (bytes: number[]) => [...leb(bytes.length), ...bytes]
const section = (id: number, ...items: number[][]) => [id, ...sized([items.length, ...items.flat()])]
const [I32, F32, FUNC] = [0x7f, 0x7d, 0x60]
const exported = (name: string, kind: number, index: number) => [1, name.charCodeAt(0), kind, index]

const moduleBytes = () =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [FUNC, 3, I32, I32, I32, 0], [FUNC, 4, I32, I32, I32, F32, 0]),
    ...section(3, [0], [1]),
    ...section(5, [0, 1]),
    ...section(7, exported('m', 2, 0), exported('a', 0, 0), exported('s', 0, 1)),
    ...section(10, sized(body(false)), sized(body(true))),
  ])

interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** Makes an instance with its own memory, or undefined where there is no WebAssembly with SIMD. */
export const simdRows = (): SimdRows | undefined => {
  const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
  if (!wasm) return undefined
  try {
    const { exports } = new wasm.Instance(new wasm.Module(moduleBytes()))
    return {
      memory: exports.m as SimdRows['memory'],
      add: exports.a as SimdRows['add'],
      addScaled: exports.s as SimdRows['addScaled'],
    }
  } catch {
    // an engine without SIMD refuses the module; the plain loops do the same work
    return undefined
  }
}
