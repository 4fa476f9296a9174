import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { failurePage } from "../../../live/clusters/kubernetes/failure-page.ts";
import { servingIn, type Trouble, troublesOf } from "../../../live/clusters/kubernetes/troubles.ts";
import { CASES, NODES, recorded } from "./recorded.ts";

const PODS = [
  { name: "source", node: "edge" },
  { name: "conv", node: "server" },
  { name: "edgetwin-gateway", node: "server" },
];
const golden = (name: string) => fileURLToPath(new URL(`../../golden/kubernetes/${name}.txt`, import.meta.url));

/** The page of what was recorded, and whatever is otherwise. */
function pageOf(name: (typeof CASES)[number], otherwise: Partial<Parameters<typeof failurePage>[0]> = {}): string {
  const { objects, events, quotas } = recorded(name);
  return failurePage({
    namespace: "edgetwin-lab-1a2b3c",
    image: name === "image" ? "registry.invalid/edgetwin-stage:1" : "localhost/edgetwin-stage:1",
    waited: 11.7,
    pods: PODS,
    serving: PODS.map((pod) => pod.name).filter((pod) => servingIn(objects).has(pod)),
    troubles: troublesOf(objects),
    selectors: new Map([
      ["edge", { role: name === "selector" ? "egde" : "edge" }],
      ["server", { role: "server" }],
    ]),
    found: objects.filter((one) => one.kind === "Pod"),
    ...{ events, quotas, nodes: NODES, logs: "runs/x/logs" },
    ...otherwise,
  });
}

describe("what a cluster said of a deployment that failed, as one page", () => {
  test.each(CASES)("%s", async (name) => {
    await expect(`${pageOf(name)}\n`).toMatchFileSnapshot(golden(name));
  });

  test("nodes that nobody may list are said to be so", () => {
    const page = pageOf("selector", { nodes: null });
    expect(page).toContain("which nodes there are can't be listed");
    expect(page).toContain("next: kubectl label node NODE role=egde");
  });

  test("pods that just take long have their events", () => {
    const page = pageOf("stage", { troubles: [] });
    expect(page).toContain("nothing is wrong with them: they take long");
    expect(page).toContain("BackOff: Back-off restarting failed container");
  });

  test.each([
    ["must specify limits.memory", /next: a quota of edgetwin-lab-1a2b3c asks for limits .* LimitRange/],
    ['violates PodSecurity "restricted:latest": runAsNonRoot', /next: a policy of the cluster refuses the pod/],
    ["exceeded quota: few, requested: pods=1", /next: kubectl .* describe resourcequota/],
  ])("pods that are refused, %s: what to try next", (message, next) => {
    const refused = { pod: "conv", cause: "refused", message: `pods "conv-1" is forbidden: ${message}`, final: false };
    expect(pageOf("stage", { troubles: [refused as Trouble] })).toMatch(next);
  });

  test("pods that suffer from the same are told of once, many by the first of their names", () => {
    const [trouble] = troublesOf(recorded("selector").objects);
    const names = Array.from({ length: 9 }, (_, i) => `pod${i}`);
    const page = pageOf("selector", {
      pods: names.map((name) => ({ name, node: "edge" })),
      serving: [],
      troubles: names.map((pod, i) => ({ ...trouble!, pod, message: `0/2 nodes, pod "${pod}" at 10.0.0.${i}` })),
    });
    expect(page.match(/^pod0, .*pod5 and 3 more, for node edge/gm)).toHaveLength(1);
    expect(page.match(/next:/g)).toHaveLength(1);
  });
});
