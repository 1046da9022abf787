import { f16Decode, f16Round, type Layer, type Maps } from '@h2learn/snn-core'

/**
 * ∇u as the PEs are loaded with it: spread over the pooled positions, ÷k² each and rounded to FP16; positions that
 * pooling an odd size dropped get 0 (rules 5, 7). Channels lie innermost, as the columns of the array read them.
 * @returns T·B × convH × convW × K binary16 values
 */
export const spreadGradients = (
  { K, convH, convW, outH, outW, currentPool: pool }: Layer,
  gradU: Maps<'f16'>,
): Float32Array => {
  const grads = f16Decode(gradU.data)
  const maps = gradU.shape.T * gradU.shape.B
  const spread = new Float32Array(maps * convH * convW * K)
  const area = pool * pool
  for (let map = 0; map < maps; map++)
    for (let k = 0; k < K; k++)
      for (let y = 0; y < outH * pool; y++)
        for (let x = 0; x < outW * pool; x++) {
          const g = grads[((map * K + k) * outH + Math.floor(y / pool)) * outW + Math.floor(x / pool)]!
          spread[((map * convH + y) * convW + x) * K + k] = area === 1 ? g : f16Round(g / area)
        }
  return spread
}
