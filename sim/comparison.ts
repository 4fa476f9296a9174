import type { z } from "zod";
import type { comparisonSchema, termSchema } from "./compare/schema.ts";

/** Read-only all the way down, arrays and tuples included. */
type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

/** Predictions against measured runs: what `comparison.json` holds. Fields are described in `sim/compare/schema.ts`. */
export type Comparison = Frozen<z.infer<typeof comparisonSchema>>;

/** One plan at one size and load: measured (over all repeats), predicted (with 95 % intervals) and the error. */
export type PlanComparison = Comparison["plans"][number];

/** Which split is best: by throughput of saturated runs, or without them by median latency. */
export type Decision = Comparison["decision"];

/** The decision at one size. */
export type SizeDecision = Comparison["decisions"][number];

/** Throughput in frames/s, latency in seconds; in `error` and `spread` both are relative. */
export type Figures = PlanComparison["error"];

/** Cause of the time that a frame spends at a pod. */
export type Term = z.infer<typeof termSchema>;

/** Largest relative errors that a plan may have, as 0.05. */
export type Tolerance = Comparison["tolerance"];
