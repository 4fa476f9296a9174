import type { Profile } from "../../sim/profile.ts";
import type { Link, Topology } from "../../sim/topology/topology.ts";
import { type Check, checksOf } from "./check.ts";

const { ok, warning, unknown } = checksOf("links");

/** A link is as stated if it carries this share of its bandwidth, and its delay is at most so much above. */
const SHARE = 0.8;
const DELAY_FACTOR = 1.5;
const DELAY_SLACK = 1e-3;

/** Links as stated in the topology beside what a profile measured. @param profile the kept one; `null` if there is none. */
export function linkChecks({ links }: Pick<Topology, "links">, profile: Profile | null, measure: string): Check[] {
  return links.map((link) => {
    const what = link.between.join("-");
    const measured = profile?.links.find(({ between }) => between.join("-") === what);
    if (measured === undefined) return unknown(what, `stated: ${costText(link)}; not measured yet`, measure);
    const slow = link.bandwidth !== null && measured.bandwidth !== null && measured.bandwidth < SHARE * link.bandwidth;
    const late = measured.delay > DELAY_FACTOR * link.delay + DELAY_SLACK;
    const found = `stated: ${costText(link)}; measured: ${costText(measured)}`;
    return slow || late
      ? warning(what, found, "predictions go by what is measured; is the topology of another network?")
      : ok(what, found);
  });
}

function costText({ bandwidth, delay }: Pick<Link, "bandwidth" | "delay">): string {
  const rate = bandwidth === null ? "no limit" : `${Number(((bandwidth * 8) / 1e6).toPrecision(3))} Mbit/s`;
  return `${rate}, ${Number((delay * 1e3).toPrecision(3))} ms`;
}
