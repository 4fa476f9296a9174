import { type Disturbance, disturbanceText, isOf, type Left } from "./disturbance.ts";
import { placeOf } from "./model/shared.ts";
import type { Plan } from "./plan.ts";

/**
 * What happens to a link or a node happens to all lines of a fleet that use it.
 * @throws RangeError that names each of which two lines tell different things, and what.
 */
export function checkShared(fleet: readonly { readonly name: string; readonly plan: Plan }[]): void {
  const known = new Map<string, { readonly name: string; readonly happens: readonly Disturbance[] }>();
  const problems: string[] = [];
  for (const { name, plan } of fleet) {
    for (const [subject, happens] of happeningsOf(plan)) {
      const other = known.get(subject);
      if (other === undefined) known.set(subject, { name, happens });
      else if (keyOf(other.happens) !== keyOf(happens))
        problems.push(
          `${subject}: ${textOf(happens)} in line ${name}, but ${textOf(other.happens)} in line ${other.name}`,
        );
    }
  }
  if (problems.length > 0)
    throw new RangeError(
      `fleet: what happens to what lines share should be the same in all of them: ${problems.join("; ")}`,
    );
}

/** What happens to each link and node that a plan uses. */
function happeningsOf({ disturbances = [], ...plan }: Plan): Map<string, readonly Disturbance[]> {
  const happens = new Map<string, readonly Disturbance[]>();
  plan.hops.forEach(({ link }) => {
    if (link === null) return;
    const these = disturbances.filter((one) => "link" in one && isOf(one, link.between));
    happens.set(`link ${[...link.between].sort().join("-")}`, these);
  });
  for (const { node } of plan.pods) {
    const these = disturbances.filter((one) => "node" in one && one.node === node);
    happens.set(`node ${placeOf(plan, node)}`, these);
  }
  return happens;
}

/** The same for the same, in whatever order. */
function keyOf(happens: readonly Disturbance[]): string {
  const left = (of: Left) => ("share" in of ? ["share", of.share] : ["amount", of.amount]);
  const keys = happens.map((one) => {
    if ("link" in one) return [...left(one.bandwidth), one.from, one.until].join();
    if ("speed" in one) return [...left(one.speed), one.from, one.until].join();
    return "restart" in one ? [one.restart, one.at].join() : "";
  });
  return keys.sort().join(";");
}

function textOf(happens: readonly Disturbance[]): string {
  return happens.length === 0 ? "nothing" : happens.map(disturbanceText).join(", ");
}
