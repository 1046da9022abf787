import { describe, expect, it } from 'vitest'
import { arrayTileOf, backwardTilePlaces } from '../src/array-tile'
import { backwardEngine } from '../src/backward-engine'
import { stepTile } from '../src/step-tile'
import { formatTileTrace, traceTile } from '../src/trace-tile'
import { randomPass } from './random-pass'

/** A 2×2 tile, k = 3: ∇u at window positions (1,1) and (2,2); outputs (0,0), (0,1), (1,1) open. */
const tile = {
  h: 2,
  w: 2,
  kernel: 3,
  inputs: [Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])],
  outputs: [Uint8Array.from([1, 1, 0, 1])],
}
const config = { groupSize: 2, minCycles: 1, fill: 2 }

describe('the trace of a tile', () => {
  it('shows which output and conv ID every PE works on, cycle by cycle', () => {
    // outputs 0 and 3 go to PE 0, output 1 to PE 1; windows of (0,0) and (1,1) see both gradients: conv IDs 4, 8 and 0, 4;
    // that of (0,1) sees (1,1) as conv ID 3 and (2,2) as 7
    const trace = traceTile(tile, config)
    expect(formatTileTrace(trace)).toBe(
      [
        'PE group of row 0, column 0',
        'cycle  PE 0       PE 1       busy PEs',
        '    1  0,0 #4     0,1 #3     2/2',
        '    2  0,0 #8     0,1 #7     2/2',
        '    3  1,1 #0     .          1/2',
        '    4  1,1 #4     .          1/2',
        '    5  .          .          0/2  fill',
        '    6  .          .          0/2  fill',
        '6 cycles: busiest PE 4, 6 MACs, 0 cycles for empty windows',
      ].join('\n'),
    )
    expect(trace.result).toEqual(stepTile(tile, config))
  })

  it('shows the cycle that an empty window costs, scanning and draining', () => {
    const empty = { ...tile, inputs: [new Uint8Array(16)], nextRows: 2, drain: [3] }
    const lines = formatTileTrace(traceTile(empty, config)).split('\n')
    expect(lines[2]).toBe('    1  0,0 --     0,1 --     2/2  scan 1  drain')
    expect(lines.at(-1)).toBe('4 cycles: busiest PE 2, 0 MACs, 3 cycles for empty windows')
  })

  it('can be asked for a group, and refuses one that is not there', () => {
    const trace = traceTile({ ...tile, outputs: [...tile.outputs, new Uint8Array(4)] }, config)
    expect(formatTileTrace(trace).startsWith('PE group of row 0, column 0')).toBe(true)
    expect(formatTileTrace(trace, { row: 0, col: 1 }).split('\n')[2]).toBe('    1  .          .          2/4')
    expect(() => formatTileTrace(trace, { row: 1, col: 0 })).toThrow('a group of 1 rows and 2 columns')
  })

  it('of every tile of a recorded pass adds up to the engine’s cycles', () => {
    for (const net of ['3C3-5C3', '2C3-3C3S2', '2C3-3C3-AP2', '3C3-AP2(spikes)-3C3']) {
      const pass = randomPass({ net, input: { C: 1, H: 9, W: 7 }, T: 2, B: 2 })
      const small = { rows: 2, cols: 2, tile: 4, groupSize: 2, minCycles: 1, fill: 3, idealRates: true }
      const places = backwardTilePlaces(pass, small)
      let cycles = 0
      for (let i = 0; i < places.count; i++) cycles += stepTile(arrayTileOf(pass, places.at(i)), small).cycles
      const engine = backwardEngine(small)
      expect(cycles).toBe(engine.time(engine.measure(pass)).latency)
      expect(() => places.at(places.count)).toThrow('a place in 0..')
    }
  })
})
