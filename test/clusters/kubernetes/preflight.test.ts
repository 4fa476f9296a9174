import { describe, expect, test } from "vitest";
import type { NodeJson } from "../../../live/clusters/kubernetes/api.ts";
import { Kubectl } from "../../../live/clusters/kubernetes/kubectl.ts";
import { leftBehind, ownerOf } from "../../../live/clusters/kubernetes/owner.ts";
import { nodeProblems, preflight } from "../../../live/clusters/kubernetes/preflight.ts";
import { CommandError } from "../../../live/exec.ts";
import type { Node } from "../../../sim/topology/topology.ts";
import { type Answer, FakeKubectl } from "./fake-kubectl.ts";
import { NODES } from "./recorded.ts";

const node = (name: string, role: string): Node => ({
  name,
  letter: "E",
  host: "h",
  speed: 1,
  arch: null,
  selector: { role },
});
const WANTED = { nodes: [node("edge", "edge"), node("server", "server")] };

/** Reviews of rights as the API answers them, all allowed but one. */
function reviewed(input: string, denied = ""): string {
  return input
    .split("\n")
    .map((line) => {
      const review = JSON.parse(line);
      const { verb, resource, subresource } = review.spec.resourceAttributes;
      const allowed = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}` !== denied;
      return JSON.stringify({ ...review, status: { allowed } }, null, 4);
    })
    .join("\n");
}

async function look(answer: Answer, wanted: Parameters<typeof preflight>[1] = WANTED) {
  const said: string[] = [];
  const kubectl = new FakeKubectl((words, input) => {
    const own = answer(words, input);
    if (own !== undefined) return own;
    if (words.startsWith("create")) return reviewed(input);
    if (words.startsWith("get nodes")) return JSON.stringify({ items: NODES });
    return undefined;
  });
  await preflight(new Kubectl(kubectl, "n"), wanted, (line) => said.push(line));
  return said.join("\n");
}

test("a cluster that is as it should be", async () => {
  expect(await look(() => undefined)).toBe("");
});

test("all that is wrong is said at once", async () => {
  const failed = look(
    (words, input) => (words.startsWith("create") ? reviewed(input, "create pods/portforward") : undefined),
    { nodes: [node("edge", "egde"), node("server", "server")] },
  );
  await expect(failed).rejects.toMatchObject({ name: "DeploymentError" });
  await expect(failed).rejects.toThrow(
    /this user lacks rights: pods\/portforward \(create\); --namespace takes one that is there/,
  );
  await expect(failed).rejects.toThrow(
    /nodes.edge: no node of the cluster has labels role=egde: kubectl label node NODE role=egde.*\n {2}edge: role=edge\n {2}server: role=server/,
  );
});

describe("a namespace that is there already", () => {
  const wanted = { ...WANTED, namespace: "lab" };

  test("is looked for, and rights are asked for in it", async () => {
    const failed = look((words, input) => {
      if (words.startsWith("get namespace lab"))
        return new CommandError('Error (NotFound): namespaces "lab" not found');
      if (!words.startsWith("create")) return undefined;
      for (const line of input.split("\n")) expect(JSON.parse(line).spec.resourceAttributes.namespace).toBe("lab");
      return reviewed(input, "delete secrets");
    }, wanted);
    await expect(failed).rejects.toThrow(
      /^namespace lab is not there: kubectl create namespace lab\nthis user lacks rights: secrets \(delete\)$/,
    );
  });

  test("serves those who may see nothing outside it", async () => {
    const outside = /^get (namespace|nodes)/;
    expect(await look((words) => (outside.test(words) ? new CommandError("forbidden") : undefined), wanted)).toBe("");
  });
});

describe("a node of the topology", () => {
  const [edge] = NODES as [NodeJson];
  const wanted = node("edge", "edge");

  test("whose machines are not ready, cordoned, or tainted", () => {
    const notReady = { ...edge, status: { ...edge.status, conditions: [{ type: "Ready", status: "Unknown" }] } };
    const cordoned = { ...edge, spec: { unschedulable: true } };
    const tainted = { ...edge, spec: { taints: [{ key: "dedicated", effect: "NoSchedule" }] } };
    for (const [one, why] of [
      [notReady, /^nodes.edge: edge is not ready/],
      [cordoned, /^nodes.edge: edge is cordoned: kubectl describe node edge$/],
      [tainted, /^nodes.edge: edge is tainted dedicated:NoSchedule/],
    ] as const) {
      expect(nodeProblems(wanted, [one])).toEqual([expect.stringMatching(why)]);
      expect(nodeProblems(wanted, [one, edge])).toEqual([]);
    }
  });
});

test("of the namespaces that are left only one's own are told, that nobody uses any more", () => {
  const created = new Date("2026-01-02T03:04:05Z");
  const mine = (pid: string, retain = false) => ({ ...ownerOf(retain, created), "edgetwin.dev/process": pid });
  const namespace = (name: string, annotations: Record<string, string>, more = {}) => {
    return { kind: "Namespace", metadata: { name, annotations, ...more } } as const;
  };
  const all = [
    namespace("running", mine("1")),
    namespace("killed", mine("2")),
    namespace("kept", mine("1", true)),
    namespace("going", mine("2"), { deletionTimestamp: "2026-01-02T03:04:06Z" }),
    namespace("another's", { ...mine("2"), "edgetwin.dev/owner": "you@elsewhere" }),
    namespace("by-hand", {}),
  ];
  expect(leftBehind(all, undefined, (pid) => pid === 1)).toEqual([
    { name: "killed", created: "2026-01-02T03:04:05.000Z", retained: false },
    { name: "kept", created: "2026-01-02T03:04:05.000Z", retained: true },
  ]);
});

test("what earlier runs have left is said, with the command that deletes it", async () => {
  const annotations = { ...ownerOf(true), "edgetwin.dev/process": "1" };
  const items = [{ kind: "Namespace", metadata: { name: "edgetwin-lab-1", annotations } }];
  const said = await look((words) => (words.startsWith("get namespaces") ? JSON.stringify({ items }) : undefined));
  expect(said).toMatch(/edgetwin-lab-1, of 20.*, retained\n.*kubectl delete namespace edgetwin-lab-1$/);
});
