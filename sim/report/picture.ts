import type { TopLevelSpec } from "vega-lite";

/** One picture of a report: a Vega-Lite specification with its data inside, and the words around it. */
export interface Picture {
  /** Unique within a report, fit for a file name and an element id. */
  readonly id: string;
  readonly title: string;
  /** How to read it, one or two sentences. */
  readonly caption: string;
  readonly spec: TopLevelSpec;
}
