import type { RealArray, Samples } from '../api'

/** A real array of zeros in memory that all threads see. */
export const sharedReals = (length: number, like: RealArray): RealArray =>
  like instanceof Float64Array
    ? new Float64Array(new SharedArrayBuffer(length * 8))
    : new Float32Array(new SharedArrayBuffer(length * 4))

const sharedBytes = (bytes: Uint8Array): Uint8Array => {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}

const sharedLabels = (labels: Samples['labels']): Samples['labels'] => {
  if (labels instanceof Uint8Array) return sharedBytes(labels)
  const shared = new Uint16Array(new SharedArrayBuffer(labels.byteLength))
  shared.set(labels)
  return shared
}

/** Samples in memory that all threads see; those that are there already are not copied. */
export const shareSamples = (samples: Samples): Samples => {
  const { data, labels } = samples
  if (data.buffer instanceof SharedArrayBuffer && labels.buffer instanceof SharedArrayBuffer) return samples
  return { ...samples, data: sharedBytes(data), labels: sharedLabels(labels) }
}
