import type { LinkCost, Profile, Thread } from "../profile.ts";
import type { CostName } from "./reading.ts";

/** The same profile with one cost longer by a factor, scatter and all: what it would be if the calibration were off by that. */
export function perturbed(profile: Profile, { kind, of, nodes, thread, at }: CostName, factor: number): Profile {
  const longer = (samples: readonly number[]) => samples.map((value) => value * factor);
  const here = ({ node }: { readonly node: string }) => nodes.includes(node);
  const same = (one: { readonly bytes: number; readonly thread: Thread }) => one.bytes === at && one.thread === thread;
  const times = <
    T extends {
      readonly node: string;
      readonly bytes: number;
      readonly thread: Thread;
      readonly seconds: readonly number[];
    },
  >(
    costs: readonly T[],
  ) => costs.map((one) => (here(one) && same(one) ? { ...one, seconds: longer(one.seconds) } : one));
  const inThread = (cpu: Readonly<Record<Thread, readonly number[]>>) => ({ ...cpu, [thread]: longer(cpu[thread]) });
  const links = (change: (link: LinkCost) => LinkCost) =>
    profile.links.map((link) => (link.between.join() === nodes.join() ? change(link) : link));
  switch (kind) {
    case "compute":
      return {
        ...profile,
        computes: profile.computes.map((one) =>
          one.key === of && here(one) ? { ...one, cpu: inThread(one.cpu) } : one,
        ),
      };
    case "compress":
    case "decompress":
      return {
        ...profile,
        compressions: profile.compressions.map((one) =>
          one.key === of && here(one) ? { ...one, [kind]: inThread(one[kind]) } : one,
        ),
      };
    case "receive":
    case "send":
      return {
        ...profile,
        messages: profile.messages.map((one) =>
          here(one) && one.direction === kind && same(one) ? { ...one, cpu: longer(one.cpu) } : one,
        ),
      };
    case "handover":
      return { ...profile, handovers: times(profile.handovers) };
    case "loopback":
      return { ...profile, loopbacks: times(profile.loopbacks) };
    case "link-receive":
    case "link-send": {
      const end = kind === "link-receive" ? "receive" : "send";
      return {
        ...profile,
        links: links((link) => ({
          ...link,
          [end]: link[end].map((one) => (same(one) ? { ...one, cpu: longer(one.cpu) } : one)),
        })),
      };
    }
    case "link":
      return { ...profile, links: links((link) => refitted(link, thread, at, factor - 1)) };
    case "wake-worker":
    case "wake-messages":
      return {
        ...profile,
        wakeUps: profile.wakeUps.map((one) =>
          here(one) && kind === `wake-${one.woken}` && one.thread === thread
            ? { ...one, seconds: longer(one.seconds) }
            : one,
        ),
      };
    case "acknowledgement":
      return { ...profile, acknowledgement: longer(profile.acknowledgement) };
    case "lateness":
      return {
        ...profile,
        lateness: profile.lateness.map((one) => (one.interval === at ? { ...one, seconds: longer(one.seconds) } : one)),
      };
  }
}

/**
 * A link whose messages of one size took longer by a share. Those that found threads idle are what its line is fitted to, so that
 * bandwidth and delay both change, as least squares have it; of cold ones the residuals tell.
 */
function refitted(link: LinkCost, thread: Thread, bytes: number, share: number): LinkCost {
  const slope = link.bandwidth === null ? 0 : 1 / link.bandwidth;
  const extra = share * (link.delay + slope * bytes);
  const sizes = [...new Set(link.receive.map((one) => one.bytes))];
  const own = extra / sizes.length;
  if (thread === "cold") {
    const { idle, cold } = link.residuals;
    return { ...link, residuals: { idle, cold: cold.map((residual) => residual + own) } };
  }
  const centre = sizes.reduce((a, b) => a + b, 0) / sizes.length;
  const spread = sizes.reduce((sum, size) => sum + (size - centre) ** 2, 0);
  const steeper = spread > 0 && link.bandwidth !== null ? (extra * (bytes - centre)) / spread : 0;
  return {
    ...link,
    bandwidth: link.bandwidth === null ? null : 1 / (slope + steeper),
    delay: Math.max(0, link.delay + own - steeper * centre),
  };
}
