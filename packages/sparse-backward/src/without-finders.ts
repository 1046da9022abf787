import { cycles } from '@h2learn/hw'
import type { GradientWindow, InputFinder } from './effectual-input-output-finder'
import {
  dealOutputIds,
  expandTile,
  idBufferBits,
  type OutputFinder,
  type OutputFinderConfig,
} from './effectual-output-finder'

/**
 * Deals every output of a tile to the PEs, valid or not: the baselines that do not skip outputs. It scans nothing.
 * @param config `silicon` 1 where the finder is there and its buffers with it, only not used (section V-A removes them from
 *   the dense baseline alone), else 0
 */
export const everyOutput = ({ groupSize, tile, silicon }: OutputFinderConfig & { readonly silicon: 0 | 1 }) =>
  ({
    name: 'every output',
    run: (input) => ({
      ids: dealOutputIds(new Uint8Array(input.mask.length).fill(1), groupSize),
      potentials: expandTile(input),
    }),
    measure: () => ({ rows: 0 }),
    time: () => ({ latency: cycles(0), interval: cycles(0) }),
    count: () => ({ 'outputFinder.scan': 0 }),
    parts: { outputFinder: silicon, 'idBuffer.bit': silicon * idBufferBits({ groupSize, tile }) },
  }) satisfies OutputFinder

/**
 * Issues all k² conv IDs of a window, one per cycle: the baselines that do not skip inputs.
 * @param config `silicon` as for `everyOutput`
 */
export const everyInput = ({ silicon }: { readonly silicon: 0 | 1 }) => {
  const taps = ({ kernel }: GradientWindow) => kernel * kernel
  return {
    name: 'every input',
    run: (window) => Array.from({ length: taps(window) }, (_, id) => id),
    measure: (window) => ({ cycles: taps(window) }),
    time: ({ cycles: busy }) => ({ latency: cycles(busy), interval: cycles(busy) }),
    count: ({ cycles: busy }) => ({ 'inputFinder.cycle': silicon * busy }),
    parts: { inputFinder: silicon },
  } satisfies InputFinder
}
