import type { Accelerator, ChipRun } from '@h2learn/accelerator'
import type { FigureKind, ReportChip, ReportCycleCauses, ReportEngine } from '@h2learn/report'
import type { Network } from '@h2learn/snn-core'
import type { TraceEntry } from '../trace/recorded-trace'
import { causeRows, chipReport, engineRows } from './run-report'
import { version } from './version'

/** What the chip worked on. */
export interface SimulateSource {
  readonly kind: 'trace' | 'density' | 'benchmark'
  readonly name: string
  readonly origin: string
  /** Samples in a trace. */
  readonly samples?: number
  /** Sub-batches of a trace that were run; the group repeats them. */
  readonly sub_batches?: number
}

/** Shares of a layer's neurons, 0..1; null where nothing is known. */
export interface SimulatedLayer {
  readonly name: string
  readonly firing_rate: number | null
  readonly output_sparsity: number | null
  readonly input_sparsity: number | null
}

/** One phase of the batch group. */
export interface SimulatedPhase {
  readonly kind: 'fill' | 'steady' | 'drain' | 'step'
  readonly cycles: number
  /** The engine whose tasks set its length, and whether they waited for arrays or for a memory. */
  readonly bound_by: string
  readonly bound: 'compute' | 'memory'
}

/** The result of `h2learn simulate`, units in the names. Deterministic but for `simulated_in_s`. */
export interface SimulateReport {
  readonly schema: 'h2learn.simulate/1'
  readonly source: SimulateSource
  readonly network: string
  readonly input: { readonly H: number; readonly W: number; readonly C: number }
  readonly T: number
  readonly batch: number
  /** Where each tensor is from: `drawn` ones are random. */
  readonly tensors: readonly TraceEntry[]
  readonly layers: readonly SimulatedLayer[]
  readonly engines: readonly ReportEngine[]
  readonly cycle_causes: readonly ReportCycleCauses[]
  /** Every phase of a batch group, from memory swap to memory swap. */
  readonly phases: readonly SimulatedPhase[]
  /** Shares of the batch group's time. */
  readonly engine_use: readonly {
    readonly engine: string
    readonly busy: number
    readonly stalled: number
    readonly idle: number
  }[]
  readonly memory_use: readonly { readonly memory: string; readonly bytes: number; readonly utilisation: number }[]
  /** Tasks of the chain that ends the batch group. */
  readonly critical_path: readonly string[]
  /** The layer that fills each engine's global buffer most; share above 1: it does not fit. */
  readonly buffers: readonly {
    readonly engine: string
    readonly layer: string
    readonly used_KiB: number
    readonly capacity_KiB: number
    readonly share: number
  }[]
  readonly chip: ReportChip
  readonly speedup_vs_v100: number | null
  readonly speedup_vs_v100_kind: FigureKind
  readonly speedup_vs_v100_note: string
  readonly notes: readonly string[]
  readonly simulated_in_s: number
  readonly versions: Readonly<Record<string, string>>
}

/** What a simulation produced. */
export interface SimulateResult {
  readonly network: Network
  readonly chip: Accelerator
  readonly run: ChipRun
  readonly batch: number
  readonly source: SimulateSource
  readonly tensors: readonly TraceEntry[]
  readonly layers: readonly SimulatedLayer[]
  readonly speedup?: number
  readonly notes: readonly string[]
  readonly seconds: number
}

/** The simulation as plain JSON. */
export const simulateReport = (result: SimulateResult): SimulateReport => {
  const { network, chip, run, batch, source, tensors, layers, speedup, notes, seconds } = result
  const { makespan, resources, memories, criticalPath } = run.timeline
  const share = (cycles: number) => (makespan > 0 ? cycles / makespan : 0)
  const crowded = run.buffers.filter((buffer) => buffer.share > 1)
  return {
    schema: 'h2learn.simulate/1',
    source,
    network: network.text,
    input: { H: network.input.H, W: network.input.W, C: network.input.C },
    T: network.T,
    batch,
    tensors,
    layers,
    engines: engineRows(run),
    cycle_causes: causeRows(run),
    phases: run.phases.map(({ kind, start, end, boundBy, bound }) => ({
      kind,
      cycles: end - start,
      bound_by: boundBy,
      bound,
    })),
    engine_use: resources.map(({ name, busyCycles, stallCycles, idleCycles }) => ({
      engine: name,
      busy: share(busyCycles),
      stalled: share(stallCycles),
      idle: share(idleCycles),
    })),
    memory_use: memories.map(({ name, bytes, utilisation }) => ({ memory: name, bytes, utilisation })),
    critical_path: criticalPath,
    buffers: run.buffers.map(({ role, layer, usedBytes, capacityBytes, share: full }) => ({
      engine: role,
      layer,
      used_KiB: usedBytes / 1024,
      capacity_KiB: capacityBytes / 1024,
      share: full,
    })),
    chip: chipReport(chip, run),
    speedup_vs_v100: speedup ?? null,
    speedup_vs_v100_kind: 'predicted',
    speedup_vs_v100_note:
      speedup === undefined
        ? source.kind === 'benchmark'
          ? `the paper prints no V100 time for ${source.name}`
          : 'the paper prints V100 times only for its own networks (--benchmark)'
        : `predicted samples/s of the chip over the V100's published epoch time (Table II, ${source.name})`,
    notes: [
      ...notes,
      ...crowded.map(
        ({ role, layer, usedBytes, capacityBytes }) =>
          `${role} engine, ${layer}: ${Math.ceil(usedBytes / 1024)} KiB double-buffered do not fit into ${capacityBytes / 1024} KiB; its bytes move as if they did (--set schedule.buffers=require refuses).`,
      ),
      'Areas and energies hold calibrated constants (k_area, k_energy), Backward cycles the calibrated fill; off-chip memory is printed apart.',
    ],
    simulated_in_s: seconds,
    versions: { h2learn: version, node: process.versions.node },
  }
}
