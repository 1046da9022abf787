import { type PriceTable, priceTable } from '@h2learn/cost-model'
import { type Layer, parseNetwork } from '@h2learn/snn-core'

let known: PriceTable | undefined

/** The default price table, made once: its calibration is kept with it. */
export const designPrices = (): PriceTable => {
  known ??= priceTable()
  return known
}

/**
 * The layer that engines are compared on: 128 → 128 channels, 3×3, 16×16, T = 10 (modelling choice: the page with the
 * paper's own is missing in our copy; `cost-model.md` section 6 fits `fill` on the same one).
 */
export const referenceLayer = (): { readonly layer: Layer; readonly T: number } => {
  const T = 10
  return { layer: parseNetwork('128C3', { input: { C: 128, H: 16, W: 16 }, T }).layers[0]!, T }
}
