import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { podman } from "../../../live/clusters/podman/cluster.ts";
import { programs } from "../../../live/exec.ts";
import { ownManifest } from "../../../live/image/modules.ts";
import { imageReference } from "../../../live/image/reference.ts";
import { lineOf } from "../../live/line.ts";
import { podmanProblem, titled } from "../image/podman.ts";
import { nodeOf } from "./candidate.ts";
import { conformance } from "./conformance.ts";

const image = process.env.EDGETWIN_IMAGE ?? imageReference();
const nodes = [nodeOf("edge", "E"), nodeOf("server", "S")];

const run = async (...words: string[]) => (await programs.run(["podman", ...words])).trim();
const why =
  (await podmanProblem()) ??
  (await run("image", "inspect", image).then(
    () => null,
    () => `there is no image ${image}: edgetwin image build --air-gapped, or name one by EDGETWIN_IMAGE`,
  ));

function open(topology: Parameters<Parameters<typeof conformance>[0]["open"]>[0], said: string[] = [], retain = false) {
  const say = (line: string) => void said.push(line);
  return podman({
    ...{ topology, image, retain, say },
    dryRun: false,
    version: ownManifest().version,
    runner: programs,
  });
}

/** What podman has of a topology's: pods, containers, volumes and networks by their labels. */
async function leftovers(topology: string): Promise<string[]> {
  const filter = ["--filter", `label=app.kubernetes.io/part-of=${topology}`];
  const lists = [
    ["pod", "ls", "--format", "pod {{.Name}}"],
    ["ps", "--all", "--format", "container {{.Names}}"],
    ["volume", "ls", "--format", "volume {{.Name}}"],
    ["network", "ls", "--format", "network {{.Name}}"],
  ];
  const found = await Promise.all(lists.map((words) => run(...words, ...filter)));
  return found.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}

conformance({
  name: "podman",
  why,
  nodes,
  open: async (topology) => open(topology),
  flags: ["--image", image],
  async kill(topology, pod) {
    const labels = [`app.kubernetes.io/part-of=${topology}`, `edgetwin.dev/pod=${pod}`];
    const ids = await run("ps", "--quiet", ...labels.flatMap((label) => ["--filter", `label=${label}`]));
    await run("kill", "--signal", "SIGKILL", ...ids.split("\n"));
  },
  leftovers,
});

describe.skipIf(why !== null)(titled("podman's pods", why), () => {
  const name = `podman-${process.pid}`;

  test("are restricted, limited in their cgroup, labelled, alone in a network; --retain keeps them", async () => {
    const limited = nodes.map((node) => (node.name === "edge" ? { ...node, cpus: 0.5 } : node));
    const said: string[] = [];
    const pods = lineOf({ grouping: [1, 3] }).map((pod, i) => ({ ...pod, node: nodes[i]!.name }));
    const cluster = open({ name, nodes: limited }, said, true);
    const deployment = await cluster.deploy(pods, mkdtempSync(join(tmpdir(), "edgetwin-podman-")));
    const labels = ["--filter", `label=app.kubernetes.io/part-of=${name}`];
    try {
      const there = await leftovers(name);
      const containers = there.flatMap((line) => (line.startsWith("container ") ? [line.slice(10)] : []));
      expect(there.filter((line) => line.startsWith("network "))).toHaveLength(1);
      expect(there.filter((line) => line.startsWith("pod "))).toHaveLength(2);
      // Configuration and a folder for temporary files, each.
      expect(there.filter((line) => line.startsWith("volume "))).toHaveLength(4);
      expect(containers).toHaveLength(2);
      for (const container of containers) {
        const pid = await run("inspect", "--format", "{{.State.Pid}}", container);
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        expect(status).toMatch(/^Uid:\t65532\t65532/m);
        expect(status).toMatch(/^CapEff:\t0+$/m);
        expect(status).toMatch(/^NoNewPrivs:\t1$/m);
        const mounts = readFileSync(`/proc/${pid}/mounts`, "utf8");
        expect(mounts).toMatch(/^\S+ \/ overlay ro,/m);
        expect(await cpusOf(pid)).toBe(container.includes("pod1") ? 0.5 : null);
      }
      expect(await run("volume", "ls", "--quiet", "--filter", "name=^tmp$")).toBe("");
    } finally {
      await deployment.stop();
      expect(await leftovers(name)).not.toEqual([]);
      // What it says is what deletes all of it.
      const [, ...commands] = said.at(-1)!.split("\n");
      for (const command of commands) await run(...command.trim().split(" ").slice(1));
      expect(await leftovers(name)).toEqual([]);
      expect(await run("pod", "ls", "--quiet", ...labels)).toBe("");
    }
  }, 120_000);
});

/** The limit that a process's cgroup has, of version 1 or 2; `null`: none. */
async function cpusOf(pid: string): Promise<number | null> {
  const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
  const old = /^\d+:(?:cpu|cpu,cpuacct):(.*)$/m.exec(groups)?.[1];
  const read = (path: string) => readFileSync(path, "utf8").trim();
  const [quota, period] =
    old === undefined
      ? read(`/sys/fs/cgroup${/^0::(.*)$/m.exec(groups)![1]}/cpu.max`).split(" ")
      : ["quota", "period"].map((what) => read(`/sys/fs/cgroup/cpu${old}/cpu.cfs_${what}_us`));
  return quota === "max" || Number(quota) < 0 ? null : Number(quota) / Number(period);
}
