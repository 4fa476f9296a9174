import { exp, log } from "./elementary.ts";

/** Layers of a ziggurat: eight bits choose one. */
export const LAYERS = 256;

/**
 * A decreasing density, covered by layers of one and the same area (Marsaglia & Tsang, "The Ziggurat Method for Generating Random
 * Variables", J. Stat. Software 5(8), 2000): layer i reaches from 0 to `x[i]`, and is inside the density up to `x[i + 1]`. Layer 0
 * holds the tail beyond `x[1]`, so its `x[0]` is as wide as a box of its area would be. `f[i]` is the density at `x[i]`, not
 * normalised.
 */
export interface Ziggurat {
  readonly x: Float64Array;
  readonly f: Float64Array;
  /** Where the tail begins. */
  readonly tail: number;
}

function ziggurat(
  tail: number,
  area: number,
  density: (x: number) => number,
  inverse: (f: number) => number,
): Ziggurat {
  const x = new Float64Array(LAYERS + 1);
  const f = new Float64Array(LAYERS + 1);
  x[0] = area / density(tail);
  x[1] = tail;
  for (let i = 2; i < LAYERS; i++) x[i] = inverse(area / x[i - 1]! + density(x[i - 1]!));
  for (let i = 0; i < LAYERS; i++) f[i] = density(x[i]!);
  f[LAYERS] = 1;
  return { x, f, tail };
}

/** Tail and area are those at which the last layer ends at the density's top. */
export const EXPONENTIAL: Ziggurat = ziggurat(
  7.69711747013105,
  3.949659822581557e-3,
  (x) => exp(-x),
  (f) => -log(f),
);

/** The right half of the normal. */
export const NORMAL: Ziggurat = ziggurat(
  3.6541528853610088,
  4.928673233974658e-3,
  (x) => exp(-0.5 * x * x),
  (f) => Math.sqrt(-2 * log(f)),
);
