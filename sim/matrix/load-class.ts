/** Which bounds a plan is held to: by what it was offered of what it truly carries. */
export const LOAD_CLASSES = ["saturated", "up to 85 %", "85 to 90 %", "above 90 %"] as const;
export type LoadClass = (typeof LOAD_CLASSES)[number];

/** Shares of the measured capacity up to which a load is of a class. */
const MODERATE = 0.85;
const HIGH = 0.9;

/** @param load offered rate over measured saturated throughput; `null`: the plan was run saturated. */
export function loadClassOf(load: number | null): LoadClass {
  if (load === null) return "saturated";
  return load <= MODERATE ? "up to 85 %" : load <= HIGH ? "85 to 90 %" : "above 90 %";
}
