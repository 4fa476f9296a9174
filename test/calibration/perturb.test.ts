import { describe, expect, test } from "vitest";
import { fitLink } from "../../sim/calibration/fit-link.ts";
import { perturbed } from "../../sim/calibration/perturb.ts";
import type { CostKind, CostName } from "../../sim/calibration/reading.ts";
import { contentKey } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { apart, line } from "../sim/fixtures.ts";

const { plan, profile } = line({
  ...apart({ bandwidth: 1e6, delay: 0.01 }),
  pods: [{ cpu: 1 }, { cpu: 2 }, { cpu: 3, node: "server" }],
  bytes: [1000, 2000],
  receive: 0.1,
  send: 0.2,
  handover: 0.05,
  loopback: 0.3,
  acknowledgement: 0.4,
  lateness: 0.5,
  zstd: { bytes: 500, compress: 0.6, decompress: 0.7 },
  workers: { count: 1, begin: 0.8, notice: 0.9 },
});
const name = (kind: CostKind, more: Partial<CostName> = {}): CostName => {
  return { kind, of: "", nodes: ["edge"], thread: "idle", at: 0, ...more };
};
/** Numbers of a profile that a change left different, by their path. */
function changed(after: Profile): string[] {
  const paths: string[] = [];
  const walk = (a: unknown, b: unknown, path: string) => {
    if (a === b) return;
    if (typeof a === "object" && a !== null && typeof b === "object" && b !== null)
      for (const key of Object.keys(a)) walk(a[key as never], b[key as never], `${path}.${key}`);
    else paths.push(`${path.slice(1)} x${(Number(b) / Number(a)).toFixed(3)}`);
  };
  walk(profile, after, "");
  return paths;
}

describe("a profile with one cost longer", () => {
  const at = (find: (one: never) => boolean, list: readonly unknown[]) => list.findIndex((one) => find(one as never));
  test.each<[CostName, string]>([
    [name("compute", { of: "key-1-0", thread: "busy" }), "computes.1.cpu.busy.0"],
    [name("acknowledgement", { nodes: [] }), "acknowledgement.0"],
    [name("lateness", { nodes: [], at: 1 }), "lateness.0.seconds.0"],
    [
      name("send", { at: 2000, thread: "cold" }),
      `messages.${at((one: Profile["messages"][number]) => one.node === "edge" && one.bytes === 2000 && one.thread === "cold" && one.direction === "send", profile.messages)}.cpu.0`,
    ],
    [
      name("handover", { at: 1000 }),
      `handovers.${at((one: Profile["handovers"][number]) => one.node === "edge" && one.bytes === 1000 && one.thread === "idle", profile.handovers)}.seconds.0`,
    ],
    [
      name("loopback", { at: 1000, nodes: ["server"], thread: "cold" }),
      `loopbacks.${at((one: Profile["loopbacks"][number]) => one.node === "server" && one.bytes === 1000 && one.thread === "cold", profile.loopbacks)}.seconds.0`,
    ],
    [
      name("wake-worker"),
      `wakeUps.${at((one: Profile["wakeUps"][number]) => one.node === "edge" && one.woken === "worker" && one.thread === "idle", profile.wakeUps)}.seconds.0`,
    ],
    [
      name("link-receive", { nodes: ["edge", "server"], at: 1000 }),
      `links.0.receive.${at((one: Profile["links"][number]["receive"][number]) => one.bytes === 1000 && one.thread === "idle", profile.links[0]!.receive)}.cpu.0`,
    ],
  ])("%j: that, and nothing else", (cost, path) => {
    expect(changed(perturbed(profile, cost, 1.25))).toEqual([`${path} x1.250`]);
  });

  test("compression of some frames, on the nodes it is known of", () => {
    const cost = name("compress", { of: contentKey(plan, 1), nodes: ["edge", "server"], thread: "busy" });
    const paths = changed(perturbed(profile, cost, 1.5));
    expect(paths).toHaveLength(2);
    for (const path of paths) expect(path).toMatch(/^compressions\.\d\.compress\.busy\.0 x1\.500$/);
  });

  test("a link whose messages of one size took longer is what would have been fitted to them", () => {
    const stated = { between: ["edge", "server"], bandwidth: 1e6, delay: 0.01 } as const;
    const points = (factor: number) =>
      [1000, 2000].map((bytes) => ({ bytes, seconds: (0.01 + bytes / 1e6) * (bytes === 2000 ? factor : 1) }));
    const { bandwidth, delay } = fitLink({ idle: points(1.05), cold: [] }, stated);
    const cost = name("link", { nodes: ["edge", "server"], at: 2000 });
    const link = perturbed(profile, cost, 1.05).links[0]!;
    expect(link.bandwidth).toBeCloseTo(bandwidth!, 3);
    expect(link.delay).toBeCloseTo(delay, 9);
    expect(perturbed(profile, { ...cost, thread: "cold" }, 1.05).links[0]!.bandwidth).toBe(1e6);
  });
});
