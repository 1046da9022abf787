import { elementary } from '@h2learn/elementary'
import { ConfigError } from '@h2learn/hw'
import type { UnitCost } from './api'

const cacti = (value: number, unit: string): UnitCost => ({
  value,
  unit,
  node: '28 nm',
  source: 'CACTI 7 run at 28 nm (interpolates 32 and 22 nm), itrs-hp cells, 16-byte port',
  status: 'M',
})
const literature = (value: number, unit: string, source: string): UnitCost => ({
  value,
  unit,
  node: 'off-chip',
  source,
  status: 'L',
})

/** One SRAM bank: per KiB and per byte, with one read/write port; leakage at 330 K; area also with 1 read + 1 write port. */
const bank = (KiB: number, area: number, read: number, write: number, leak330: number, area1r1w: number) => ({
  KiB,
  area: cacti(area, 'mm2/KiB'),
  read: cacti(read, 'pJ/byte'),
  write: cacti(write, 'pJ/byte'),
  leakage330: cacti(leak330, 'mW/KiB'),
  areaTwoPorts: cacti(area1r1w, 'mm2/KiB'),
})

/** The bank that the global buffers are built of: 128 KiB, with the leakage at three temperatures (CACTI's default is 360 K). */
export const glbBank = {
  KiB: 128,
  area: cacti(0.00138, 'mm2/KiB'),
  areaTwoPorts: cacti(0.0032, 'mm2/KiB'),
  read: cacti(1.093, 'pJ/byte'),
  write: cacti(1.142, 'pJ/byte'),
  leakage: { 300: cacti(0.1347, 'mW/KiB'), 330: cacti(0.1489, 'mW/KiB'), 360: cacti(0.4715, 'mW/KiB') },
  /** The same bank in low-power cells: never used, shows what the choice of cells decides. */
  lowPower: {
    lop330: cacti(0.07, 'mW/KiB'),
    lop360: cacti(0.281, 'mW/KiB'),
    lstp: { ...cacti(0.001, 'mW/KiB'), source: 'CACTI 7 run at 28 nm, itrs-lstp cells; an upper bound' },
  },
} as const

/** Temperatures at which the leakage of the global buffers was run, in Kelvin. */
const temperatures = [300, 330, 360] as const

/**
 * Leakage of the global buffers by temperature, mW per KiB: CACTI's values at 300, 330 and 360 K, between them linear in the
 * logarithm (leakage grows about exponentially; a modelling choice for the temperatures that were not run).
 * @throws ConfigError outside 300 to 360 K, where nothing was run
 */
export const bufferLeakage = (temperature: number): number => {
  if (!(temperature >= 300 && temperature <= 360))
    throw new ConfigError({ where: 'cost-model/temperature', expected: '300 to 360 K', got: String(temperature) })
  const above = temperatures.find((known) => known >= temperature)!
  const below = temperatures.findLast((known) => known <= temperature)!
  const [low, high] = [glbBank.leakage[below].value, glbBank.leakage[above].value]
  return above === below ? low : low * elementary.pow(high / low, (temperature - below) / (above - below))
}

/** Other bank sizes, to see what the choice of 128 KiB decides. */
export const sramBanks = [
  bank(4, 0.0016, 0.16, 0.2, 0.167, 0.003),
  bank(8, 0.00136, 0.2, 0.3, 0.163, 0.0028),
  bank(16, 0.00123, 0.28, 0.5, 0.161, 0.0025),
  bank(32, 0.00156, 0.51, 0.5, 0.151, 0.0031),
  bank(64, 0.00141, 0.75, 0.8, 0.149, 0.0033),
  bank(128, 0.00138, 1.09, 1.14, 0.149, 0.0032),
  bank(256, 0.00157, 1.72, 1.81, 0.15, 0.0032),
  bank(512, 0.00159, 2.27, 2.26, 0.151, 0.003),
] as const

/** Off-chip memories. The paper leaves their power out of its 20.57 W, so it is always reported apart. */
export const offChipMemories = {
  hbm2: literature(3.92, 'pJ/bit', "O'Connor, MICRO 2017, secondary quotations"),
  hbm2Activation: literature(1.21, 'pJ/bit', "O'Connor, MICRO 2017, secondary quotations; part of the 3.92"),
  hbm2Pessimistic: literature(7, 'pJ/bit', 'as other accelerators assume'),
  lpddr4: literature(13.5, 'pJ/bit', 'Ha, Stanford thesis; 13 to 14'),
  ddr4: literature(5.6, 'pJ/bit', 'DDR4-2400 x8 from data-sheet currents; reads without I/O'),
  ddr4Background: literature(66, 'mW/chip', 'DDR4-2400 x8 from data-sheet currents'),
  gddr5: literature(14, 'pJ/bit', 'secondary quotation, not re-checked'),
} as const
