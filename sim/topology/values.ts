import { z } from "zod";
import type { Quantity } from "./units.ts";

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER, allowed = `an integer >= ${min}`) => {
  return z.int(allowed).min(min, allowed).max(max, allowed);
};

/** Text of a quantity with its unit. What does not match is not refined any further: one problem is said once. */
export const matching = ({ allowed, pattern }: Pick<Quantity, "allowed" | "pattern">) =>
  z.string(allowed).regex(pattern, { error: allowed, abort: true });

/** A number of zeros only would pass a quantity's pattern. */
export const aboveZero = (text: string) => Number.parseFloat(text) > 0;
