import fc from "fast-check";
import { OBJECTIVES, type Wish } from "../../sim/place/objective.ts";
import type { WorldSpec } from "./fixture.ts";

/** Small worlds of every kind, whose placements can be listed. */
export const worlds: fc.Arbitrary<WorldSpec> = fc.record({
  stages: fc.integer({ min: 1, max: 5 }),
  nodes: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  together: fc.integer({ min: 1, max: 3 }),
  cores: fc.integer({ min: 1, max: 4 }),
  window: fc.integer({ min: 1, max: 8 }),
  speeds: fc.constantFrom([1], [0.4, 1], [1, 0.5, 0.7]),
  chain: fc.boolean(),
  samples: fc.constantFrom(1, 7),
  pinned: fc.integer({ min: 0, max: 2 }),
  memory: fc.boolean(),
  workers: fc.constantFrom(0, 0, 1, 2),
  compression: fc.constantFrom("none", "none", "zstd"),
  measured: fc.constantFrom(0, 0.5, 1),
});

export const wishes: fc.Arbitrary<Wish> = fc.record({
  objective: fc.constantFrom(...OBJECTIVES),
  rate: fc.option(fc.integer({ min: 1, max: 80 })),
  latencyBound: fc.option(fc.double({ min: 0.02, max: 0.2, noNaN: true })),
});
