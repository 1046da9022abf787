import type { SquareMillimetres } from '@h2learn/hw'
import { squareMillimetres } from '@h2learn/hw'
import type { PriceTable } from './api'
import type { NamesOf, PricedTally } from './prices'
import { entriesOf, isBuffer, partPrice, requireFactor } from './prices'

/** Area in mm2, k_area included, split and by part. */
export interface AreaBreakdown<Part extends string = string> {
  readonly total: SquareMillimetres
  /** Everything but the global buffers, times `k_area`. */
  readonly logic: SquareMillimetres
  /** Global buffers: CACTI, no factor. */
  readonly buffers: SquareMillimetres
  readonly byPart: { readonly [P in Part]?: SquareMillimetres }
}

/**
 * Area of parts: A = k_area · Σ logic parts · price + Σ buffers · price (section 4 of the cost study).
 * @param parts how many of each part
 * @param kArea the calibrated factor that stands for real against ideal 28 nm cells, pipeline registers, control,
 *   distribution and clock tree; 1 for the bare sum
 * @throws ConfigError for a part without a price, or a count that is no number >= 0
 */
export const priceArea = <C extends object, A extends string, P extends string>(
  parts: PricedTally<C, P>,
  table: PriceTable<A, P>,
  kArea: number,
): AreaBreakdown<NamesOf<C>> => {
  requireFactor('cost-model/priceArea: kArea', kArea)
  const byPart: { [N in NamesOf<C>]?: SquareMillimetres } = {}
  let logic = 0
  let buffers = 0
  for (const [part, count] of entriesOf<P & NamesOf<C>>('cost-model/priceArea', parts)) {
    const area = count * partPrice(part, table).area * (isBuffer(part) ? 1 : kArea)
    byPart[part] = squareMillimetres(area)
    if (isBuffer(part)) buffers += area
    else logic += area
  }
  return {
    total: squareMillimetres(logic + buffers),
    logic: squareMillimetres(logic),
    buffers: squareMillimetres(buffers),
    byPart,
  }
}
