/** What a run says of itself. */
export interface Outcome {
  /** Of the simulation alone, without the program's start. */
  readonly seconds: number;
  /** By name: what all runners should agree on. */
  readonly values: Readonly<Record<string, number>>;
}

/** Ours or a peer: runs a workload of so many jobs in a process of its own. */
export interface Runner {
  readonly name: string;
  /** Ours have a column that says how many times as fast as the others they are. */
  readonly ours: boolean;
  readonly jobs: number;
  run(): Promise<Outcome>;
}

/** A workload and who can run it: one file each. */
export interface Workload {
  readonly title: string;
  /** What is counted, in the plural: jobs, frames. */
  readonly unit: string;
  /** The name of the value that is printed, what it should be, and how far off, relative, a short run may be. */
  readonly check: { readonly name: string; readonly exact: number; readonly tolerance: number };
  /** How often it runs, of which the median counts; left out: as often as is usual. */
  readonly turns?: number;
  /** `missing` says why a peer is left out. @param count of what is counted, as many as is usual if it is left out; slow peers do with less. */
  runners(count?: number): Promise<readonly (Runner | { readonly name: string; readonly missing: string })[]>;
}
