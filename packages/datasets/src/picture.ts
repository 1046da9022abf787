import type { Samples } from '@h2learn/snn-core'
import type { EventRecording } from './api'
import { checkInteger } from './check-config'
import { nodeModule } from './node-files'
import { concatBytes, latin1Bytes } from './text-header'

/** A picture to look at: width·height·3 bytes, red, green, blue. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

const mostOf = (...all: readonly Float64Array[]) =>
  all.reduce((most, counts) => counts.reduce((m, n) => Math.max(m, n), most), 1)

/** Counts of OFF and ON events a pixel as colours: more is stronger, OFF blue, ON red, none dark. @param most count of full strength */
export const eventColours = (off: Float64Array, on: Float64Array, most = mostOf(off, on)): Uint8Array => {
  const strength = (n: number) => (n === 0 ? 0 : Math.round(80 + 175 * Math.sqrt(n / most)))
  const rgb = new Uint8Array(3 * off.length)
  for (let p = 0; p < off.length; p++) {
    const [red, blue] = [strength(on[p]!), strength(off[p]!)]
    rgb.set([red, Math.min(red, blue), blue], 3 * p)
  }
  return rgb
}

/**
 * Sample n as a picture: pixels as they are, spikes summed over their timesteps (channel 0 blue, channel 1 red).
 * @throws InputError for a sample that is not there
 */
export const samplePicture = (samples: Samples, n: number): Picture => {
  checkInteger('samplePicture', 'n', n, 0, samples.count - 1)
  const { C, H, W } = samples.shape
  const plane = H * W
  const size = samples.T * C * plane
  const data = samples.data.subarray(n * size, (n + 1) * size)
  if (samples.kind === 'spikes') {
    const sums = [new Float64Array(plane), new Float64Array(plane)]
    data.forEach((spike, i) => {
      sums[C === 1 ? 1 : Math.floor(i / plane) % C === 0 ? 0 : 1]![i % plane]! += spike
    })
    return { width: W, height: H, rgb: eventColours(sums[0]!, sums[1]!) }
  }
  const rgb = new Uint8Array(3 * plane)
  for (let p = 0; p < plane; p++) for (let c = 0; c < 3; c++) rgb[3 * p + c] = data[(C >= 3 ? c : 0) * plane + p]!
  return { width: W, height: H, rgb }
}

/** A recording, or the part from `from` to `to` (µs), as a picture: events a pixel, OFF blue, ON red. */
export const recordingPicture = (
  { width, height, x, y, polarity, time }: EventRecording,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): Picture => {
  const sums = [new Float64Array(width * height), new Float64Array(width * height)]
  for (let i = 0; i < time.length; i++)
    if (time[i]! >= from && time[i]! < to) sums[polarity[i]!]![y[i]! * width + x[i]!]!++
  return { width, height, rgb: eventColours(sums[0]!, sums[1]!) }
}

const shades = ' .:-=+*#%@'

/**
 * A picture in characters: rows of at most `columns`, brighter is denser, two characters wide for one high as terminals
 * are; with `colour`, half blocks in the picture's own colours (24-bit escape sequences).
 */
export const pictureText = ({ width, height, rgb }: Picture, columns: number, colour = false): string => {
  const perPixel = colour ? 1 : 2
  const step = Math.max(1, Math.ceil((width * perPixel) / Math.max(2, columns)))
  const [W, H] = [Math.ceil(width / step), Math.ceil(height / step)]
  /** Brightest pixel of a block: lone events must not vanish. */
  const block = (bx: number, by: number): readonly number[] => {
    let best = [0, 0, 0]
    for (let y = by * step; y < Math.min(height, (by + 1) * step); y++)
      for (let x = bx * step; x < Math.min(width, (bx + 1) * step); x++) {
        const at = 3 * (y * width + x)
        const here = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]
        if (here[0]! + here[1]! + here[2]! > best[0]! + best[1]! + best[2]!) best = here
      }
    return best
  }
  const lines: string[] = []
  for (let y = 0; y < H; y += colour ? 2 : 1) {
    let line = ''
    for (let x = 0; x < W; x++) {
      const top = block(x, y)
      if (colour) {
        const below = y + 1 < H ? block(x, y + 1) : [0, 0, 0]
        line += `\u001b[38;2;${top.join(';')}m\u001b[48;2;${below.join(';')}m▀`
      } else {
        const brightness = Math.max(...top) / 256
        line += shades[Math.floor(brightness * shades.length)]!.repeat(2)
      }
    }
    lines.push(colour ? `${line}\u001b[0m` : line.trimEnd())
  }
  return lines.join('\n')
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})
const crc = (bytes: Uint8Array) => {
  let c = ~0
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
const big = (...values: readonly number[]) => {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    view.setUint32(4 * i, value)
  })
  return bytes
}

/** A picture as a PNG file, each pixel `zoom`×`zoom` (Node's own compression). */
export const encodePng = ({ width, height, rgb }: Picture, zoom = 1): Uint8Array => {
  checkInteger('encodePng', 'zoom', zoom, 1, 64)
  const { deflateSync } = nodeModule('node:zlib', 'encodePng')
  const [W, H] = [width * zoom, height * zoom]
  const rows = new Uint8Array(H * (1 + 3 * W))
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      const from = 3 * (Math.floor(y / zoom) * width + Math.floor(x / zoom))
      rows.set(rgb.subarray(from, from + 3), y * (1 + 3 * W) + 1 + 3 * x)
    }
  const chunk = (type: string, data: Uint8Array) => {
    const body = concatBytes(latin1Bytes(type), data)
    return concatBytes(big(data.length), body, big(crc(body)))
  }
  return concatBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', concatBytes(big(W, H), Uint8Array.of(8, 2, 0, 0, 0))),
    chunk('IDAT', new Uint8Array(deflateSync(rows))),
    chunk('IEND', new Uint8Array(0)),
  )
}

/** A picture as an SVG file: one rectangle for a run of equal pixels in a row. */
export const pictureSvg = ({ width, height, rgb }: Picture, zoom = 4): string => {
  const colour = (x: number, y: number) =>
    `#${[0, 1, 2].map((c) => rgb[3 * (y * width + x) + c]!.toString(16).padStart(2, '0')).join('')}`
  const rects: string[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; ) {
      const fill = colour(x, y)
      let end = x + 1
      while (end < width && colour(end, y) === fill) end++
      if (fill !== '#000000') rects.push(`<rect x="${x}" y="${y}" width="${end - x}" height="1" fill="${fill}"/>`)
      x = end
    }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * zoom}" height="${height * zoom}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">
<rect width="${width}" height="${height}" fill="#000"/>
${rects.join('\n')}
</svg>
`
}
