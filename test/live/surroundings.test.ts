import { expect, test } from "vitest";
import { difference, fingerprint, ownSurroundings } from "../../live/measure/fingerprint.ts";
import { describeMachine } from "../../live/stage/describe-machine.ts";
import { emulatedIn } from "../../live/workbench.ts";
import { compileAll } from "../../sim/experiment.ts";
import { EXAMPLE } from "../plan/topology.ts";
import { FAKE } from "../topology/catalogue.ts";

const PLANS = compileAll(EXAMPLE, FAKE).map(({ saturated }) => saturated);

const machine = (name: string, nodes: readonly string[], cores: number) => ({
  ...{ machine: name, nodes, cores, platform: "linux", arch: "arm64", cpu: "A Processor", memoryBytes: 1024 },
  ...{ kernel: "6.1", node: "v24.0.0", vectors: "relaxed", code: "c", tuning: "" },
});
const CLUSTER = {
  ...{ cluster: "kubernetes", image: "x:1" },
  machines: [machine("small", ["edge"], 2), machine("big", ["server"], 8)],
};

test("a fingerprint of several machines is of all that they have, each by itself too", () => {
  const print = fingerprint("s", CLUSTER);
  expect(print).toMatchObject({
    hostname: "small, big",
    cpu: "A Processor",
    cores: 10,
    memoryBytes: 2048,
    subject: "s",
  });
  expect(print.machines).toEqual(CLUSTER.machines);
});

test("fingerprints differ where nodes are on other machines, or in another image, and not by the order of machines", () => {
  const print = fingerprint("s", CLUSTER);
  expect(difference(print, print)).toBeNull();
  const [small, big] = CLUSTER.machines;
  expect(difference(print, fingerprint("s", { ...CLUSTER, image: "x:2" }))).toBe("image was x:1, is x:2");
  const moved = {
    ...CLUSTER,
    machines: [
      { ...small!, nodes: ["server"] },
      { ...big!, nodes: ["edge"] },
    ],
  };
  expect(difference(print, fingerprint("s", moved))).toMatch(/^nodes were on big \(server; 8 cores.*are on big \(edge/);
  const here = fingerprint("s", ownSurroundings(["edge"]));
  expect(difference({ ...here, cluster: "kubernetes" }, here)).toBe("cluster was kubernetes, is processes");
});

test("a pod tells of its cluster's node, where it is told that", () => {
  expect(describeMachine({ EDGETWIN_NODE_NAME: "small" })).toMatchObject({ machine: "small", node: process.version });
  expect(describeMachine({}).machine).not.toBe("");
});

test("on a cluster nothing is emulated, and it is said what pods ran on", () => {
  const text = emulatedIn(PLANS, CLUSTER).join("\n");
  expect(text).toContain("Nothing is emulated: pods of image x:1 ran on kubernetes");
  expect(text).toContain("edge on small (2 cores, A Processor, arm64, kernel 6.1); server on big (8 cores");
  expect(text).not.toMatch(/relay|share the cores/);
  expect(emulatedIn(PLANS, ownSurroundings(["edge"])).join("\n")).toContain("share the cores of this one machine");
});
