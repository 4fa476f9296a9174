import { describe, expect, test } from "vitest";
import type { NodeJson } from "../../live/clusters/kubernetes/api.ts";
import { bytes, cores, unfit } from "../../live/clusters/kubernetes/node-fitness.ts";
import type { Check } from "../../live/doctor/check.ts";
import { clockChecks, versionChecks } from "../../live/doctor/cluster-checks.ts";
import { nodeChecks } from "../../live/doctor/node-checks.ts";
import { machineChecks, ownMachine, stealBetween } from "../../live/doctor/own-machine.ts";
import type { Machine } from "../../live/stage/machine.ts";
import { IMAGE, node } from "./fixture.ts";

const told = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ what, status }) => [what, status]));

describe("this machine", () => {
  const xavier: Machine = {
    ...{
      arch: "arm64",
      cores: 4,
      online: 4,
      present: 8,
      cpu: "ARMv8",
      memoryBytes: 2 ** 35,
      kernel: "5.10.120-tegra",
      node: "v24.1.0",
    },
    ...{ board: "Jetson AGX Xavier", l4t: "35.4.1", jetpack: "5.1.2", powerMode: "MODE_15W" },
    clocks: [{ cpus: [0, 1, 2, 3], now: 1.19e9, least: 1.152e8, most: 1.19e9, governor: "schedutil" }],
    temperatures: [
      { zone: "GPU-therm", celsius: 84 },
      { zone: "CPU-therm", celsius: 60 },
    ],
  };
  const calm = { load: 0.1, steal: 0, available: 2 ** 34, files: 1_048_576, processes: null };

  test("a Jetson in a mode for little power, with clocks that move, and hot", () => {
    const checks = machineChecks({ machine: xavier, doings: calm });
    expect(told(checks)).toEqual({
      ...{ cores: "ok", board: "ok", load: "ok", steal: "ok", memory: "ok", "open files": "ok" },
      ...{ "power mode": "warning", clocks: "warning", temperature: "warning" },
    });
    const advice = checks.map((check) => check.advice).join("\n");
    expect(advice).toMatch(/sudo nvpmodel -m 0 .*\n.*sudo jetson_clocks/);
  });

  test("at full power, clocks held, cool: all is well", () => {
    const [clock] = xavier.clocks;
    const machine = {
      ...xavier,
      online: 8,
      powerMode: "MAXN",
      clocks: [{ ...clock!, least: clock!.most }],
      temperatures: [],
    };
    expect(new Set(machineChecks({ machine, doings: calm }).map(({ status }) => status))).toEqual(new Set(["ok"]));
  });

  test("busy, robbed of time, without memory, with few files", () => {
    const doings = { load: 3.5, steal: 0.08, available: 2 ** 27, files: 1024, processes: 100 };
    const found = told(machineChecks({ machine: { ...xavier, clocks: [], temperatures: [] }, doings }));
    expect(found).toMatchObject({
      load: "warning",
      steal: "warning",
      memory: "wrong",
      "open files": "warning",
      processes: "warning",
    });
  });

  test("stolen time is a share of all time", () => {
    const stat = (idle: number, steal: number) => `cpu  100 0 50 ${idle} 0 0 0 ${steal} 0 0\ncpu0 1 2 3\n`;
    expect(stealBetween(stat(800, 0), stat(890, 10))).toBeCloseTo(0.1, 12);
    expect(stealBetween(stat(800, 0), stat(800, 0))).toBeNull();
    expect(stealBetween("", "")).toBeNull();
  });

  test("is looked at for real", async () => {
    const { doings } = await ownMachine();
    expect(doings.available).toBeGreaterThan(0);
    if (process.platform === "linux") expect(doings.steal).toBeGreaterThanOrEqual(0);
  });
});

describe("the cluster", () => {
  const version = (minor: string) => ({ minor, gitVersion: `v1.${minor}` });

  test.each([
    ["33", "33", "ok", "ok"],
    ["33", "34+", "ok", "ok"],
    ["32", "20", "ok", "warning"],
    ["18", "18", "wrong", "ok"],
  ])("kubectl 1.%s, server 1.%s", (client, server, reached, skew) => {
    const { checks } = versionChecks({ clientVersion: version(client), serverVersion: version(server) });
    expect(told(checks)).toMatchObject({ server: reached, skew });
  });

  test("clocks, as far as heartbeats tell", () => {
    const lease = (name: string, renewTime: string) => ({ metadata: { name }, spec: { renewTime } });
    const first = lease("a", "2026-01-01T00:00:00.5Z");
    const of = (second: string) => clockChecks([first, lease("b", second)], ["a", "b"]);
    expect(of("2026-01-01T00:00:09Z").status).toBe("ok");
    expect(of("2026-01-01T00:02:00.5Z")).toMatchObject({ status: "warning", found: "b is some 120 s ahead of a" });
    expect(clockChecks(null, ["a", "b"]).status).toBe("unknown");
    // One that is not ready has an old one.
    expect(clockChecks([first, lease("b", "2025-01-01T00:00:00Z")], ["a"]).status).toBe("unknown");
  });
});

describe("nodes", () => {
  const edge = { name: "edge", letter: "E", host: "h", speed: 1, arch: null };
  const topology = (...nodes: readonly (typeof edge & { selector?: Record<string, string> })[]) => ({
    nodes,
    hosts: [{ name: "h", cores: null }],
  });
  const demand = () => ({ pods: 2, cpu: 0.2, memory: 2 ** 29 });
  const label = { labels: { "edgetwin.dev/node": "edge" } };
  const check = (nodes: readonly NodeJson[], of = topology(edge), image = IMAGE) =>
    nodeChecks(of, nodes, image, demand);
  const statuses = (checks: readonly Check[]) => [...new Set(checks.map(({ status }) => status))];

  test("one machine that has all", () => {
    expect(statuses(check([node("a", label)]))).toEqual(["ok"]);
  });

  test("tainted, cordoned and not ready ones don't count", () => {
    const tainted = node("a", { ...label, spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] } });
    expect(check([tainted])).toMatchObject([{ status: "wrong", found: "a is tainted gpu:NoSchedule" }]);
    expect(statuses(check([tainted, node("b", label)]))).toEqual(["ok"]);
    expect(unfit(node("a", { spec: { taints: [{ key: "x", effect: "PreferNoSchedule" }] } }))).toBeNull();
  });

  test("of two architectures, whose costs would be one", () => {
    const checks = check([node("a", label), node("b", { ...label, info: { architecture: "arm64" } })]);
    expect(checks.find(({ status }) => status === "warning")?.found).toBe("machines of amd64 and arm64 are one node");
  });

  test("that a selector gives two of a topology are one machine", () => {
    const both = topology(
      { ...edge, selector: { role: "x" } },
      { ...edge, name: "server", letter: "S", selector: { role: "x" } },
    );
    expect(check([node("a", { labels: { role: "x" } })], both).at(-1)).toMatchObject({
      what: "edge and server",
      status: "warning",
    });
  });

  test("an image of a registry is pulled; of a full list of images nothing is known", () => {
    const images = (count: number) => ({
      status: { images: Array.from({ length: count }, (_, i) => ({ names: [`x:${i}`] })) },
    });
    expect(statuses(check([node("a", { ...label, ...images(3) })], topology(edge), "ghcr.io/me/stage:1"))).toEqual([
      "ok",
    ]);
    expect(check([node("a", { ...label, ...images(3) })]).at(-1)?.status).toBe("warning");
    expect(check([node("a", { ...label, ...images(50) })]).at(-1)?.status).toBe("unknown");
  });
});

test("quantities of Kubernetes", () => {
  expect([cores("2"), cores("1500m"), cores("x"), cores(undefined)]).toEqual([2, 1.5, null, null]);
  expect([bytes("24581696Ki"), bytes("256Mi"), bytes("1000"), bytes("1X")]).toEqual([
    24_581_696 * 1024,
    2 ** 28,
    1000,
    null,
  ]);
});
