import { CommandError } from "../exec.ts";
import { ARCHITECTURES, type Architecture } from "../image/platform.ts";
import { jetpackOf, l4tRelease } from "../stage/jetpack.ts";
import type { Shell } from "./ssh.ts";
import { type Target, targetText } from "./target.ts";

/** What a machine says of itself before anything is changed there. */
export interface Facts {
  /** By which Kubernetes knows it: lower case. */
  readonly hostname: string;
  readonly architecture: Architecture;
  /** Distribution, and release of Jetson Linux where it is one. */
  readonly system: string;
  /** k3s that is installed: its version, and as what. */
  readonly k3s: { readonly version: string; readonly role: "server" | "agent" | null } | null;
  /** Address of the server whose agent it is. */
  readonly url: string | null;
}

/** Prints what there is to know, `key=value` a line. It changes nothing, and needs root for the server's address only. */
export const FACTS_SCRIPT = `echo "kernel=$(uname -s)"
echo "machine=$(uname -m)"
echo "hostname=$(uname -n)"
echo "system=$(. /etc/os-release 2>/dev/null; echo "\${PRETTY_NAME:-unknown}")"
echo "l4t=$(head -n 1 /etc/nv_tegra_release 2>/dev/null)"
command -v systemctl >/dev/null || [ -x /sbin/openrc-run ] && echo "init=yes"
command -v curl >/dev/null || command -v wget >/dev/null && echo "fetch=yes"
grep -qs memory /sys/fs/cgroup/cgroup.controllers || grep -qs '^memory.*1$' /proc/cgroups && echo "memory=yes"
if [ "$(id -u)" = 0 ]; then root=; echo "root=yes"; else root="sudo -n"; $root true 2>/dev/null && echo "root=yes"; fi
for k3s in /usr/local/bin/k3s /opt/bin/k3s; do [ -x $k3s ] && echo "k3s=$($k3s --version | head -n 1)"; done
[ -e /etc/systemd/system/k3s.service ] || [ -e /etc/init.d/k3s ] && echo "role=server"
[ -e /etc/systemd/system/k3s-agent.service ] || [ -e /etc/init.d/k3s-agent ] && echo "role=agent"
for env in /etc/systemd/system/k3s-agent.service.env /etc/rancher/k3s/k3s-agent.env; do
  $root sed -n 's/^K3S_URL=/url=/p' $env 2>/dev/null </dev/null
done
true
`;

/** Machines as `uname -m` names them. */
const MACHINES: Readonly<Record<string, Architecture>> = { x86_64: "amd64", aarch64: "arm64" };

/** @returns the facts, and what keeps k3s from being installed there. @param airGapped nothing is fetched from there. */
export function parseFacts(text: string, airGapped: boolean): { facts: Facts; problems: string[] } {
  const facts = new Map(text.split("\n").map((line) => [line.split("=", 1)[0]!, line.slice(line.indexOf("=") + 1)]));
  const architecture = MACHINES[facts.get("machine") ?? ""];
  const l4t = l4tRelease(facts.get("l4t") ?? "");
  const jetpack = l4t === null ? null : jetpackOf(l4t);
  const version = /^k3s version (\S+)/.exec(facts.get("k3s") ?? "")?.[1];
  const role = facts.get("role");
  const problems = [
    facts.get("kernel") === "Linux" ? null : `it runs ${facts.get("kernel") ?? "nothing known"}, not Linux`,
    architecture !== undefined
      ? null
      : `its architecture is ${facts.get("machine")}; images are for ${ARCHITECTURES.join(" and ")}`,
    facts.has("init") ? null : "it has neither systemd nor openrc, one of which k3s needs",
    facts.has("root")
      ? null
      : "sudo asks for a password: allow it without (visudo: USER ALL=(ALL) NOPASSWD: ALL), or log in as root",
    airGapped || facts.has("fetch") ? null : "it has neither curl nor wget: install one, or give --air-gapped",
    facts.has("memory")
      ? null
      : "its kernel limits no memory (cgroup): add cgroup_enable=memory cgroup_memory=1 to its command line, and reboot",
  ];
  return {
    facts: {
      hostname: (facts.get("hostname") ?? "").toLowerCase(),
      architecture: architecture ?? "amd64",
      system: [
        facts.get("system"),
        ...(l4t === null ? [] : [`L4T ${l4t}${jetpack === null ? "" : ` (JetPack ${jetpack})`}`]),
      ].join(", "),
      k3s: version === undefined ? null : { version, role: role === "server" || role === "agent" ? role : null },
      url: facts.get("url")?.replaceAll(/^['"]|['"]$/g, "") ?? null,
    },
    problems: problems.filter((problem) => problem !== null),
  };
}

/** What is assumed of a machine that a dry run does not ask: that of the thesis, an x86 server and a Jetson. */
export function assumedFacts({ node }: Target, role: "server" | "agent"): Facts {
  return { hostname: node, architecture: role === "server" ? "amd64" : "arm64", system: "", k3s: null, url: null };
}

/** Asks a machine. @returns its facts and what is wrong with it, a line each. */
export async function askFacts(
  shell: Shell,
  airGapped: boolean,
): Promise<{ readonly facts: Facts | null; readonly problems: readonly string[] }> {
  try {
    const { facts, problems } = parseFacts(await shell.run(FACTS_SCRIPT), airGapped);
    return { facts, problems: problems.map((problem) => `${targetText(shell.target)}: ${problem}`) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { target } = shell;
    const port = target.port === null ? "" : `-p ${target.port} `;
    const said = error.message.split("\n").at(-1)!;
    const remedy = `ssh must get in without asking: ssh-copy-id ${port}${target.ssh}, then ssh ${port}${target.ssh} once by hand`;
    return { facts: null, problems: [`${targetText(target)}: ${said}\n  ${remedy}`] };
  }
}
