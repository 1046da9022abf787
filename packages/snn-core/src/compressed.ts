import type { CompressedPotentials, Maps, Mask } from './api'
import { ShapeError } from './errors'
import { countBits, getBit, sizeOf, tensor } from './tensor'

/** Keeps the potentials whose mask bit is set, in TBCHW order: what the Soma writes to memory (Fig. 5c). */
export const compressPotentials = (potentials: Maps<'f16'>, mask: Mask): CompressedPotentials => {
  const n = sizeOf('TBCHW', potentials.shape)
  if (n !== sizeOf('TBCHW', mask.shape))
    throw new ShapeError({
      where: 'compressPotentials',
      expected: `a mask of ${n} neurons`,
      got: String(sizeOf('TBCHW', mask.shape)),
    })
  const values = new Uint16Array(countBits(mask.data))
  for (let i = 0, k = 0; i < n; i++) if (getBit(mask.data, i)) values[k++] = potentials.data[i]!
  return { mask, values }
}

/** Expands compressed potentials; neurons without a mask bit get 0 (their potential is never needed, Eq. 2 and 5). */
export const expandPotentials = ({ mask, values }: CompressedPotentials): Maps<'f16'> => {
  const dense = tensor('TBCHW', 'f16', mask.shape)
  const n = sizeOf('TBCHW', mask.shape)
  if (values.length !== countBits(mask.data))
    throw new ShapeError({
      where: 'expandPotentials',
      expected: `${countBits(mask.data)} values, one per mask bit`,
      got: String(values.length),
    })
  for (let i = 0, k = 0; i < n; i++) if (getBit(mask.data, i)) dense.data[i] = values[k++]!
  return dense
}
