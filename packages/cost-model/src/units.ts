import type { SourceStatus, UnitCost } from './api'

const cost =
  (node: string, source: string, status: SourceStatus) =>
  (value: number, unit: string, note = ''): UnitCost => ({
    value,
    unit,
    node,
    source: note ? `${source}; ${note}` : source,
    status,
  })

const horowitz = cost('45 nm, 0.9 V', 'Horowitz, ISSCC 2014', 'L')
const horowitzArea = cost('45 nm', 'companion table of Horowitz 2014 as shown by Dally 2015, from memory', 'L')
const synthesis = cost('45 nm, 1.1 V', 'own RTL, yosys + abc, NanGate 45 typical library, 2 ns, gate-level run', 'M')
const quiet = (value: number, unit: string) => synthesis(value, unit, 'without gate delays, so without glitches')
const glitchy = (value: number, unit: string) => synthesis(value, unit, 'with gate delays, so with glitches')
const leakage = (value: number, unit: string) => synthesis(value, unit, 'leakage at 25 C')
const assumed = cost('45 nm', 'assumption: the paper does not describe this logic', 'A')
const aladdin = cost('40 nm', 'Accelergy Aladdin plug-in', 'L')

/** Energies of a 16-bit read by number of entries of the register file, which is what the mux tree costs. */
const reads = (of: (value: number, unit: string) => UnitCost, energies: readonly (readonly [number, number])[]) =>
  energies.map(([entries, energy]) => ({ entries, energy: of(energy, 'pJ') }))

/**
 * Every constant of the logic, at the node where it was published or measured. Nothing here is fitted to the paper.
 * The two arithmetic sets are alternatives; storage, read ports, gates and finders come from the synthesis only.
 */
export const unitCosts = {
  /** FP16 and FP32 arithmetic, default set. */
  horowitz: {
    add16: { area: horowitzArea(1360, 'um2'), energy: horowitz(0.4, 'pJ') },
    multiply16: { area: horowitzArea(1640, 'um2'), energy: horowitz(1.1, 'pJ') },
    add32: { area: horowitzArea(4184, 'um2'), energy: horowitz(0.9, 'pJ') },
    multiply32: { area: horowitzArea(7700, 'um2'), energy: horowitz(3.7, 'pJ') },
    integerAdd16: { area: horowitzArea(67, 'um2'), energy: horowitz(0.05, 'pJ') },
    integerAdd32: { area: horowitzArea(137, 'um2'), energy: horowitz(0.1, 'pJ') },
  },
  /** FP16 arithmetic, alternative set: bit-exact, subnormals flushed, so the adder is slightly too small. */
  synthesis: {
    add16: {
      area: synthesis(875, 'um2'),
      quiet: quiet(1.615 + 0.153, 'pJ'),
      glitchy: glitchy(3.72 + 0.15, 'pJ'),
    },
    multiply16: {
      area: synthesis(961, 'um2'),
      quiet: quiet(1.789 + 0.153, 'pJ'),
      glitchy: glitchy(3.2 + 0.15, 'pJ'),
    },
  },
  /** One bit of storage. */
  bit: {
    flipFlop: synthesis(4.522, 'um2', 'DFF_X1'),
    flipFlopWithEnable: synthesis(6.55, 'um2', 'DFF_X1 and its share of an enable mux'),
    clockGate: synthesis(3.458, 'um2', 'one clock gate for 16 bits'),
    latch: synthesis(2.66, 'um2', 'DLH_X1'),
    clock: synthesis(0.00956, 'pJ', 'clock pin of an ungated bit, per cycle'),
    write: synthesis(0.0025, 'pJ', 'per bit written'),
  },
  /** Read port of a register file. */
  readPort: {
    area: synthesis(1.88, 'um2', 'per (entry - 1) and bit'),
    quiet: reads(quiet, [
      [2, 0.0264],
      [4, 0.0962],
      [8, 0.234],
      [16, 0.798],
      [32, 1.701],
      [100, 4.981],
    ]),
    glitchy: reads(glitchy, [
      [2, 0.0235],
      [4, 0.0887],
      [8, 0.252],
      [16, 0.894],
      [32, 1.892],
      [100, 5.585],
    ]),
  },
  /** Spike gate of a non-LUT PE: 16 AND gates. */
  gate: { area: synthesis(17.8, 'um2'), energy: synthesis(0.024, 'pJ') },
  /** Effectual Input∩Output Finder for an 8 x 8 tile and 3 x 3 kernels: tag, priority encoder, decoders. */
  finder: { area: synthesis(1085, 'um2'), quiet: quiet(1.08, 'pJ'), glitchy: glitchy(1.46, 'pJ') },
  /** Leakage of one unit each; scaled between nodes like energy. */
  leakage: {
    add16: leakage(19.9, 'uW'),
    multiply16: leakage(21.3, 'uW'),
    finder: leakage(23.2, 'uW'),
    bit: leakage(0.079, 'uW'),
    readPort: leakage(0.0415, 'uW'),
  },
  /** Logic whose shape the paper leaves open: what stands beside the arithmetic of these units. */
  control: {
    somaLane: assumed(400, 'um2', 'three comparators and the control of a Soma lane'),
    grad: assumed(600, 'um2', 'masks and control of a Grad unit'),
    outputFinder: assumed(1200, 'um2', 'ID decoder and expansion of the compressed potentials'),
  },
  /** Independent numbers that nothing is computed from: the spread of the literature. */
  crossChecks: {
    aladdinAdd32At1ns: { area: aladdin(4360, 'um2'), energy: aladdin(16.7, 'pJ') },
    aladdinAdd32At5ns: { area: aladdin(2060, 'um2'), energy: aladdin(7.9, 'pJ') },
    aladdinRegisterBit: { area: aladdin(5.98, 'um2'), energy: aladdin(0.009, 'pJ'), leakage: aladdin(0.07, 'uW') },
    mac8At28nm: {
      area: cost('28 nm', 'arXiv 2604.04507, FP8 MAC', 'L')(3960, 'um2'),
      energy: cost('28 nm', 'arXiv 2604.04507, FP8 MAC', 'L')(1.1, 'pJ'),
    },
    macInt8At28nm: {
      area: cost('28 nm', 'VerticalResearchGroup/upcycle, INT8 MAC', 'L')(337, 'um2'),
      energy: cost('28 nm', 'VerticalResearchGroup/upcycle, INT8 MAC', 'L')(0.28, 'pJ'),
    },
  },
} as const
