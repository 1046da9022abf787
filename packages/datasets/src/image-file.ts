import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'
import { readBytes } from './node-files'

/** How a picture becomes an input: the usual evaluation crop of ImageNet. */
export interface ImageCropConfig {
  /** Pixels of the shorter side after resizing; default 256. */
  readonly resize?: number
  /** Side of the square cut from the middle; default 224. */
  readonly size?: number
}

/** Largest picture that is decoded; the header is asked first, nothing is allocated by it. */
const maxPixels = 64 * 1024 * 1024

/** Longest side after resizing: pictures that are a line of pixels are no pictures. */
const maxSide = 16_384

/**
 * Decodes a JPEG or PNG, resizes its shorter side to `resize`, cuts the middle `size`×`size`. Grey pictures become three
 * equal planes, transparency is laid on black. Library: sharp, loaded at the first picture (Node only).
 * @returns 3·size·size bytes, planes red, green, blue
 * @throws DatasetError for bytes that are no picture, damaged or absurdly large
 * Modelling choice: resize 256, crop 224 as ImageNet's published evaluations do; the paper gives 224×224 only.
 */
export const decodeImage = async (
  bytes: Uint8Array,
  where: string,
  { resize = 256, size = 224 }: ImageCropConfig = {},
): Promise<Uint8Array> => {
  const { default: sharp } = await loadLibrary('sharp', 'decodeImage', () => import('sharp'))
  const damaged = (error: unknown) =>
    new DatasetError({
      file: where,
      expected: 'an undamaged JPEG or PNG',
      got: error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 160) : String(error),
      hint: 'fetch the file again',
    })
  try {
    const options = { limitInputPixels: maxPixels, failOn: 'truncated' } as const
    const { format, width = 0, height = 0 } = await sharp(bytes, options).metadata()
    if (format !== 'jpeg' && format !== 'png') throw new Error(`a picture of format ${format}`)
    const scale = resize / Math.min(width, height)
    const [W, H] = [Math.round(width * scale), Math.round(height * scale)]
    if (!(W <= maxSide && H <= maxSide)) throw new Error(`a picture of ${width}×${height} pixels`)
    const { data, info } = await sharp(bytes, options)
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .resize({ width: W, height: H, fit: 'fill' })
      .extract({ left: Math.floor((W - size) / 2), top: Math.floor((H - size) / 2), width: size, height: size })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { channels } = info
    const out = new Uint8Array(3 * size * size)
    for (let c = 0; c < 3; c++) {
      const plane = channels >= 3 ? c : 0
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) out[(c * size + y) * size + x] = data[(y * size + x) * channels + plane]!
    }
    return out
  } catch (error) {
    throw damaged(error)
  }
}

/** Reads and decodes one picture. @throws DatasetError as decodeImage, and when the file cannot be read */
export const readImage = (file: string, crop?: ImageCropConfig): Promise<Uint8Array> =>
  decodeImage(readBytes(file), file, crop)
