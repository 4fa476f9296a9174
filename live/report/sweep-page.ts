import type { Profile } from "../../sim/profile.ts";
import type { DrawnPicture, RunInfo } from "../../sim/report/html.ts";
import { flipMap, planeOf, slicesOf } from "../../sim/report/pictures/flip-map.ts";
import { sweepHtml } from "../../sim/report/sweep-html.ts";
import type { Flip, Outcome } from "../../sim/sweep/flips.ts";
import { renderSvg } from "./vega.ts";

/** A sweep's page, with a flip map for each slice of its plane. Takes a second or two, for the pictures. */
export async function renderSweep(
  outcome: Outcome,
  flips: readonly Flip[],
  { fingerprint, created }: Profile,
  command: readonly string[],
): Promise<string> {
  const plane = planeOf(outcome);
  const maps = plane === null ? [] : slicesOf(outcome, flips, plane).map((slice, i) => flipMap(outcome, slice, i + 1));
  const pictures: DrawnPicture[] = [];
  for (const picture of maps) pictures.push({ ...picture, svg: await renderSvg(picture.spec) });
  const { hostname, cpu, cores, edgetwin } = fingerprint;
  const run: RunInfo = {
    date: created,
    machine: [`costs were measured on ${hostname}: ${cpu}, ${cores} cores, ${created}`],
    commands: [`npx edgetwin ${command.join(" ")}`],
    version: edgetwin,
  };
  return sweepHtml({ outcome, flips, run, pictures });
}
