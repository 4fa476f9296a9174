import type { Line } from "../../../sim/queueing/line.ts";

/** The lines of the workloads W1 and W2; the peers have them in their own words. */
export const LINES = {
  W1: {
    arrivals: { kind: "poisson", rate: 0.8 },
    stations: [1, 1, 1, 1].map((mean) => ({ service: { kind: "exponential", mean } })),
  },
  W2: {
    arrivals: { kind: "saturated" },
    stations: [1, 5, 3, 1].map((mean, j) => ({
      service: { kind: "lognormal", mean, cv: 0.2 },
      ...(j > 0 ? { buffer: 2 } : {}),
    })),
    blocking: "after-service",
  },
} as const satisfies Readonly<Record<string, Line>>;
