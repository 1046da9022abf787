import { picoJoules, squareMillimetres } from '@h2learn/hw'
import type { ActionPrice, PartPrice, PriceOptions, PriceTable, ReadPrices, SourceStatus, UnitCost } from './api'
import { bufferLeakage, glbBank, offChipMemories } from './memory-units'
import { checkedPriceOptions, describePriceOptions } from './price-options'
import { watts } from './quantities'
import { scaleArea45to28, scaleEnergy45to28 } from './scaling'
import { unitCosts } from './units'

/** Supplies of the two sources at 45 nm: Horowitz's table and the library of the own synthesis. */
const horowitzVolt = 0.9
const synthesisVolt = 1.1

/** FP16 adder and multiplier at 28 nm, and what the measured storage energies are multiplied by. */
const arithmeticAt28 = ({ arithmetic, glitches }: PriceOptions) => {
  const { horowitz, synthesis } = unitCosts
  const run = glitches ? 'glitchy' : 'quiet'
  const own = (value: number) => scaleEnergy45to28(value, { fromVolt: synthesisVolt })
  const ownAdd = own(synthesis.add16[run].value)
  if (arithmetic === 'synthesis')
    return {
      add: { area: synthesis.add16.area.value, energy: ownAdd },
      multiply: { area: synthesis.multiply16.area.value, energy: own(synthesis.multiply16[run].value) },
      storageFactor: 1,
      source: synthesis.add16[run].source,
      areaSource: synthesis.add16.area.source,
      storageSource: '',
      status: 'M',
    } as const
  const published = (value: number) => scaleEnergy45to28(value, { fromVolt: horowitzVolt })
  const add = published(horowitz.add16.energy.value)
  return {
    add: { area: horowitz.add16.area.value, energy: add },
    multiply: { area: horowitz.multiply16.area.value, energy: published(horowitz.multiply16.energy.value) },
    storageFactor: add / ownAdd,
    source: horowitz.add16.energy.source,
    areaSource: horowitz.add16.area.source,
    storageSource: ', × Horowitz adder / own adder',
    status: 'L',
  } as const
}

const bitArea = ({ clock, storage }: PriceOptions): UnitCost => {
  const { flipFlop, flipFlopWithEnable, clockGate, latch } = unitCosts.bit
  if (storage === 'latch') return latch
  if (clock === 'free') return flipFlopWithEnable
  return { ...flipFlop, value: flipFlop.value + clockGate.value / 16, source: `${flipFlop.source} and 1/16 clock gate` }
}

/**
 * Prices of every action (pJ) and part (mm2, W) at 28 nm and 0.9 V, before `k_area` and `k_energy`.
 *
 * - Arithmetic: Horowitz 2014 or the own synthesis. Storage, ports, gates, finders: measured; with Horowitz arithmetic
 *   times Horowitz adder / own adder, so that their proportion to the adder is the measured one.
 * - Soma and Grad are priced by their arithmetic (modelling choice: the paper says nothing of their circuits). Soma:
 *   one multiplication, one addition, three comparisons, each a 16-bit integer addition (half a 32-bit one). Grad: three
 *   multiplications (α·∇u_{t+1}, that times u, ∇s·β) and two additions. Update of a parameter: FP32 multiplication and
 *   addition, of Horowitz in both sets. Output finder: like an input finder, in proportion to their areas.
 * - `pool.scale` costs a multiplication, an upper bound where it is an exponent shift.
 * - Leakage of Soma, Grad, output finders, ID buffers and gates, and the clock of ID buffers, are 0: the calibration of
 *   `k_energy` leaves them out, so they are part of what that factor stands for.
 * @param options the choices the sources leave open; see `defaultPriceOptions`
 * @throws ConfigError for a choice that does not exist
 */
export const priceTable = (options: Partial<PriceOptions> = {}): PriceTable => {
  const chosen = checkedPriceOptions(options)
  const { bit, gate, finder, readPort, leakage, control, horowitz } = unitCosts
  const run = chosen.glitches ? 'glitchy' : 'quiet'
  const { add, multiply, storageFactor, source, areaSource, storageSource, status } = arithmeticAt28(chosen)
  const scaled = (text: string) => `${text}; 45 to 28 nm after Stillmaker & Baas 2017`

  const energy = (pJ: number, from: string, how: SourceStatus): ActionPrice => ({
    energy: picoJoules(pJ),
    source: from,
    status: how,
  })
  const storage = (value: number) => storageFactor * scaleEnergy45to28(value, { fromVolt: synthesisVolt })
  const measured = ({ value, source: from }: UnitCost) => energy(storage(value), scaled(from + storageSource), 'M')
  const addition = energy(add.energy, scaled(source), status)
  const multiplication = energy(multiply.energy, scaled(source), status)
  const wordWrite = energy(storage(16 * bit.write.value), scaled(bit.write.source + storageSource), 'M')
  // a comparison is a subtraction without the floating-point parts: half of a 32-bit integer addition
  const { integerAdd32, add16 } = horowitz
  const integerAdd16 = integerAdd32.energy.value / 2
  const comparison = (integerAdd16 / add16.energy.value) * add.energy
  const fp32 = (value: number) => scaleEnergy45to28(value, { fromVolt: horowitzVolt })
  const perByte = (value: number) => value * 8

  const reads: ReadPrices = {
    points: readPort[run].map((point) => ({
      entries: point.entries,
      energy: picoJoules(storage(point.energy.value)),
    })),
    source: scaled(readPort[run][0]!.energy.source + storageSource),
    status: 'M',
  }

  const part = (um2: number, leak: number, from: string, how: SourceStatus, clocked = false): PartPrice => ({
    area: squareMillimetres(scaleArea45to28(um2) * 1e-6),
    leakage: watts(scaleEnergy45to28(leak, { fromVolt: synthesisVolt }) * 1e-6),
    clock: picoJoules(clocked && chosen.clock === 'free' ? storage(bit.clock.value) : 0),
    source: leak > 0 ? scaled(from) : `${scaled(from)}; leakage left out of the calibration, 0`,
    status: how,
  })
  const adder = part(add.area, leakage.add16.value, areaSource, status)
  const cell = bitArea(chosen)
  const storageBit = part(cell.value, leakage.bit.value, cell.source, 'M', true)
  const portBit = part(readPort.area.value, leakage.readPort.value, readPort.area.source, 'M')

  return {
    name: describePriceOptions(chosen),
    actions: {
      'acc.add': addition,
      'subLut.add': addition,
      'subLut.write': wordWrite,
      'gate.select': measured(gate.energy),
      'pool.add': addition,
      'pool.scale': { ...multiplication, source: `${multiplication.source}; upper bound`, status: 'A' },
      'soma.update': energy(
        multiply.energy + add.energy + 3 * comparison,
        `multiplication + addition + 3 comparisons: ${scaled(source)}`,
        'A',
      ),
      'outputFinder.scan': energy(
        storage((finder[run].value * control.outputFinder.value) / finder.area.value),
        scaled(`${finder[run].source}${storageSource}; in proportion to the areas of the finders`),
        'A',
      ),
      'inputFinder.cycle': measured(finder[run]),
      'mac.multiply': multiplication,
      'mac.add': addition,
      'psum.write': wordWrite,
      'grad.update': energy(
        3 * multiply.energy + 2 * add.energy,
        `3 multiplications + 2 additions: ${scaled(source)}`,
        'A',
      ),
      'update.parameter': energy(
        fp32(horowitz.multiply32.energy.value + horowitz.add32.energy.value),
        `FP32 multiplication + addition: ${scaled(horowitz.add32.energy.source)}`,
        'L',
      ),
      'glb.read': energy(glbBank.read.value, glbBank.read.source, 'M'),
      'glb.write': energy(glbBank.write.value, glbBank.write.source, 'M'),
      'mem.read': energy(perByte(offChipMemories.hbm2.value), `HBM2: ${offChipMemories.hbm2.source}`, 'L'),
      'mem.write': energy(perByte(offChipMemories.hbm2.value), `HBM2: ${offChipMemories.hbm2.source}`, 'L'),
    },
    reads: { 'subLut.read': reads, 'gradTile.read': reads, 'weightBuffer.read': reads, 'psum.read': reads },
    parts: {
      'acc.adder': adder,
      'subLut.bit': storageBit,
      'subLut.portBit': portBit,
      'weight.bit': storageBit,
      'gate.word': part(gate.area.value, 0, gate.area.source, 'M'),
      'soma.lane': part(add.area + multiply.area + control.somaLane.value, 0, control.somaLane.source, 'A'),
      'mac.multiplier': part(multiply.area, leakage.multiply16.value, areaSource, status),
      'mac.adder': adder,
      inputFinder: part(finder.area.value, leakage.finder.value, finder.area.source, 'M'),
      outputFinder: part(control.outputFinder.value, 0, control.outputFinder.source, 'A'),
      'idBuffer.bit': part(cell.value, 0, cell.source, 'M'),
      'psum.bit': storageBit,
      'psum.portBit': portBit,
      'gradTile.bit': storageBit,
      'gradTile.portBit': portBit,
      'weightBuffer.bit': storageBit,
      'weightBuffer.portBit': portBit,
      'pipe.bit': part(bit.flipFlop.value, leakage.bit.value, bit.flipFlop.source, 'M', true),
      'grad.unit': part(2 * add.area + 3 * multiply.area + control.grad.value, 0, control.grad.source, 'A'),
      'glb.KiB': {
        area: squareMillimetres(glbBank.area.value),
        leakage: watts(bufferLeakage(chosen.temperature) * 1e-3),
        clock: picoJoules(0),
        source: `${glbBank.area.source}; leakage at ${chosen.temperature} K`,
        status: 'M',
      },
    },
  }
}

/**
 * The same table with further or other prices: what a new unit needs for its actions and parts. The compiler then
 * takes the new names wherever this table is used.
 */
export const extendPriceTable = <
  A extends string,
  P extends string,
  NewA extends string = never,
  NewP extends string = never,
>(
  table: PriceTable<A, P>,
  more: {
    readonly name: string
    readonly actions?: { readonly [N in NewA]: ActionPrice }
    readonly parts?: { readonly [N in NewP]: PartPrice }
  },
): PriceTable<A | NewA, P | NewP> => ({
  name: more.name,
  ...(table.factors && { factors: table.factors }),
  reads: table.reads,
  actions: { ...table.actions, ...more.actions } as PriceTable<A | NewA, P | NewP>['actions'],
  parts: { ...table.parts, ...more.parts } as PriceTable<A | NewA, P | NewP>['parts'],
})
