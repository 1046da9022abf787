import { DatasetError } from './dataset-error'
import { loadLibrary } from './load-library'
import { readBytes } from './node-files'
import { latin1 } from './text-header'

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

/** Names of formats as people write them. */
const formatNames: Readonly<Record<string, string>> = {
  webp: 'WebP',
  gif: 'GIF',
  tiff: 'TIFF',
  svg: 'SVG',
  heif: 'HEIF or AVIF',
  jp2: 'JPEG 2000',
  jxl: 'JPEG XL',
  pdf: 'PDF',
}

/** What bytes are that the decoder does not know. */
const unknownFormat = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'an empty file'
  const start = latin1(bytes.subarray(0, 64))
  if (/^\s*<(!doctype|html)/i.test(start)) return 'a web page'
  if (start.startsWith('BM')) return 'a BMP picture'
  if (start.startsWith('version https://git-lfs')) return 'a pointer of Git LFS'
  return 'no picture that is known'
}

/** Checks what a header says before anything is decoded. @throws DatasetError that says what the picture is */
const requirePicture = (
  file: string,
  { format, width = 0, height = 0 }: { readonly format?: string; readonly width?: number; readonly height?: number },
  resize: number,
): void => {
  if (format !== 'jpeg' && format !== 'png') {
    const name = formatNames[format ?? ''] ?? format ?? 'unknown'
    const suffix = /\.[^.\\/]+$/.exec(file)?.[0]
    throw new DatasetError({
      file,
      expected: 'a JPEG or PNG',
      got: `a ${name} picture${suffix !== undefined && /^\.(jpe?g|png)$/i.test(suffix) ? ` named ${suffix}` : ''}`,
      hint: 'convert it to PNG with any picture editor, or take it out of the folder',
    })
  }
  const size = `${width}×${height} pixels`
  if (width * height > maxPixels)
    throw new DatasetError({
      file,
      expected: `a picture of at most ${maxPixels} pixels`,
      got: `one of ${size}`,
      hint: 'make it smaller, or take it out of the folder',
    })
  const scale = resize / Math.min(width, height)
  if (!(Math.max(width, height) * scale <= maxSide))
    throw new DatasetError({
      file,
      expected: `a picture whose longer side is at most ${Math.floor(maxSide / resize)} times its shorter`,
      got: `one of ${size}`,
      hint: 'cut it, or take it out of the folder',
    })
}

/**
 * Decodes a JPEG or PNG, resizes its shorter side to `resize`, cuts the middle `size`×`size`. Grey pictures become three
 * equal planes, transparency is laid on black. Library: sharp, loaded at the first picture (Node only).
 * @returns 3·size·size bytes, planes red, green, blue
 * @throws DatasetError for bytes that are no JPEG or PNG (it says what they are), damaged, larger than 64 Mpixels, or far longer
 * than wide
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
  const picture = (bytes[0] === 0xff && bytes[1] === 0xd8) || (bytes[0] === 0x89 && bytes[1] === 0x50)
  // the header alone: nothing is allocated by the sizes that it states
  const headerOf = async () => sharp(bytes, { limitInputPixels: false }).metadata()
  const header = await headerOf().catch((error: unknown) => {
    throw picture
      ? damaged(error)
      : new DatasetError({ file: where, expected: 'a JPEG or PNG', got: unknownFormat(bytes) })
  })
  requirePicture(where, header, resize)
  try {
    const options = { limitInputPixels: maxPixels, failOn: 'truncated' } as const
    const scale = resize / Math.min(header.width, header.height)
    const [W, H] = [Math.round(header.width * scale), Math.round(header.height * scale)]
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
