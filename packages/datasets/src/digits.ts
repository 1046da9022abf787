import { deriveSeed, InputError, rng, type Samples } from '@h2learn/snn-core'
import type { GenerateConfig } from './api'
import { blockBytes, checkInteger, checkNumber } from './check-config'
import { type DigitVariation, defaultDigitVariation, drawDigit } from './draw-digit'
import { checkGenerate, classCount, drawLabels } from './labels'
import { renderDigit } from './render-strokes'

/** What the digit generator is told. */
export interface DigitsConfig extends GenerateConfig {
  /** Rows and columns of an image, 12..256; default 28 as in MNIST, with everything else in proportion. */
  readonly size?: number
  /** How much the digits vary; default `defaultDigitVariation`. */
  readonly variation?: Partial<DigitVariation>
}

/**
 * Built-in handwritten-looking digits in the form of MNIST: 28×28 bytes, 0 = background, the digit fitted into 20×20 and
 * centred by mass. Each is pen strokes in one of several ways of writing the digit, with random proportions, bent, slanted,
 * stretched, turned, drawn with a random pen. Synthetic: a stand-in where the real files are not at hand, no substitute for
 * results on them. Image i depends on (seed, split, i) alone.
 * @throws InputError for a count, seed, size or variation out of range
 * Modelling choice: the paper trains on MNIST itself; shapes and deformations are this library's own.
 */
export const generateDigits = (config: DigitsConfig): Samples => {
  const where = 'generateDigits'
  const checked = checkGenerate(where, config)
  const { size = 28 } = config
  checkInteger(where, 'size', size, 12, 256)
  const variation = checkVariation(where, config.variation)
  const pixels = size * size
  const data = new Uint8Array(blockBytes(where, checked.count, pixels))
  const labels = drawLabels('digits', checked)
  const { seed, split, first } = checked
  for (let n = 0; n < checked.count; n++) {
    const random = rng(deriveSeed(seed, 'digits', split, first + n))
    renderDigit(drawDigit(labels[n]!, random, variation), size, random, data.subarray(n * pixels, (n + 1) * pixels))
  }
  return {
    name: 'digits',
    origin: `built-in synthetic digits, seed ${seed}`,
    synthetic: true,
    kind: 'pixels',
    count: checked.count,
    classes: classCount,
    shape: { C: 1, H: size, W: size },
    T: 1,
    data,
    labels,
  }
}

const checkVariation = (where: string, given: Partial<DigitVariation> = {}): DigitVariation => {
  const unknown = Object.keys(given).find((key) => !(key in defaultDigitVariation))
  if (unknown !== undefined)
    throw new InputError({
      where,
      expected: `variation to hold only ${Object.keys(defaultDigitVariation).join(', ')}`,
      got: unknown,
    })
  const variation = { ...defaultDigitVariation, ...given }
  checkNumber(where, 'variation.rotation', variation.rotation, 0, 90)
  for (const key of ['shear', 'aspect', 'bend', 'ripple', 'width'] as const)
    checkNumber(where, `variation.${key}`, variation[key], 0, 1)
  checkNumber(where, 'variation.meanWidth', variation.meanWidth, 0.01, 0.5)
  return variation
}
