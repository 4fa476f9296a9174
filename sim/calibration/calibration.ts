import type { Drift } from "./drift.ts";
import type { CostKnowledge } from "./knowledge.ts";

/** How the samples of a cost came: in visits, one after the other. Samples of one visit share the host's mood. */
export interface SampleOrder {
  /** In the order of the samples. */
  readonly visits: readonly SampleVisit[];
  /** So many consecutive samples are drawn together, as those near to each other are alike (`sim/statistics/block-length.ts`). */
  readonly block: number;
}

/** Samples that were taken in one go. */
export interface SampleVisit {
  /** Of the calibration, from 1 on. */
  readonly round: number;
  /** How many there are. */
  readonly samples: number;
  /** Their mean, outliers counted as no more than what just is none, seconds. */
  readonly level: number;
}

/** What a calibration knows of itself. */
export interface Calibration {
  /** Relative half-width of each cost's 95 % interval that it was to reach. */
  readonly precision: number;
  /** Seconds that it was given, and that it took. */
  readonly budget: number;
  readonly seconds: number;
  /** Of the time that it is to have in the end, what the budget is; left out: all. */
  readonly share?: number;
  /** Every cost, and how well it is known; `reached`: within the precision. */
  readonly costs: readonly (CostKnowledge & { readonly reached: boolean; readonly order: SampleOrder })[];
  /** How the host's speed changed while pods were measured that were deployed together. */
  readonly drifts: readonly (Drift & { readonly of: string })[];
}

/** Of a profile that nobody measured. */
export const UNMEASURED: Calibration = { precision: 0, budget: 0, seconds: 0, costs: [], drifts: [] };
