import { readFileSync } from "node:fs";
import type { Fingerprint, PodMachine } from "../../sim/profile.ts";
import type { Surroundings } from "../clusters/cluster.ts";
import { describeMachine } from "../stage/describe-machine.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** What this machine is, for pods that are processes of it. @param nodes of the topology. */
export function ownSurroundings(nodes: readonly string[]): Surroundings {
  return { cluster: "processes", image: "", machines: [{ ...describeMachine({}), nodes }] };
}

/** What was measured, and on what. */
export function fingerprint(subject: string, surroundings: Surroundings): Fingerprint {
  const { machines } = surroundings;
  const each = (of: (machine: PodMachine) => string) => [...new Set(machines.map(of))].join(", ");
  const sum = (of: (machine: PodMachine) => number) => machines.reduce((total, machine) => total + of(machine), 0);
  return {
    ...surroundings,
    hostname: each(({ machine }) => machine),
    platform: each(({ platform }) => platform),
    arch: each(({ arch }) => arch),
    cpu: each(({ cpu }) => cpu),
    cores: sum(({ cores }) => cores),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    kernel: each(({ kernel }) => kernel),
    tuning: each(({ tuning }) => tuning),
    node: each(({ node }) => node),
    edgetwin: VERSION,
    vectors: each(({ vectors }) => vectors),
    code: each(({ code }) => code),
    subject,
  };
}

/** The first property in which two fingerprints differ, as a sentence; `null` if they agree. */
export function difference(of: Fingerprint, to: Fingerprint): string | null {
  const { machines: before = [], ...rest } = of;
  const { machines: today, ...others } = to;
  for (const key of Object.keys(others) as (keyof typeof others)[]) {
    if (rest[key] !== others[key]) return `${key} was ${told(rest[key])}, is ${told(others[key])}`;
  }
  const [was, is] = [before, today].map(placesOf);
  return was === is ? null : `nodes were on ${was}, are on ${is}`;
}

function told(value: string | number): string | number {
  return value === "" ? "not told" : value;
}

/** Where each node of the topology is, and what is there. */
function placesOf(machines: readonly PodMachine[]): string {
  const text = ({ machine, nodes, cores, cpu }: PodMachine) =>
    `${machine} (${[...nodes].sort().join(", ")}; ${cores} cores, ${cpu})`;
  return machines.map(text).sort().join(", ");
}
