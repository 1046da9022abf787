import { f16Round } from '@h2learn/snn-core'
import { accTree } from './acc'

/**
 * Average pooling of one neuron's summed inputs before the Soma: for k = 2 the FP16 sum (a + b) + (c + d), × 0.25
 * (rule 6); other k: the same tree over the k² values in raster order, ÷k², rounded once.
 * @param values k² binary16 values in raster order
 */
export const poolCurrent = (values: ArrayLike<number>): number => f16Round(accTree(values) / values.length)

/**
 * Pools a convolution's summed inputs, channels innermost in, map innermost out; odd sizes floor (rule 5).
 * @param currents V × convH × convW × K binary16 values
 * @param pool k; 1 only changes the order of the axes
 * @returns V × K × outH × outW
 */
export const poolCurrents = (
  currents: Float32Array,
  { V, K, convH, convW, outH, outW, pool }: Record<'V' | 'K' | 'convH' | 'convW' | 'outH' | 'outW' | 'pool', number>,
): Float32Array => {
  const pooled = new Float32Array(V * K * outH * outW)
  const window = new Float32Array(pool * pool)
  for (let v = 0; v < V; v++)
    for (let y = 0; y < outH; y++)
      for (let x = 0; x < outW; x++)
        for (let k = 0; k < K; k++) {
          const to = ((v * K + k) * outH + y) * outW + x
          const at = (py: number, px: number) =>
            currents[((v * convH + y * pool + py) * convW + x * pool + px) * K + k]!
          if (pool === 1) pooled[to] = at(0, 0)
          else if (pool === 2)
            pooled[to] = f16Round(f16Round(f16Round(at(0, 0) + at(0, 1)) + f16Round(at(1, 0) + at(1, 1))) * 0.25)
          else {
            for (let i = 0; i < window.length; i++) window[i] = at(Math.floor(i / pool), i % pool)
            pooled[to] = poolCurrent(window)
          }
        }
  return pooled
}
