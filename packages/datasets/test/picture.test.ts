import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { generateColourShapes } from '../src/colour-shapes'
import { generateDigitEvents } from '../src/digit-events'
import { encodePng, pictureSvg, pictureText, recordingPicture, samplePicture } from '../src/picture'
import { summariseRecording } from '../src/recording-summary'
import { recordingOf } from './event-recording'

const recording = recordingOf(4, 2, [
  [0, 0, 1, 5],
  [3, 1, 0, 10],
  [3, 1, 0, 15],
])

describe('pictures', () => {
  it('show pixels as they are', () => {
    const samples = generateColourShapes({ count: 2, seed: 1 })
    const { rgb, width } = samplePicture(samples, 1)
    expect(width).toBe(32)
    expect([...rgb.subarray(0, 3)]).toEqual([0, 1, 2].map((c) => samples.data[3072 + 1024 * c]))
  })

  it('show ON red, OFF blue, more events stronger', () => {
    const { rgb } = recordingPicture(recording)
    // one of at most two events: 80 + 175·√½ = 204; two of two: 255
    expect([...rgb.subarray(0, 3)]).toEqual([204, 0, 0])
    expect([...rgb.subarray(21)]).toEqual([0, 0, 255])
    expect([...recordingPicture(recording, 0, 10).rgb.subarray(21)]).toEqual([0, 0, 0])
    const spikes = samplePicture(generateDigitEvents({ count: 1, seed: 1 }), 0)
    expect(spikes.rgb.some((v) => v > 200)).toBe(true)
  })

  it('become PNG files that another decoder reads back', async () => {
    const picture = samplePicture(generateColourShapes({ count: 1, seed: 2 }), 0)
    const { data, info } = await sharp(encodePng(picture)).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 32, height: 32, channels: 3 })
    expect(Buffer.compare(data, picture.rgb)).toBe(0)
    expect((await sharp(encodePng(picture, 3)).metadata()).width).toBe(96)
  })

  it('become SVG with a rectangle a run, and text no wider than asked', () => {
    const svg = pictureSvg(recordingPicture(recording))
    expect(svg.match(/<rect x=/g)!.length).toBe(2)
    const wide = samplePicture(generateColourShapes({ count: 1, seed: 2, size: 224 }), 0)
    for (const columns of [10, 80])
      for (const line of pictureText(wide, columns).split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is counted
    expect(pictureText(recordingPicture(recording), 80, true).match(/\u001b\[38;2/g)!.length).toBe(4)
  })
})

describe('summariseRecording', () => {
  it('counts by hand', () => {
    expect(summariseRecording(recording, 2)).toEqual({
      events: 3,
      width: 4,
      height: 2,
      on: 1,
      duration: 10,
      first: 5,
      last: 15,
      rate: 300_000,
      activePixels: 2,
      // bins of 5.5 µs from 5: 5 and 10, then 15
      overTime: [2, 1],
      overX: [1, 2],
      overY: [1, 2],
      perPixel: [1, 1],
    })
    expect(summariseRecording(recordingOf(4, 2, []), 2)).toMatchObject({ events: 0, rate: 0, duration: 0 })
  })
})
