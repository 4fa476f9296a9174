import { nodeOf } from "./candidate.ts";
import { conformance } from "./conformance.ts";
import { cluster, IMAGE, kubectl, topology, why } from "./kubernetes-cluster.ts";

const [edge, server] = topology.nodes;

conformance({
  name: "kubernetes",
  why,
  nodes: [edge!, server!].map(({ name, letter, selector }) => nodeOf(name, letter, { selector: selector! })),
  open: ({ name, nodes }) => cluster({ topology: { ...topology, name, nodes } }),
  flags: ["--image", IMAGE ?? ""],
  async kill(name, pod) {
    // Its Deployment starts another one, again and again: of an image that no node has.
    const mine = ["--all-namespaces", "--selector", `app.kubernetes.io/part-of=${name},edgetwin.dev/pod=${pod}`];
    const where = ["--output", "jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name}"];
    const [namespace, deployment] = (await kubectl("get", "deployments", ...mine, ...where)).split(" ");
    await kubectl("set", "image", "--namespace", namespace!, `deployment/${deployment}`, "stage=localhost/none:0");
  },
  async leftovers(name) {
    const found = await kubectl(
      ...["get", "namespaces", "--selector", `app.kubernetes.io/part-of=${name}`, "--output", "name"],
    );
    return found.split("\n").filter((line) => line !== "");
  },
});
