/** The result of a run as plain JSON, with units in the names. Types only. */

/**
 * Where a figure comes from: `predicted` by the model, `calibrated` (fitted to the figure it is compared with),
 * `published` (taken over), `measured` (on this machine or these data), `identity` (follows from the counts alone).
 */
export type FigureKind = 'predicted' | 'calibrated' | 'published' | 'measured' | 'identity'

/** What set a time: the arrays of an engine or the bandwidth of a memory. */
export type FigureBound = 'compute' | 'memory'

export interface ReportData {
  readonly name: string
  /** In words: "built-in generator, seed 1" or a path. */
  readonly origin: string
  /** Where the test samples came from. */
  readonly test_origin: string
  readonly synthetic: boolean
  readonly train_samples: number
  readonly test_samples: number
}

export interface ReportCurvePoint {
  readonly step: number
  readonly samples_seen: number
  readonly loss: number
  /** Share of the batch classified correctly, 0..1. */
  readonly accuracy: number
  /** Share of samples whose loss gradient is exactly zero, 0..1. */
  readonly zero_loss_share: number
}

/** A part of training between two interruptions. */
export interface ReportTrainingLeg {
  /** Optimiser steps made before it, and with it. */
  readonly from_step: number
  readonly to_step: number
  /** Wall-clock seconds and worker threads; null where they are not known. */
  readonly seconds: number | null
  readonly threads: number | null
}

export interface ReportTraining {
  readonly steps: number
  readonly epochs: number
  readonly samples_seen: number
  /** Wall-clock time of training over all legs whose time is known, and the speed in them. */
  readonly seconds: number
  readonly samples_per_s: number
  /** One leg for a run that was never interrupted. */
  readonly legs?: readonly ReportTrainingLeg[]
  /** f64, f32 or f16. */
  readonly precision: string
  readonly optimizer: string
  readonly learning_rate: number
  /** fan-in: every layer has the learning rate divided by its fan-in. */
  readonly layer_rates?: 'equal' | 'fan-in'
  /** Course of the learning rate over the steps. */
  readonly schedule?: 'constant' | 'cosine'
  /** Leak, firing threshold, reset and surrogate of the neurons: surrogate as name=parameter. */
  readonly leak?: number
  readonly fire_threshold?: number
  readonly reset?: 'zero' | 'subtract'
  readonly surrogate?: string
  /** Decay of Adam's mean of squared gradients. */
  readonly beta2?: number
  /** Rate that the layers' first weights were fitted to, on the first samples. */
  readonly first_firing_rate?: number
  /** Gain of the output layer's first weights; 'rate': fitted as those of the other layers. */
  readonly output_gain?: number | 'rate'
  /** (th_l, th_r) of the rectangular surrogate; null with another, which has no window. */
  readonly grad_window?: readonly [number, number] | null
  /** True: the gradient does not pass the reset (Eq. 2 without the first term of ∇s). */
  readonly detach_reset?: boolean
  readonly backend?: string
  /** Name of the loss function. */
  readonly loss: string
  readonly curve: readonly ReportCurvePoint[]
  /** True when the user stopped training early; the figures are those reached. */
  readonly interrupted: boolean
}

/** One layer of the network as trained; all shares in 0..1. null: not measured or not defined. */
export interface ReportLayer {
  readonly name: string
  readonly kind: string
  readonly neurons: number
  readonly parameters: number
  readonly firing_rate: number | null
  /** 1 − mean(∇s̃). */
  readonly output_sparsity: number | null
  /** 1 − mean(∇ũ) in float32. */
  readonly input_sparsity: number | null
  /** The same with gradients in FP16, where small ones flush to zero. */
  readonly input_sparsity_fp16: number | null
  /** Share of the non-zero float32 gradients that FP16 loses. */
  readonly underflow_share: number | null
}

/**
 * The backward pass through one convolution as Table III counts it: it computes the gradients of the layer below from ∇u of
 * this layer. Shares in 0..1; the published ones only where the network is that of the paper.
 */
export interface ReportBackwardPass {
  /** The convolution whose weights the gradient passes. */
  readonly layer: string
  /** The layer whose neurons receive it. */
  readonly to: string
  /** 1 − mean(∇s̃) of the layer below. */
  readonly output_sparsity: number
  /** 1 − mean(∇ũ) of this layer, in FP16. */
  readonly input_sparsity: number
  readonly paper_output_sparsity: number | null
  readonly paper_input_sparsity: number | null
}

/** Sparsities at one stage of training. */
export interface ReportStage {
  readonly step: number
  readonly samples_seen: number
  readonly layers: readonly {
    readonly name: string
    readonly firing_rate: number | null
    readonly output_sparsity: number | null
    readonly input_sparsity: number | null
  }[]
}

/** What the neurons of one layer did in the recorded samples. */
export interface ReportLayerActivity {
  readonly name: string
  readonly neurons: number
  /** Mean over neurons, timesteps and samples, 0..1. */
  readonly firing_rate: number
  /** Share of neurons without a spike in any recorded sample. */
  readonly silent_share: number
  /** Share of neurons that spike at every timestep of every recorded sample. */
  readonly saturated_share: number
  /** Share of neurons by firing rate in equal bins: bin i holds the rates from i / bins, the last one 1 too. */
  readonly rate_histogram: readonly number[]
  /** Spikes of the first recorded sample: [neuron, timestep from 0] of the neurons in `raster_neurons`. */
  readonly raster: readonly (readonly [neuron: number, t: number])[]
  /**
   * The neurons that the raster shows: those in the middle of equal parts of the layer ordered by their number of spikes
   * in this sample, so that together they fire at about the layer's rate; the quietest first.
   */
  readonly raster_neurons: readonly number[]
  /**
   * Potentials of the first recorded sample over time: the neuron that is busiest in this sample, one of about the mean
   * number of spikes, one without a spike if there is any.
   */
  readonly potentials: readonly { readonly neuron: number; readonly values: readonly number[] }[]
}

/** What the neurons did in the last recorded step. */
export interface ReportActivity {
  readonly T: number
  /** Recorded training samples that rates and shares count. */
  readonly samples: number
  /** th_f and (th_l, th_r), in units of the potential; null: a surrogate without a window. */
  readonly fire_threshold: number
  readonly grad_window: readonly [number, number] | null
  readonly layers: readonly ReportLayerActivity[]
  /** Layers that are all but silent or saturated, in words; empty when all is well. */
  readonly warnings: readonly string[]
}

/** The masks that cycles and energy were computed from: they depend on the stage of training. */
export interface ReportMasks {
  /** In words: "recorded in this run" or "Table III". */
  readonly source: string
  /** In words: "first step", "after 600 steps". */
  readonly stage: string
  readonly step: number | null
  readonly samples_seen: number | null
  readonly sub_batches: number
  readonly batch: number
  /** Training samples in these sub-batches, which firing rates and sparsities were measured on. */
  readonly samples?: number
}

/** One layer on one engine, per sub-batch. */
export interface ReportEngine {
  readonly engine: string
  readonly layer: string
  readonly compute_cycles: number
  readonly memory_cycles: number
  /** What the layer takes alone, fills and waiting included. */
  readonly cycles: number
  readonly bound: FigureBound
  /** Effectual work over what the array could do in these cycles, 0..1. */
  readonly utilisation: number
  readonly bytes: number
  readonly kind: FigureKind
}

/** An engine's output against the reference's FP16 result on the same input. */
export interface ReportFunctional {
  readonly engine: string
  readonly layer: string
  readonly compared_values: number
  readonly max_abs_difference: number
  /** Values whose bits differ. */
  readonly differing_values: number
  /** The difference that two orders of FP16 addition can make at most; null: values near overflow, no bound. */
  readonly worst_case_difference: number | null
  /** Bits of the binary output (spikes, gradient masks) that differ, and how many there are; null: it has none. */
  readonly differing_bits: number | null
  readonly bits: number | null
}

/** Where the PE-cycles of the Backward Engine go, per sub-batch. */
export interface ReportCycleCauses {
  readonly layer: string
  readonly effectual: number
  readonly empty_windows: number
  readonly imbalance: number
  readonly fill: number
  /** Waiting for the output finders, the Acc or the Grad units. */
  readonly waiting: number
  /** PEs without a channel or an output to work on. */
  readonly unused: number
}

export interface ReportChip {
  readonly clock_MHz: number
  readonly period_cycles: number
  readonly period_s: number
  readonly closed_form_period_cycles: number
  /** Steady state inside a batch group. */
  readonly samples_per_s: number
  /** Drain and weight update of each batch group included. */
  readonly samples_per_s_with_update: number
  readonly area_mm2: number
  readonly area_breakdown_mm2: Readonly<Record<string, number>>
  readonly power_W: number
  readonly peak_power_W: number
  readonly energy_per_sample_J: number
  readonly energy_breakdown_J: Readonly<Record<string, number>>
  readonly offchip_energy_per_sample_J: number
  /** The engine that the schedule's steady phases spend most of their critical chain on. */
  readonly bound_by: string
  /** Whether that chain waits for arrays or for memory; absent in reports of versions before it was told. */
  readonly bound?: FigureBound
  /** The engine or memory that sets `closed_form_period_cycles`, the bound that no schedule beats; absent as above. */
  readonly closed_form_bound_by?: string
  /** Kind of each figure above, by its key. */
  readonly kinds: Readonly<Record<string, FigureKind>>
}

/** A published figure beside the model's. */
export interface ReportPaperRow {
  readonly quantity: string
  /** Empty for ratios. */
  readonly unit: string
  /** A number or a published range; null where the paper prints none. */
  readonly paper: number | readonly [number, number] | null
  readonly model: number
  /** 100 · (model − paper) / paper; null for a range or a missing figure. */
  readonly error_pct: number | null
  readonly kind: FigureKind
  /** The key of `chip` that this figure stands beside; absent: shown in the table of the paper only. */
  readonly chip_key?: string
}

/** The result of `h2learn run`. Deterministic but for `seconds`, `samples_per_s` and `legs` of `training`. */
export interface RunReport {
  readonly schema: 'h2learn.run/1'
  readonly benchmark: string
  readonly preset: string
  /** In the notation of Table VI. */
  readonly network: string
  readonly input: { readonly H: number; readonly W: number; readonly C: number }
  readonly T: number
  readonly batch: number
  readonly seed: number
  readonly threads: number
  readonly data: ReportData
  readonly training: ReportTraining
  /** Shares, 0..1; null: not measured. */
  readonly train_accuracy: number | null
  readonly test_accuracy: number | null
  readonly test_loss: number | null
  /** Share of test samples with two classes at the highest spike count. */
  readonly tie_share: number | null
  /** [true class][predicted class] test samples; empty: not measured. */
  readonly confusion: readonly (readonly number[])[]
  readonly layers: readonly ReportLayer[]
  readonly backward_passes: readonly ReportBackwardPass[]
  readonly stages: readonly ReportStage[]
  /** What the neurons did; absent in reports of versions before it was recorded. */
  readonly activity?: ReportActivity
  readonly masks: ReportMasks
  readonly engines: readonly ReportEngine[]
  readonly functional: readonly ReportFunctional[]
  readonly cycle_causes?: readonly ReportCycleCauses[]
  readonly chip: ReportChip
  readonly paper: readonly ReportPaperRow[]
  readonly speedup_vs_v100: number | null
  readonly speedup_vs_v100_kind: FigureKind
  /** What the V100 figure is, or why there is none. */
  readonly speedup_vs_v100_note: string
  readonly notes: readonly string[]
  /**
   * What went wrong with learning, in words, with the way out: classes that are never predicted, silent or saturated
   * layers, no gradient, an accuracy no better than chance. Empty when all is well; absent in reports of versions before
   * it was told.
   */
  readonly warnings?: readonly string[]
  /** Versions by name: h2learn, node. */
  readonly versions: Readonly<Record<string, string>>
}

/** A task on the time axis of the pipeline, in cycles. */
export interface ReportSlice {
  readonly resource: string
  readonly layer: string
  readonly subBatch: number
  readonly start: number
  readonly end: number
}
