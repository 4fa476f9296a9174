import type { Node } from "../../../sim/topology/topology.ts";
import { CommandError, type Runner } from "../../exec.ts";
import { DeploymentError } from "../cluster.ts";

/** `kube play` and an address for each pod of a network: Debian 12 has this one, and nothing older was tried. */
const LEAST = [4, 3] as const;
const INSTALL = "apt-get install podman netavark aardvark-dns, dnf install podman, brew install podman";

/** What `podman info --format json` says, of which versions before netavark's say less. */
interface Info {
  readonly host: {
    readonly networkBackend?: string;
    readonly cgroupVersion?: string;
    readonly cgroupControllers?: readonly string[] | null;
    readonly security?: { readonly rootless?: boolean };
  };
  readonly version?: { readonly Version: string };
}

/** @throws DeploymentError with all that keeps pods of these nodes and this image from running here, and what to do about each. */
export async function checkPodman(
  runner: Runner,
  image: string,
  nodes: readonly Pick<Node, "name" | "cpus">[],
): Promise<void> {
  let info: Info;
  try {
    info = JSON.parse(await runner.run(["podman", "info", "--format", "json"])) as Info;
  } catch (error) {
    throw new DeploymentError(`podman does not work here: ${(error as Error).message.trim()}\ninstall it: ${INSTALL}`);
  }
  const problems = [...problemsOf(info, nodes), ...(await problemOfImage(runner, image))];
  if (problems.length > 0) throw new DeploymentError(problems.join("\n"));
}

function problemsOf({ host, version }: Info, nodes: readonly Pick<Node, "name" | "cpus">[]): string[] {
  const { networkBackend = "cni", cgroupControllers, cgroupVersion = "?", security } = host;
  const problems: string[] = [];
  const found = version?.Version ?? "";
  const [major = 0, minor = 0] = found.split(".").map(Number);
  if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    problems.push(
      `podman is ${found === "" ? "too old to say its version" : found}; ${LEAST.join(".")} or later is needed: ${INSTALL}`,
    );
  }
  if (networkBackend !== "netavark") {
    problems.push(
      `podman's networks are of ${networkBackend}, where pods have no names: apt-get install netavark aardvark-dns, then podman system reset, which deletes all containers and images`,
    );
  }
  const limited = nodes.filter(({ cpus }) => cpus !== undefined).map(({ name, cpus }) => `nodes.${name}.cpus: ${cpus}`);
  if (limited.length > 0 && !(cgroupControllers ?? []).includes("cpu")) {
    const who = security?.rootless === true ? "a user who is not root" : "podman";
    problems.push(
      `${who} can't limit CPUs here (cgroups ${cgroupVersion}, no controller cpu delegated): run as root, or see man systemd.resource-control, Delegate=; asked for are ${limited.join(", ")}`,
    );
  }
  return problems;
}

/** Nobody but the manifests asks that an image is not root's: podman 4.3 does not look at runAsNonRoot. */
async function problemOfImage(runner: Runner, image: string): Promise<string[]> {
  try {
    const user = (await runner.run(["podman", "image", "inspect", "--format", "{{.User}}", image])).trim();
    return /^(|root|0)(:.*)?$/.test(user)
      ? [`image ${image} runs as root; edgetwin image build makes one that does not`]
      : [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      `image ${image} is not here: make it with edgetwin image build (--air-gapped: with no registry), or name another by --image`,
    ];
  }
}
