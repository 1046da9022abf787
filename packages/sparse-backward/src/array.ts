import { across, addCounts, type Counts, cycles, globalBuffer, pipelined, type Unit } from '@h2learn/hw'
import type { NeuronConfig } from '@h2learn/snn-core'
import { columnAcc } from './acc'
import { type BackwardConfig, type BackwardMode, skipsInputs, skipsOutputs } from './config'
import { effectualInputOutputFinder } from './effectual-input-output-finder'
import { type EffectualOutputs, effectualOutputFinder, type OutputTile } from './effectual-output-finder'
import { type GradInput, type GradOutput, gradUnit } from './grad'
import { backwardPe, type RegisterEntries } from './pe'
import { backwardPeGroup, type PeGroupTile, type PeGroupWork } from './pe-group'
import { everyInput, everyOutput } from './without-finders'
import type { BackwardWork } from './work'

/** Entries of a PE's partial-sum buffer, and of a group's gradient tile and weight buffer for a given kernel. */
export const registerEntries = (
  { tile, groupSize, kernel }: Pick<BackwardConfig, 'tile' | 'groupSize' | 'kernel'>,
  layerKernel = kernel,
): RegisterEntries => {
  const k = Math.max(kernel, layerKernel)
  return { psum: Math.ceil((tile * tile) / groupSize), gradTile: (tile + k - 1) * (tile + k - 1), weightBuffer: k * k }
}

/** Scales pooled gradients by 1/k² on their way in; priced, without silicon of its own (modelling choice). */
const poolDivider = {
  name: 'pooling backward',
  run: (scales: number) => scales,
  measure: (scales: number) => ({ scales }),
  time: () => ({ latency: cycles(0), interval: cycles(0) }),
  count: ({ scales }: { readonly scales: number }) => ({ 'pool.scale': scales }),
  parts: {},
} satisfies Unit<number, number, { readonly scales: number }, 'pool.scale', never>

/**
 * The units a Backward Engine is made of (Fig. 7, 8). ID buffers are double, since scanning runs one tile ahead (edge rule
 * 11), unless rates are ideal. The dense baseline has no finders and no ID buffers (section V-A); the other baselines keep
 * all of them, as the cost study counts them.
 * @param kernel the layer's, for what a register read costs; the silicon is that of `config.kernel`
 */
export const backwardUnits = (
  config: BackwardConfig,
  mode: BackwardMode,
  { kernel = config.kernel, neuron }: { readonly kernel?: number; readonly neuron?: NeuronConfig } = {},
) => {
  const { groupSize, tile, rows, minCycles, idealRates, glbKiB } = config
  const entries = registerEntries(config, kernel)
  const silicon = mode === 'dense' ? 0 : 1
  const inputs = skipsInputs(mode) ? effectualInputOutputFinder({ minCycles }) : everyInput({ silicon })
  return {
    outputs: skipsOutputs(mode)
      ? effectualOutputFinder({ groupSize, tile, idBuffers: idealRates ? 1 : 2 })
      : everyOutput({ groupSize, tile, silicon }),
    group: backwardPeGroup({ groupSize, finder: inputs, pe: backwardPe(entries), entries }),
    acc: columnAcc({ rows, lanes: groupSize }),
    grad: gradUnit(neuron),
    pooling: poolDivider,
    buffer: globalBuffer({ KiB: glbKiB }),
  }
}
export type BackwardUnits = ReturnType<typeof backwardUnits>

/** What one column of the array brings to a tile: its outputs, their state, and the sums of earlier blocks of rows. */
export interface ArrayColumn extends Pick<OutputTile, 'mask' | 'compressed'>, Pick<GradInput, 'spikes' | 'later'> {
  readonly running: Float64Array
}

/** One synchronisation of the whole array: a tile of one timestep and sample on a block of rows and columns. */
export interface BackwardArrayTile extends Pick<PeGroupTile, 'h' | 'w' | 'kernel'> {
  /** ∇u with its halo, zero-inserted, per row. */
  readonly gradients: readonly Float32Array[]
  /** Rotated kernels, weights[row][column]. */
  readonly weights: readonly (readonly Float32Array[])[]
  readonly columns: readonly ArrayColumn[]
}

interface Scanned {
  readonly tile: BackwardArrayTile
  readonly found: readonly EffectualOutputs[]
}
interface Multiplied extends Scanned {
  /** [row · columns + column][output]. */
  readonly partial: readonly Float64Array[]
}
interface Accumulated extends Scanned {
  readonly spatial: readonly Float64Array[]
}

/** Positions of the outputs that a column computes, in raster order. */
const computed = ({ ids }: EffectualOutputs): number[] => ids.flat().sort((a, b) => a - b)

/**
 * The array of a Backward Engine on one tile, composed of its units: the columns' finders scan, rows × columns of PE groups
 * multiply and wait for the slowest of them, the columns' Acc add up, their Grad units make ∇u. This is the definition; the
 * engine replaces `run` and `measure` by code that does the same to whole layers (a test compares the two), and takes its
 * silicon and its counts from here.
 * @param units of one mode, of one kernel
 */
export const backwardArray = ({ rows, cols, fill }: BackwardConfig, units: BackwardUnits) => {
  const scan = across(cols, units.outputs, {
    split: ({ h, w, columns }: BackwardArrayTile) =>
      columns.map(({ mask, compressed }) => ({ h, w, mask, compressed })),
    join: (found, tile): Scanned => ({ tile, found }),
  })
  const groups = across(rows * cols, units.group, {
    split: ({ tile, found }: Scanned) =>
      tile.gradients.flatMap((gradients, row) =>
        found.map(({ ids }, column): PeGroupTile => ({ ...tile, gradients, weights: tile.weights[row][column], ids })),
      ),
    join: (partial, scanned): Multiplied => ({ ...scanned, partial }),
  })
  /** All groups wait for the slowest, and a tile takes `fill` cycles before its first MAC. */
  const hold = (works: readonly PeGroupWork[]): readonly PeGroupWork[] => {
    const heldCycles = groups.time(works).latency + fill
    return works.map((work) => ({ ...work, heldCycles }))
  }
  const accumulate = across(cols, units.acc, {
    split: ({ tile, found, partial }: Multiplied) => {
      const rows = tile.gradients.length
      return tile.columns.map(({ running }, column) => {
        const outputs = computed(found[column])
        const sums = outputs.flatMap((at) =>
          tile.gradients.map((_, row) => partial[row * tile.columns.length + column][at]),
        )
        return { rows, partial: Float64Array.from(sums), running: Float64Array.from(outputs, (at) => running[at]) }
      })
    },
    join: (sums, { tile, found }): Accumulated => ({
      tile,
      found,
      spatial: sums.map((own, column) => {
        const spatial = tile.columns[column].running.slice()
        for (const [i, at] of computed(found[column]).entries()) spatial[at] = own[i]
        return spatial
      }),
    }),
  })
  const differentiate = across(cols, units.grad, {
    split: ({ tile, found, spatial }: Accumulated) =>
      tile.columns.map(
        ({ spikes, later, mask: open }, column): GradInput => ({
          spatial: spatial[column],
          potentials: found[column].potentials,
          spikes,
          open,
          later,
        }),
      ),
    join: (pieces): readonly GradOutput[] => pieces,
  })
  const multiply = { ...groups, measure: (input: Scanned) => hold(groups.measure(input)) }
  return pipelined(pipelined(scan, multiply), pipelined(accumulate, differentiate))
}

/** Parts of a Backward Engine with an area and a leakage; `portBit`: (entries − 1) per bit of one read port. */
export type BackwardPart =
  | 'mac.multiplier'
  | 'mac.adder'
  | 'acc.adder'
  | 'inputFinder'
  | 'outputFinder'
  | 'idBuffer.bit'
  | 'psum.bit'
  | 'psum.portBit'
  | 'gradTile.bit'
  | 'gradTile.portBit'
  | 'weightBuffer.bit'
  | 'weightBuffer.portBit'
  | 'pipe.bit'
  | 'grad.unit'
  | 'glb.KiB'

/** What a Backward Engine spends energy on; `:n` is the number of entries of the register file. */
export type BackwardAction =
  | 'outputFinder.scan'
  | 'inputFinder.cycle'
  | 'mac.multiply'
  | 'mac.add'
  | `gradTile.read:${number}`
  | `weightBuffer.read:${number}`
  | `psum.read:${number}`
  | 'psum.write'
  | 'acc.add'
  | 'pool.scale'
  | 'grad.update'
  | 'glb.read'
  | 'glb.write'

/** Silicon of the engine (Table VII; `cost-model.md` section 3): that of its array, and the global buffer. */
export const backwardParts = (config: BackwardConfig, units: BackwardUnits): Counts<BackwardPart> =>
  addCounts(backwardArray(config, units).parts, units.buffer.parts)

/**
 * Priced actions of some work: every unit's own count of what all its copies did together. That is the sum over the copies,
 * since no unit's count is more than proportional to its work.
 */
export const backwardCounts = (
  config: BackwardConfig,
  units: BackwardUnits,
  work: Pick<BackwardWork, 'scannedRows' | 'finderCycles' | 'accAdds' | 'gradUpdates' | 'poolScales' | 'glb'> & {
    readonly macs: Pick<BackwardWork['macs'], 'performed'>
  },
): Counts<BackwardAction> => {
  const array = backwardArray(config, units).count([
    [
      [{ rows: work.scannedRows }],
      [{ peCycles: [], macs: work.macs.performed, heldCycles: work.finderCycles / config.groupSize }],
    ],
    [[{ outputs: work.accAdds, rows: 1 }], [{ neurons: work.gradUpdates }]],
  ])
  return addCounts(
    addCounts(array, units.pooling.count({ scales: work.poolScales })),
    units.buffer.count(work.glb),
  ) as Counts<BackwardAction>
}
