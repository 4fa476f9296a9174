import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { DeploymentError } from "../../live/clusters/cluster.ts";
import { manifests } from "../../live/clusters/kubernetes/manifests.ts";
import { manifestsYaml } from "../../live/clusters/kubernetes/yaml.ts";
import { checkPodman } from "../../live/clusters/podman/check.ts";
import { podman } from "../../live/clusters/podman/cluster.ts";
import { addressesIn, podmanPods } from "../../live/clusters/podman/dialect.ts";
import { CommandError, dryRunner, type Runner } from "../../live/exec.ts";
import { lineOf } from "../live/line.ts";
import { FILES, podsOf, SETTINGS } from "../manifests/fixture.ts";

type Json = ReturnType<typeof JSON.parse>;

const folder = mkdtempSync(join(tmpdir(), "edgetwin-podman-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PLACE = { run: "RUN", machine: "here", host: "127.0.0.1", ports: [1, 2, 3, 4] };
const NODES = ["node1", "node2"].map((name, i) => {
  return { name, letter: "ES"[i]!, host: "this", speed: 1, arch: null, ...(i === 0 && { cpus: 0.5 }) };
});
const PODS = lineOf({ grouping: [1, 3] });
const ANSWERS: Readonly<Record<string, string>> = { "network inspect": "10.89.7.0/24 \n", wait: "3\n" };

/** A podman that keeps what it is asked, and fails where a command holds `failing`. */
function fake(failing: string | null, answers = ANSWERS, why = "it is Friday"): { runner: Runner; asked: string[] } {
  const asked: string[] = [];
  const runner: Runner = {
    async run(words) {
      const text = words.slice(1).join(" ");
      asked.push(text);
      if (failing !== null && text.includes(failing)) throw new CommandError(`podman ${text}: ${why}`);
      return Object.entries(answers).find(([start]) => text.startsWith(start))?.[1] ?? "";
    },
  };
  return { runner, asked };
}

function cluster(runner: Runner, more: { dryRun?: boolean; retain?: boolean; say?: (line: string) => void } = {}) {
  const { dryRun = false, retain = false, say = () => {} } = more;
  return podman({
    topology: { name: "lab", nodes: NODES },
    image: "stage:1",
    version: "1.2.3",
    dryRun,
    retain,
    runner,
    say,
  });
}

test.each([false, true])("golden: what a dry run prints, retained: %s", async (retain) => {
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const say = (line: string) => print(`${line}\n`);
  const deployment = await cluster(dryRunner(print), { dryRun: true, retain, say }).deploy(PODS, join(folder, "dry"));
  print("# stopped\n");
  await deployment.stop();
  const golden = join(import.meta.dirname, `../golden/podman/${retain ? "retained" : "deleted"}.txt`);
  await expect(retain ? printed.slice(printed.indexOf("# stopped")) : printed).toMatchFileSnapshot(golden);
});

describe("the dialect", () => {
  const objects = manifests(podsOf("EESS"), { ...SETTINGS, certificates: "none" });
  const pods = podmanPods(objects, PLACE);
  const played = pods.map(({ volumes, objects }) => {
    return parseAllDocuments(manifestsYaml([...volumes, ...objects])).map((document) => document.toJS() as Json);
  });

  test("has nothing in it that podman does not know, and all names are the run's", () => {
    expect(new Set(played.flat().map(({ kind }) => kind))).toEqual(
      new Set(["PersistentVolumeClaim", "ConfigMap", "Pod"]),
    );
    expect(played.flat().every(({ metadata }) => metadata.name.startsWith("RUN-"))).toBe(true);
    expect(played.flat().every(({ metadata }) => metadata.labels["app.kubernetes.io/part-of"] === "lab")).toBe(true);
    for (const { spec } of played.map((all) => all.at(-1))) {
      expect(Object.keys(spec)).not.toContain("nodeSelector");
      expect(JSON.stringify(spec)).not.toMatch(/Probe|spec\.nodeName|emptyDir/);
      expect([spec.restartPolicy, spec.containers.length]).toEqual(["Never", 1]);
    }
  });

  test("keeps what matters: configuration, files, limits, restrictions", () => {
    for (const [i, all] of played.entries()) {
      const { spec } = all.at(-1);
      const { name } = podsOf("EESS")[i]!;
      const [container] = spec.containers;
      expect([pods[i]!.alias, spec.hostname, spec.containers[0].ports[0].hostPort]).toEqual([name, name, i + 1]);
      expect(container.resources.limits).toEqual(i < 2 ? { cpu: "500m" } : undefined);
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      const given = objects.filter(
        ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.split(".")[0] === name,
      );
      const kept = all.filter(({ kind }) => kind === "ConfigMap");
      const content = ({ data, binaryData }: Json) => ({ data, binaryData });
      expect(kept.map(content)).toEqual(given.map(content));
      // Each volume is claimed, under the name that the pod mounts it by.
      const claims = all.filter(({ kind }) => kind === "PersistentVolumeClaim").map(({ metadata }) => metadata.name);
      const mounted = spec.volumes.map(
        ({ configMap, persistentVolumeClaim }: Json) => configMap?.name ?? persistentVolumeClaim.claimName,
      );
      expect(claims).toEqual(mounted);
      expect(spec.volumes.map(({ name }: Json) => name).sort()).toEqual(
        container.volumeMounts.map(({ name }: Json) => name).sort(),
      );
    }
    expect(played[0]!.filter(({ kind }) => kind === "ConfigMap")).toHaveLength(FILES.has("source") ? 2 : 1);
  });

  test("refuses what it has no rule for", () => {
    const changed = (change: (spec: Json) => void) => {
      const copy = structuredClone(objects) as Json[];
      change(copy.find(({ kind }) => kind === "Deployment").spec.template.spec);
      return () => podmanPods(copy, PLACE);
    };
    expect(changed(({ volumes }) => volumes.push({ name: "x", hostPath: {} }))).toThrow("source: volume x: ");
    const field = { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } };
    expect(changed(({ containers }) => containers[0].env.push(field))).toThrow(
      "variable IP: podman is to know what status.podIP",
    );
  });

  test("pods have addresses of their own, as many as the network holds", () => {
    expect(addressesIn("10.89.1.0/24", 0)).toEqual({ ip: "10.89.1.2", mac: "02:42:0a:59:01:02" });
    expect(addressesIn("10.89.0.0/16", 254)).toEqual({ ip: "10.89.1.0", mac: "02:42:0a:59:01:00" });
    expect(addressesIn("10.89.1.0/24", 252).ip).toBe("10.89.1.254");
    expect(() => addressesIn("10.89.1.0/24", 253)).toThrow("10.89.1.0/24 has no address left for pod 254");
  });
});

describe("a failure", () => {
  test.each(["network create", "network inspect", "kube play"])(
    "of podman %s: said, and nothing stays",
    async (step) => {
      const { runner, asked } = fake(step);
      const error = await cluster(runner)
        .deploy(PODS, folder)
        .catch((error: Error) => error);
      expect(error).toBeInstanceOf(DeploymentError);
      expect((error as Error).message).toContain("it is Friday");
      expect(asked.filter((text) => /^(pod rm|volume prune|network prune)/.test(text))).toHaveLength(3);
    },
  );

  test("a port that somebody took in the meantime is named", async () => {
    const { runner } = fake("kube play", ANSWERS, "listen tcp4 127.0.0.1:1: bind: address already in use");
    await expect(cluster(runner).deploy(PODS, folder)).rejects.toThrow(
      /pod1 did not start: 127\.0\.0\.1:\d+ is in use by another program/,
    );
  });

  test("a container that ends before it serves: its code and last words, which its log keeps", async () => {
    const { runner } = fake(null, { ...ANSWERS, logs: "first\nlast words\n" });
    const logs = mkdtempSync(join(folder, "ends-"));
    await expect(cluster(runner).deploy(PODS, logs)).rejects.toThrow(
      /pod\d did not start: ended with exit code 3\n {2}log: .*\n {2}first\n {2}last words/,
    );
    expect(readFileSync(join(logs, "pod1.log"), "utf8")).toBe("first\nlast words\n");
  });

  test("of deleting: what to type is said, and hides no other error", async () => {
    const said: string[] = [];
    const { runner } = fake("pod rm", { ...ANSWERS, wait: "1\n" });
    const deploying = cluster(runner, { say: (line) => said.push(line) }).deploy(
      PODS,
      mkdtempSync(join(folder, "stay-")),
    );
    await expect(deploying).rejects.toThrow("did not start: ended with exit code 1");
    expect(said.join("\n")).toMatch(
      /is not deleted whole: .*it is Friday[\s\S]*\n {2}podman pod rm --force .*edgetwin-lab-/,
    );
  });

  test("ctrl-C between two pods ends it", async () => {
    const { runner, asked } = fake(null);
    const controller = new AbortController();
    controller.abort(new Error("interrupted"));
    await expect(cluster(runner).deploy(PODS, folder, controller.signal)).rejects.toThrow("interrupted");
    expect(asked.some((text) => text.startsWith("kube play"))).toBe(false);
    expect(asked.at(-1)).toMatch(/^network prune/);
  });
});

describe("before anything is deployed", () => {
  const info = (host: object, version: object = { Version: "4.3.1" }) =>
    JSON.stringify({
      host: { networkBackend: "netavark", cgroupVersion: "v2", cgroupControllers: ["cpu"], ...host },
      version,
    });
  const check = (text: string, user = "65532:65532", failing: string | null = null) =>
    checkPodman(fake(failing, { info: text, "image inspect": user }).runner, "stage:1", NODES);

  test("a podman that works is fine", async () => {
    await check(info({}));
    await check(info({}, { Version: "5.0.0" }));
  });

  test("all that is wrong is said at once, with what to do", async () => {
    const host = { networkBackend: "cni", cgroupVersion: "v1", cgroupControllers: null, security: { rootless: true } };
    const error: Error = await check(info(host, { Version: "4.2.9" }), "", "image inspect").then(
      () => new Error("fine"),
      (error: Error) => error,
    );
    expect(error).toBeInstanceOf(DeploymentError);
    const lines = error.message.split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^podman is 4\.2\.9; 4\.3 or later is needed/),
      expect.stringMatching(/^podman's networks are of cni/),
      expect.stringMatching(/not root can't limit CPUs.*nodes\.node1\.cpus: 0\.5$/),
      expect.stringMatching(/^image stage:1 is not here: make it with edgetwin image build/),
    ]);
  });

  test.each(["", "root", "0", "0:0"])("an image of user %j is refused", async (user) => {
    await expect(check(info({}), user)).rejects.toThrow("image stage:1 runs as root");
  });

  test("no podman: how to install it", async () => {
    await expect(check("", "", "info")).rejects.toThrow(
      /podman does not work here: .*\ninstall it: apt-get install podman/,
    );
  });
});
