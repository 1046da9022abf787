import type { Timing, Unit } from './api'
import { cycles } from './quantities'

/** Bytes that an engine reads from and writes to its global buffer. */
export interface GlobalBufferWork {
  readonly readBytes: number
  readonly writtenBytes: number
}

/**
 * Global buffer of an engine: `KiB` of ping-pong storage beside the arrays (Table VII). It computes nothing, and its time is
 * that of the grid iterations it feeds, so that its own is 0 (modelling choice).
 * @param config KiB of 1024 bytes, above 0
 */
export const globalBuffer = ({ KiB }: { readonly KiB: number }) =>
  ({
    name: 'global buffer',
    run: (work: GlobalBufferWork): GlobalBufferWork => work,
    measure: (work: GlobalBufferWork): GlobalBufferWork => work,
    time: (_: GlobalBufferWork): Timing => ({ latency: cycles(0), interval: cycles(0) }),
    count: ({ readBytes, writtenBytes }: GlobalBufferWork) => ({ 'glb.read': readBytes, 'glb.write': writtenBytes }),
    parts: { 'glb.KiB': KiB },
  }) satisfies Unit<GlobalBufferWork, GlobalBufferWork, GlobalBufferWork, 'glb.read' | 'glb.write', 'glb.KiB'>
