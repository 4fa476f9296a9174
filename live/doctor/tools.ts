import { CommandError, type Runner } from "../exec.ts";
import { type Check, checksOf } from "./check.ts";

/** Where a topology is to run, for what is looked at: kind's and k3s' clusters are Kubernetes. */
export const PLACES = ["processes", "podman", "kubernetes", "kind", "k3s"] as const;
export type Place = (typeof PLACES)[number];

interface Tool {
  readonly words: readonly string[];
  /** Where it can't do without. */
  readonly needed: readonly Place[];
  /** Where it helps, and what to. */
  readonly useful?: { readonly places: readonly Place[]; readonly why: string };
  readonly install: string;
  readonly version: (text: string) => string | undefined;
}

const first = (text: string) => /(\d+\.\d+\.\d+[^\s,]*)/.exec(text)?.[1];

const TOOLS: Readonly<Record<string, Tool>> = {
  kubectl: {
    words: ["kubectl", "version", "--client", "--output", "json"],
    needed: ["kubernetes", "kind", "k3s"],
    install: "https://kubernetes.io/docs/tasks/tools/",
    version: (text) => (JSON.parse(text) as { clientVersion?: { gitVersion?: string } }).clientVersion?.gitVersion,
  },
  podman: {
    words: ["podman", "--version"],
    needed: ["podman"],
    useful: { places: ["kubernetes", "k3s"], why: "builds images" },
    install: "apt-get install podman, dnf install podman",
    version: first,
  },
  docker: {
    words: ["docker", "--version"],
    needed: [],
    useful: { places: ["kubernetes", "k3s"], why: "builds images" },
    install: "https://docs.docker.com/engine/install/",
    version: first,
  },
  buildah: {
    words: ["buildah", "--version"],
    needed: [],
    useful: { places: ["kubernetes", "k3s"], why: "builds images" },
    install: "apt-get install buildah",
    version: first,
  },
  kind: {
    words: ["kind", "version"],
    needed: ["kind"],
    install: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    version: first,
  },
  // Both print their version to stderr, so that they are there is all that is told.
  ssh: { words: ["ssh", "-V"], needed: ["k3s"], install: "apt-get install openssh-client", version: () => "there" },
};

/** Programs of which one is enough. */
const NODES_IN = ["docker", "podman"] as const;
const BUILDERS = ["docker", "podman", "buildah"] as const;

/** Looks which programs are there, in which versions. */
export async function toolChecks(place: Place, runner: Runner): Promise<Check[]> {
  const { ok, warning, wrong } = checksOf("tools");
  const versions = new Map<string, string>();
  const why = new Map<string, string>();
  const asked = Object.entries(TOOLS).filter(
    ([, { needed, useful }]) => needed.includes(place) || useful?.places.includes(place) === true,
  );
  const both = place === "kind" ? [...asked, ...NODES_IN.map((name) => [name, TOOLS[name]!] as const)] : asked;
  for (const [name, { words, version }] of both) {
    try {
      versions.set(name, version(await runner.run(words)) ?? "of unknown version");
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      why.set(name, error.message.trim().split("\n").at(-1)!);
    }
  }
  const needed = both.filter(([, tool]) => tool.needed.includes(place));
  const checks = needed.map(([name, { install }]) => {
    const version = versions.get(name);
    return version === undefined ? wrong(name, why.get(name)!, install) : ok(name, version);
  });
  const oneOf = (names: readonly string[], what: string, missing: (found: string) => Check) => {
    const there = names.filter((name) => versions.has(name)).map((name) => `${name} ${versions.get(name)}`);
    return there.length > 0 ? ok(what, there.join(", ")) : missing(`none of ${names.join(", ")} is there`);
  };
  if (place === "kind")
    checks.push(
      oneOf(NODES_IN, "nodes", (found) =>
        wrong("nodes", `${found}, one of which kind runs nodes in`, TOOLS.docker!.install),
      ),
    );
  else if (place === "kubernetes" || place === "k3s")
    checks.push(
      oneOf(BUILDERS, "image build", (found) =>
        warning("image build", found, `${TOOLS.podman!.install}; or name an image of a registry with --image`),
      ),
    );
  return checks;
}
