import type { Precision, Spikes } from '../api'
import type { Connection, Signal } from './api'
import { delayedSignal } from './signals'
import { spikePools } from './spike-pools/spike-pools'

/** What a connection takes from its source, after the delay and before the pooling. */
export const sourceSignal = ({ delay }: Connection, source: Signal, T: number, precision: Precision): Signal =>
  delay === 1 ? delayedSignal(source, T, precision) : source

/** What its operator reads. */
export const pooledSignal = ({ pool }: Connection, signal: Signal, precision: Precision): Signal =>
  pool ? spikePools[pool.kind].apply(signal, pool.size, precision) : signal

/** Spikes of a population as a signal. */
export const spikeSignal = (spikes: Spikes): Signal => ({ kind: 'spikes', data: spikes })
