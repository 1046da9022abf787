/** What a schedule is made of and what comes out of it. Types only; times in cycles, traffic in bytes. */
import type { Bytes, Cycles } from '@h2learn/hw'

/** What set the time of a piece of work: the arrays of its engine or the bandwidth of a memory. */
export type TimeBound = 'compute' | 'memory'

/** One layer on one engine behind its ping-pong buffer: how long it takes alone, and why (h2learn.md section 4). */
export interface StreamedLayer {
  /** First fill plus the sum of max(compute, memory) over the grid iterations. */
  readonly cycles: Cycles
  /** Cycles the arrays work: the sum over grid iterations. */
  readonly computeCycles: Cycles
  /** Cycles the memory port is busy: all bytes over the bandwidth. */
  readonly memoryCycles: Cycles
  /** Cycles the arrays wait for bytes after the first fill. */
  readonly stallCycles: Cycles
  /** Cycles until the first grid iteration can start. */
  readonly fillCycles: Cycles
  /** `memory` when the bytes as a whole take longer than the computation, else `compute`. */
  readonly bound: TimeBound
}

/** A memory and what it can move per cycle (160 bytes for 128 GB/s at 800 MHz; Infinity lifts the limit). */
export interface SharedMemory {
  readonly name: string
  readonly bytesPerCycle: number
}

/** Where a task comes from; the schedule carries these along and reads none of them. */
export interface TaskLabel {
  readonly layer?: string
  /** Sub-batch inside its batch group, from 0. */
  readonly subBatch?: number
  /** Batch group, from 0. */
  readonly group?: number
  /** The pass it belongs to, or `step` for the weight update that ends a batch group. */
  readonly pass?: string
  /** Phase inside its batch group, from 0: from one memory swap to the next. */
  readonly phase?: number
}

/** A piece of work for one engine. */
export interface PipelineTask extends TaskLabel {
  readonly id: string
  /** The engine. It takes its tasks in the order of the list, one at a time. */
  readonly resource: string
  /** Ids of the tasks that must have ended. */
  readonly after: readonly string[]
  /** Cycles it takes when it has the memories to itself. */
  readonly duration: Cycles
  /** Bytes moved per memory, spread evenly over the task. */
  readonly bytes: Readonly<Record<string, Bytes>>
  /** What bounds the task when it runs alone; by default found from bytes and bandwidth. */
  readonly bound?: TimeBound
}

/** A task on the time axis. */
export interface TimelineSlice {
  readonly task: PipelineTask
  readonly start: Cycles
  readonly end: Cycles
  /** Cycles lost to other users of its memories: end − start − duration. */
  readonly stallCycles: Cycles
  /** `memory` when it lost cycles to sharing or was memory-bound already when alone. */
  readonly bound: TimeBound
}

/** How an engine spent the makespan: busy + stall + idle = makespan. */
export interface ResourceUse {
  readonly name: string
  readonly busyCycles: Cycles
  readonly stallCycles: Cycles
  readonly idleCycles: Cycles
}

/** What a memory moved over the makespan. */
export interface MemoryUse {
  readonly name: string
  readonly bytes: Bytes
  readonly bytesPerCycle: number
  /** Share of the bandwidth used over the makespan, 0..1. */
  readonly utilisation: number
}

/** A stretch of time in which the users of every memory stay the same. */
export interface BandwidthSpan {
  readonly start: Cycles
  readonly end: Cycles
  /** Bytes per cycle by memory and engine; engines that move nothing are left out. */
  readonly use: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The result of a schedule. */
export interface Timeline {
  /** In order of start, then of the task list. */
  readonly slices: readonly TimelineSlice[]
  readonly resources: readonly ResourceUse[]
  readonly memories: readonly MemoryUse[]
  readonly makespan: Cycles
  /** The makespan if no memory were ever short: the longest chain of durations, engines taking turns included. */
  readonly idealCycles: Cycles
  /** Ids of the chain of tasks that ends last, first to last; each starts when the one before ends. */
  readonly criticalPath: readonly string[]
  readonly bandwidth: readonly BandwidthSpan[]
}

/** One layer's stage of one sub-batch. */
export interface StageWork {
  readonly layer: string
  /** Cycles when alone, from `streamEngine` or `streamLayer`. */
  readonly cycles: Cycles
  /** Bytes on the memory of the sub-batch. */
  readonly bytes: Bytes
  /** Bytes on the memory of the weight gradients; 0 when absent. */
  readonly gradientBytes?: Bytes
  readonly bound?: TimeBound
  /** Stages of other passes, of the same sub-batch, that must have ended. Absent: the stage before it in its own pass. */
  readonly needs?: readonly StageNeed[]
}

/** A stage that another one waits for. */
export interface StageNeed {
  readonly pass: string
  readonly layer: string
}

/**
 * The stages of every pass for one sub-batch, by the pass's name, each in the order in which its engine takes them; stages
 * that wait for others are taken when those appear.
 */
export type SubBatchWork = Readonly<Record<string, readonly StageWork[]>>

/** A pass of training or inference: the stages of a sub-batch that one engine runs. */
export interface PassPlan {
  /** `forward`, `backward`, `weight-update`, or another of your own. */
  readonly name: string
  /** The engine (resource) that runs it; two passes may name the same one. */
  readonly engine: string
  /**
   * The pass of the same sub-batch that must have ended, with a memory swap between, before this one starts. Absent: it
   * starts with the sub-batch. Passes after the same one run beside each other.
   */
  readonly after?: string
}

/** Which memory a pass uses. */
export type MemoryPlan =
  /** The paper's chip: `pair` swaps roles every sub-batch, `gradients` holds the weight gradients. */
  | { readonly kind: 'swapping'; readonly pair: readonly [string, string]; readonly gradients: string }
  /** One memory with an arbiter for everything; two regions of it swap instead (§IV, "also a possible solution"). */
  | { readonly kind: 'shared'; readonly name: string }

/** How the passes of a batch group are laid over each other. */
export interface TrainingPlan {
  /** In the order in which they are listed where they run beside each other; names differ. */
  readonly passes: readonly PassPlan[]
  readonly memories: MemoryPlan
  /** `overlapped` (default): the first passes of sub-batch k+1 beside the later ones of k. `serial`: one after the other. */
  readonly engines?: 'overlapped' | 'serial'
  /**
   * `free` (default): a stage starts when what it needs is there.
   * `barrier`: the stages of a layer in all passes of a phase form a slot, the next slot waits for all of them.
   */
  readonly layers?: 'free' | 'barrier'
  /** Sub-batches in a batch group; default: all given sub-batches form one group. */
  readonly subBatchesPerGroup?: number
  /** The weight update that ends a batch group; absent: none. */
  readonly step?: {
    readonly resource: string
    readonly cycles: Cycles
    readonly bytes: Readonly<Record<string, Bytes>>
  }
}

/** What a training schedule comes down to. */
export interface TrainingPeriod {
  /** Steady state per sub-batch: mean time between two memory swaps inside a batch group. */
  readonly periodCycles: Cycles
  /** Phases that mean was taken over; 0 for groups of one sub-batch, whose period is their whole time before the step. */
  readonly interiorPhases: number
  /** Mean time of a batch group, first Forward to the end of its weight update. */
  readonly groupCycles: Cycles
  /** Until every pass has a sub-batch: the first Forward of a group. */
  readonly fillCycles: Cycles
  /** After the first passes have had the last sub-batch: its Backward and Weight Update. */
  readonly drainCycles: Cycles
  /** The weight update that ends a group. */
  readonly stepCycles: Cycles
}

/** One phase of a training schedule, from one memory swap to the next. */
export interface TrainingPhase {
  readonly group: number
  /** Inside its batch group, from 0. */
  readonly phase: number
  /** `fill`: the later passes have no sub-batch yet; `steady`: all have one; `drain`: the first have none left; `step`: the update. */
  readonly kind: 'fill' | 'steady' | 'drain' | 'step'
  readonly start: Cycles
  readonly end: Cycles
  /** The engine that most of the chain ran on. */
  readonly boundBy: string
  /** `memory` when memory-bound tasks make up more than half of the chain. */
  readonly bound: TimeBound
  /** Ids of the tasks that set the length of the phase, first to last. */
  readonly chain: readonly string[]
  /** Cycles each engine had no task. */
  readonly idleCycles: Readonly<Record<string, Cycles>>
}

/** The bound beside the event-driven period (cost-model.md section 6). */
export interface ClosedFormPeriod {
  readonly cycles: Cycles
  /** The engine or memory that sets it. */
  readonly boundBy: string
  /** Cycles every engine and memory needs on its own, by name. */
  readonly demands: Readonly<Record<string, Cycles>>
}
