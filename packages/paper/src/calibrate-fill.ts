import { type FillFit, fitFill } from '@h2learn/cost-model'
import { type Layer, parseNetwork } from '@h2learn/snn-core'
import { type BackwardMode, backwardWhatIf } from '@h2learn/sparse-backward'
import { paper } from './published'

/** The layer of the comparison (the paper does not print its size): 128 → 128 channels, 16×16 (cost-model.md section 6). */
const compared = (): Layer => parseNetwork('128C3', { input: { C: 128, H: 16, W: 16 }, T: 10 }).layers[0]!

/** Random tiles: enough that their mean, 25 cycles, is known to half a percent. */
const trials = 400

let known: FillFit | undefined

/**
 * Fits `fill`, the cycles a tile loses before its first MAC, to the printed speed-up of the Backward Engine over the
 * dense one at 75 % / 75 % sparsity (Fig. 13). Random masks; both engines pay the fill; rates ideal, so that nothing
 * but the PEs bounds a tile. Third of the three calibrated constants, and the default of the engine's `fill`.
 * @returns the integer nearest to the printed figure, with the speed-up it gives
 */
export const calibrateFill = (): FillFit => {
  if (known) return known
  const { speedup, sparsity } = paper.backward
  const share = sparsity.value / 100
  const work = { layer: compared(), T: 10, B: 4, outputSparsity: share, inputSparsity: share, trials }
  const cyclesAt = (fill: number, mode: BackwardMode) =>
    backwardWhatIf(work, { fill, idealRates: true }, mode).iterations.cycles.reduce((sum, c) => sum + c, 0)
  // with ideal rates a tile takes C_tile + fill: a straight line, which two points give
  const line = (mode: BackwardMode) => {
    const [none, one] = [cyclesAt(0, mode), cyclesAt(1, mode)]
    return (fill: number) => none + fill * (one - none)
  }
  const [dense, sparse] = [line('dense'), line('both')]
  known = fitFill({ speedupAt: (fill) => dense(fill) / sparse(fill), printed: speedup.value })
  return known
}
