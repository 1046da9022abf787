import { elementary } from '@h2learn/elementary'
import { deriveSeed, type Rng, rng, type Samples } from '@h2learn/snn-core'
import type { GenerateConfig } from './api'
import { blockBytes, checkInteger } from './check-config'
import { checkGenerate, classCount, drawLabels } from './labels'

const channels = 3

/** What the generator of colour shapes is told. */
export interface ColourShapesConfig extends GenerateConfig {
  /** Rows and columns of an image, 16..512; default 32 as in CIFAR-10, with the figures in proportion. */
  readonly size?: number
}

/** Place relative to the figure: x and y in units of its radius, turned with it. True inside the figure. */
type Figure = (x: number, y: number) => boolean

const triangleWave = (v: number) => Math.abs((((v % 1) + 1) % 1) - 0.5) * 2

/** Ten figures told apart by form alone: colours say nothing about the class. */
const figures: readonly { readonly name: string; readonly inside: Figure }[] = [
  { name: 'disc', inside: (x, y) => x * x + y * y < 1 },
  { name: 'ring', inside: (x, y) => Math.abs(elementary.hypot(x, y) - 0.8) < 0.25 },
  { name: 'square', inside: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85 },
  { name: 'triangle', inside: (x, y) => y < 0.75 && Math.abs(x) < (y + 1) * 0.58 },
  {
    name: 'cross',
    inside: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 1.1,
  },
  { name: 'horizontal stripes', inside: (_, y) => triangleWave(y * 1.1) < 0.5 },
  { name: 'vertical stripes', inside: (x) => triangleWave(x * 1.1) < 0.5 },
  { name: 'checkerboard', inside: (x, y) => triangleWave(x * 0.9) < 0.5 !== triangleWave(y * 0.9) < 0.5 },
  { name: 'dots', inside: (x, y) => elementary.hypot(triangleWave(x * 0.9), triangleWave(y * 0.9)) < 0.6 },
  { name: 'diagonal stripes', inside: (x, y) => triangleWave((x + y) * 0.8) < 0.5 },
]

/** Names of the ten figures, by label. */
export const colourShapeClasses: readonly string[] = figures.map(({ name }) => name)

/**
 * Built-in colour images in the shape of CIFAR-10 (3×32×32, or `size`): one of ten plain shapes and textures in random colours, size,
 * place and slight turn, with noise. Synthetic and far easier than CIFAR-10: good for trying networks and traffic on
 * three-channel images, not for accuracies. Image i depends on (seed, split, i) alone.
 * @throws InputError for a count or seed out of range
 * Modelling choice: this library's own, there is nothing of the kind in the paper.
 */
export const generateColourShapes = (config: ColourShapesConfig): Samples => {
  const checked = checkGenerate('generateColourShapes', config)
  const { count, seed, split, first } = checked
  const { size: side = 32 } = config
  checkInteger('generateColourShapes', 'size', side, 16, 512)
  const size = channels * side * side
  const data = new Uint8Array(blockBytes('generateColourShapes', count, size))
  const labels = drawLabels('colour-shapes', checked)
  for (let n = 0; n < count; n++)
    paint(
      figures[labels[n]!]!.inside,
      rng(deriveSeed(seed, 'colour-shapes', split, first + n)),
      side,
      data.subarray(n * size, (n + 1) * size),
    )
  return {
    name: 'colour-shapes',
    origin: `built-in synthetic shapes and textures, seed ${seed}`,
    synthetic: true,
    kind: 'pixels',
    count,
    classes: classCount,
    shape: { C: channels, H: side, W: side },
    T: 1,
    data,
    labels,
  }
}

/** Points inside a pixel that are tested, in each direction: 2×2, an edge then has five shades. */
const subPixels = [-0.25, 0.25]

const paint = (inside: Figure, random: Rng, side: number, out: Uint8Array) => {
  const scale = side / 32
  const middle = (side - 1) / 2
  const ground = Array.from({ length: channels }, () => 255 * random.next())
  // Redrawn until the two colours differ enough to be told apart.
  let ink = ground
  while (ink.reduce((sum, v, c) => sum + Math.abs(v - ground[c]!), 0) < 180) ink = ground.map(() => 255 * random.next())
  const radius = scale * (7 + 6 * random.next())
  const [centreX, centreY] = [middle + 8 * scale * (random.next() - 0.5), middle + 8 * scale * (random.next() - 0.5)]
  const turn = 0.15 * random.normal()
  const [cos, sin] = [elementary.cos(turn) / radius, elementary.sin(turn) / radius]
  const noise = 4 + 12 * random.next()
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let hits = 0
      for (const dy of subPixels)
        for (const dx of subPixels) {
          const [px, py] = [x + dx - centreX, y + dy - centreY]
          if (inside(cos * px + sin * py, cos * py - sin * px)) hits++
        }
      for (let c = 0; c < channels; c++) {
        const v = ground[c]! + ((ink[c]! - ground[c]!) * hits) / 4 + noise * random.normal()
        out[(c * side + y) * side + x] = Math.min(255, Math.max(0, Math.round(v)))
      }
    }
}
