import type { Cycles } from '@h2learn/hw'
import { cycles, squareMillimetres } from '@h2learn/hw'
import type { FixedAction, PricedPart, PriceTable, RegisterRead } from '../src/index'
import { calibrationTargets, fitArea, fitEnergy, hertz, watts } from '../src/index'

/**
 * The counts of section 3 of the cost study, written out here because the engines that know them are packages above
 * this one. All integers but the bytes of weights, which are loaded once per 40 tiles.
 */
export type Parts = { readonly [P in PricedPart]?: number }
export type Actions = { readonly [A in FixedAction | RegisterRead]?: number }

/** n inputs dealt to s sub-LUTs: 9 to 2 gives 5 + 4. */
export const deal = (n: number, s: number): number[] =>
  Array.from({ length: s }, (_, i) => Math.floor(n / s) + (i < n % s ? 1 : 0))

/** `pes` LUT PEs with their Acc adders, and what one cycle of them does; storage is shared by the lanes. */
export const lutEngine = (pes: number, n: number, subLuts: number, lanes: number) => {
  const entries = deal(n, subLuts).map((inputs) => 2 ** inputs)
  const portBits = entries.reduce((sum, size) => sum + 16 * (size - 1), 0)
  const parts = {
    'acc.adder': pes * lanes * subLuts,
    'subLut.bit': pes * 16 * entries.reduce((sum, size) => sum + size, 0),
    'subLut.portBit': pes * lanes * portBits,
  }
  const counts: Record<string, number> = { 'acc.add': pes * lanes * subLuts }
  for (const size of entries) counts[`subLut.read:${size}`] = (counts[`subLut.read:${size}`] ?? 0) + pes * lanes
  return { parts, counts: counts as Actions, cycles: cycles(1) }
}

/** The non-LUT baseline: n weights, n gates and n adders per lane. */
export const nonLutEngine = (pes: number, n: number, lanes: number) => ({
  parts: { 'acc.adder': pes * lanes * n, 'weight.bit': pes * 16 * n, 'gate.word': pes * lanes * n },
  counts: { 'acc.add': pes * lanes * n, 'gate.select': pes * lanes * n },
  cycles: cycles(1),
})

export const forwardPes = 64 * 16
export const weightUpdatePes = 10 * 128

export const forwardParts: Parts = { ...lutEngine(forwardPes, 9, 3, 4).parts, 'soma.lane': 16 * 4, 'glb.KiB': 503 }
export const weightUpdateParts: Parts = { ...lutEngine(weightUpdatePes, 8, 2, 4).parts, 'glb.KiB': 2684 }

/** 16 × 64 groups of 4 PEs with an edge × edge tile: (edge + 2)² gradients, edge² / 4 partial sums per PE, 3 × 3 weights. */
export const backwardParts = (edge = 8): Parts => {
  const pes = 16 * 64 * 4
  const gradients = (edge + 2) ** 2
  const psums = edge ** 2 / 4
  return {
    'mac.multiplier': pes,
    'mac.adder': pes,
    'acc.adder': pes,
    inputFinder: pes,
    'psum.bit': pes * psums * 16,
    'psum.portBit': pes * 16 * (psums - 1),
    'gradTile.bit': (pes / 4) * gradients * 16,
    'gradTile.portBit': pes * 16 * (gradients - 1),
    'weightBuffer.bit': (pes / 4) * 9 * 16,
    'weightBuffer.portBit': pes * 16 * 8,
    'pipe.bit': pes * 48,
    'grad.unit': 64,
    outputFinder: 64,
    'idBuffer.bit': 64 * 4 * 16 * 6,
    'glb.KiB': 4840.5,
  }
}

/** One 8 × 8 tile on the whole Backward Engine; density of valid outputs and inputs; a finder runs unless dense. */
export const backwardTile = (cycleCount: number, outputs: number, inputs: number, sparse: boolean) => {
  const macs = 64 * 9 * 1024 * outputs * inputs
  const weights = (9 * 1024 * 2) / 40
  const counts: Actions = {
    'mac.multiply': macs,
    'mac.add': macs,
    'gradTile.read:100': macs,
    'weightBuffer.read:9': macs,
    'psum.read:16': macs,
    'psum.write': macs,
    'acc.add': 64 * 1024 * outputs,
    ...(sparse ? { 'inputFinder.cycle': 4096 * cycleCount } : {}),
    'glb.read': 16 * 100 * 2 + weights + 64 * 64 * 2 * outputs,
    'glb.write': 64 * 64 * 2 * outputs + 16 * 64 * 2 + weights,
  }
  return { counts, cycles: cycles(cycleCount) as Cycles }
}

/** What the three engines do when all are busy, the Backward Engine dense (144 cycles + fill 4). */
export const busy = [
  {
    name: 'forward',
    counts: { ...lutEngine(forwardPes, 9, 3, 4).counts, 'glb.read': 16 * 4 * 2 + 60, 'glb.write': 16 * 4 * 2 + 60 },
    cycles: cycles(1),
    parts: forwardParts,
  },
  {
    name: 'weight update',
    counts: {
      ...lutEngine(weightUpdatePes, 8, 2, 4).counts,
      'glb.read': 128 * 4 * 2 + 70,
      'glb.write': 128 * 4 * 2 + 70,
    },
    cycles: cycles(1),
    parts: weightUpdateParts,
  },
  { name: 'backward', ...backwardTile(148, 1, 1, false), parts: backwardParts() },
]

export const clock = hertz(800e6)

export const fitPaperArea = (table: PriceTable) =>
  fitArea({
    engines: [
      { name: 'forward', parts: forwardParts, printedArea: squareMillimetres(calibrationTargets.areas.forward.value) },
      {
        name: 'weight update',
        parts: weightUpdateParts,
        printedArea: squareMillimetres(calibrationTargets.areas.weightUpdate.value),
      },
      {
        name: 'backward',
        parts: backwardParts(),
        printedArea: squareMillimetres(calibrationTargets.areas.backward.value),
      },
    ],
    table,
  })

export const fitPaperEnergy = (table: PriceTable) =>
  fitEnergy({ activities: busy, clock, printedPower: watts(calibrationTargets.power.value), table })
