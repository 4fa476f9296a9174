import type { Profile } from "../../sim/profile.ts";
import type { RunInfo } from "../../sim/report/page.ts";
import { flipMap, planeOf, slicesOf } from "../../sim/report/pictures/flip-map.ts";
import { sweepHtml } from "../../sim/report/sweep-html.ts";
import type { Flip, Outcome } from "../../sim/sweep/flips.ts";
import { commandText } from "../exec.ts";
import { drawn } from "./vega.ts";

/** A sweep's page, with a flip map for each slice of its plane. Takes a second or two, for the pictures. */
export async function renderSweep(
  outcome: Outcome,
  flips: readonly Flip[],
  { fingerprint, created }: Profile,
  command: readonly string[],
): Promise<string> {
  const plane = planeOf(outcome);
  const maps = plane === null ? [] : slicesOf(outcome, flips, plane).map((slice, i) => flipMap(outcome, slice, i + 1));
  const { hostname, cpu, cores, edgetwin } = fingerprint;
  const run: RunInfo = {
    machine: [`costs were measured on ${hostname}: ${cpu}, ${cores} cores, ${created}`],
    commands: [commandText(["npx", "edgetwin", ...command])],
    version: edgetwin,
  };
  return sweepHtml({ outcome, flips, run, pictures: await drawn(maps) });
}
