import type { Architecture } from "../image/platform.ts";

/**
 * Version that is installed if none is asked for. From Kubernetes 1.35 on a kubelet refuses version 1 of control groups (KEP-5573),
 * which is what Ubuntu 20.04, and so JetPack 5, the last for Xavier, comes with.
 */
export const K3S_VERSION = "v1.33.6+k3s1";

/** Folder of the user's home where an air-gapped install keeps what it has copied. */
export const COPIED = ".edgetwin-k3s";

/** What k3s comes with and a testbed does not need: it would take cores from what is measured. */
const DISABLED = ["traefik", "servicelb", "local-storage", "metrics-server"];

/** Where k3s comes from: its release, by the official script, or files that were copied. */
export type Source = { readonly version: string } | { readonly copied: AirGapFiles };

/** Names of a release's files for an architecture. */
export interface AirGapFiles {
  readonly binary: string;
  /** Images of what k3s itself runs. */
  readonly images: string;
  /** The official script. */
  readonly installer: string;
}

/** Of files that are there, those for an architecture; `null` for one that is not. */
export function airGapFiles(
  architecture: Architecture,
  there: readonly string[],
): { readonly [name in keyof AirGapFiles]: string | null } {
  const find = (...names: readonly string[]) => names.find((name) => there.includes(name)) ?? null;
  const images = `k3s-airgap-images-${architecture}.tar`;
  return {
    binary: find(binaryName(architecture)),
    images: find(`${images}.zst`, `${images}.gz`, images),
    installer: find("install.sh"),
  };
}

/** What is missing of them, as k3s' releases name it. */
export function missingFiles(architecture: Architecture, there: readonly string[]): string[] {
  const { binary, images, installer } = airGapFiles(architecture, there);
  return [
    ...(binary === null ? [binaryName(architecture)] : []),
    ...(images === null ? [`k3s-airgap-images-${architecture}.tar.zst (or .tar.gz, .tar)`] : []),
    ...(installer === null ? ["install.sh (https://get.k3s.io)"] : []),
  ];
}

function binaryName(architecture: Architecture): string {
  return architecture === "amd64" ? "k3s" : `k3s-${architecture}`;
}

/** Installs the server, which its agents and this machine reach by `address`. As root. */
export function serverScript(address: string, source: Source): string {
  const flags = ["--tls-san", quoted(address), ...DISABLED.flatMap((one) => ["--disable", one])];
  return `set -eu\n${installLines(source, ["server", ...flags])}`;
}

/** Installs an agent. As root. The token is in no command's arguments: it is the installer's environment, and a file of root's. */
export function agentScript(url: string, token: string, source: Source): string {
  return `set -eu
export K3S_URL=${quoted(url)}
export K3S_TOKEN=${quoted(token)}
if command -v curl >/dev/null; then curl -ksSf -m 10 -o /dev/null "$K3S_URL/cacerts"
else wget -q -T 10 --no-check-certificate -O /dev/null "$K3S_URL/cacerts"
fi || { echo "the server does not answer at $K3S_URL from here" >&2; exit 1; }
${installLines(source, ["agent"])}`;
}

/** The token with which agents join. As root, on the server. */
export const TOKEN_SCRIPT = "cat /var/lib/rancher/k3s/server/node-token\n";

/** Credentials for kubectl. As root, on the server. */
export const KUBECONFIG_SCRIPT = "cat /etc/rancher/k3s/k3s.yaml\n";

/** Every node as JSON. As root, on the server. */
export const NODES_SCRIPT = "k3s kubectl get nodes --output json\n";

/** Labels a node. As root, on the server. */
export function labelScript(node: string, labels: readonly string[]): string {
  return `k3s kubectl label node ${quoted(node)} ${labels.map(quoted).join(" ")} --overwrite\n`;
}

/** Removes k3s and all that it kept; nothing where it is not. As root. */
export function uninstallScript(role: "server" | "agent"): string {
  const name = role === "server" ? "k3s-uninstall.sh" : "k3s-agent-uninstall.sh";
  return `set -eu
for folder in /usr/local/bin /opt/bin; do
  if [ -x $folder/${name} ]; then $folder/${name} </dev/null; exit; fi
done
echo "no k3s ${role} here"
`;
}

function installLines(source: Source, words: readonly string[]): string {
  if ("copied" in source) {
    const { binary, images, installer } = source.copied;
    return `cd ${COPIED}
install -m 755 ${quoted(binary)} /usr/local/bin/k3s
mkdir -p /var/lib/rancher/k3s/agent/images
cp ${quoted(images)} /var/lib/rancher/k3s/agent/images/
INSTALL_K3S_SKIP_DOWNLOAD=true sh ${quoted(installer)} ${words.join(" ")} </dev/null
cd ..
rm -r ${COPIED}
`;
  }
  return `installer=$(mktemp)
trap 'rm -f "$installer"' EXIT
if command -v curl >/dev/null; then curl -sSfL -o "$installer" https://get.k3s.io
else wget -nv -O "$installer" https://get.k3s.io
fi
INSTALL_K3S_VERSION=${quoted(source.version)} sh "$installer" ${words.join(" ")} </dev/null
`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
