import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PROFILE_VERSION, type Profile } from "../../sim/profile.ts";
import { readJson } from "../artefacts.ts";
import type { NodeJson } from "../clusters/kubernetes/api.ts";
import { bytes, unfit } from "../clusters/kubernetes/node-fitness.ts";
import { LEAST_CPUS, MEMORY } from "../clusters/kubernetes/workload.ts";
import { CommandError, type Runner } from "../exec.ts";
import type { Bench } from "../workbench.ts";
import { type Check, checksOf } from "./check.ts";
import {
  clockChecks,
  LEASES,
  type Lease,
  listOf,
  NODES,
  policyCheck,
  reachable,
  readinessChecks,
  unseenNodes,
} from "./cluster-checks.ts";
import { linkChecks } from "./link-checks.ts";
import { type Demand, nodeChecks } from "./node-checks.ts";
import { machineChecks, type ownMachine } from "./own-machine.ts";
import { rightsChecks } from "./rights.ts";
import { type Place, toolChecks } from "./tools.ts";

export interface DoctorSettings {
  readonly place: Place;
  /** What is to run; `null`: whatever. */
  readonly bench: Bench | null;
  /** File that it was read from, for what is to be typed next. */
  readonly file: string;
  /** In which a run may be. */
  readonly namespace: string;
  /** The stage service's. */
  readonly image: string;
  /** Folder of kept profiles. */
  readonly runs: string;
  readonly runner: Runner;
  readonly machine: Awaited<ReturnType<typeof ownMachine>>;
}

/** Looks at all that a run there needs; nothing is changed. */
export async function examine(settings: DoctorSettings): Promise<Check[]> {
  const { place, bench, file, runs, runner, machine } = settings;
  const checks = [...machineChecks(machine), ...(await toolChecks(place, runner))];
  if (place === "podman") checks.push(await podmanImage(settings));
  else if (place !== "processes") checks.push(...(await clusterChecks(settings)));
  // Emulated links are as stated.
  if (bench === null || place === "processes") return checks;
  const on = place === "podman" ? "podman" : "kubernetes";
  const measure = `edgetwin profile ${file} --on ${on} measures it`;
  return [...checks, ...linkChecks(bench.topology, keptProfile(runs, bench.topology.name), measure)];
}

async function clusterChecks({ bench, namespace, image, runner }: DoctorSettings): Promise<Check[]> {
  const { checks, minor } = await reachable(runner);
  if (minor === null) return [...checks];
  const found = [...checks, policyCheck()];
  const nodes = await listOf<NodeJson>(runner, NODES);
  if (nodes === null) found.push(unseenNodes());
  else {
    const ready = nodes.filter((node) => unfit(node)?.startsWith("not ready") !== true);
    const leases = await listOf<Lease>(runner, LEASES);
    found.push(...readinessChecks(nodes));
    if (ready.length > 1)
      found.push(
        clockChecks(
          leases,
          ready.map(({ metadata }) => metadata.name),
        ),
      );
    if (bench !== null) found.push(...nodeChecks(bench.topology, nodes, image, demandsOf(bench)));
  }
  return [...found, ...(await rightsChecks(runner, namespace))];
}

/** What the plan with most pods on a node asks for there. */
function demandsOf({ topology, experiments }: Bench): (node: string) => Demand {
  return (name) => {
    const pods = Math.max(
      ...experiments.map(({ saturated }) => saturated.pods.filter(({ node }) => node === name).length),
    );
    const each = Math.min(topology.nodes.find((node) => node.name === name)?.cpus ?? LEAST_CPUS, LEAST_CPUS);
    return { pods, cpu: pods * each, memory: pods * bytes(MEMORY)! };
  };
}

async function podmanImage({ runner, image }: DoctorSettings): Promise<Check> {
  const { ok, wrong } = checksOf("podman");
  try {
    await runner.run(["podman", "image", "inspect", "--format", "{{.Architecture}}", image]);
    return ok("image", image);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return wrong(
      "image",
      `${image} is not there`,
      "edgetwin image build --tool podman (--air-gapped where no registry is reached)",
    );
  }
}

/** The newest that was kept of a topology of that name; `null` if there is none that this edgetwin can read. */
function keptProfile(runs: string, name: string): Profile | null {
  const folder = join(runs, "profiles");
  if (!existsSync(folder)) return null;
  const own = readdirSync(folder).filter(
    (file) => file.startsWith(`${name}-`) && /^[0-9a-f]+\.json$/.test(file.slice(name.length + 1)),
  );
  const newest = own.map((file) => join(folder, file)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  const profile = newest === undefined ? null : readJson<Profile>(newest);
  return profile?.version === PROFILE_VERSION ? profile : null;
}
