import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ownManifest } from "../../live/image/modules.ts";
import { K3S_VERSION } from "../../live/provision/k3s-scripts.ts";
import { type Answer, fakes } from "./fakes.ts";

const VERSION = K3S_VERSION;
const TOKEN = "K10secret::server:1234";
const IMAGE = `localhost/edgetwin-stage:${ownManifest().version}`;
const PROGRAMS = ["ssh", "scp", "docker"];
const machines = ["--server", "lab@server", "--agent", "lab@xavier"];
const up = ["cluster", "up", "k3s", ...machines];

/** What a machine says of itself. */
const facts = (hostname: string, machine: string, ...more: readonly string[]) =>
  `${["kernel=Linux", `machine=${machine}`, `hostname=${hostname}`, "system=Ubuntu 20.04", "init=yes", "fetch=yes", "memory=yes", "root=yes", ...more].join("\n")}\n`;

const node = (name: string, version = VERSION, ready = "True") => ({
  metadata: { name },
  status: { conditions: [{ type: "Ready", status: ready, message: "no CNI" }], nodeInfo: { kubeletVersion: version } },
});

const nodes = (...items: readonly object[]) => `${JSON.stringify({ items })}\n`;

const server = (...more: readonly string[]): Answer => ["uname -m", "lab@server", facts("server", "x86_64", ...more)];
const xavier = (...more: readonly string[]): Answer => ["uname -m", "lab@xavier", facts("xavier", "aarch64", ...more)];

const rest: Answer[] = [
  ["node-token", "", `${TOKEN}\n`],
  ["get nodes", "", nodes(node("server"), node("xavier"))],
  ["k3s.yaml", "", "clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n"],
  [`image inspect --format {{.Architecture}} ${IMAGE}-arm64`, "", "arm64\n"],
  [`image inspect --format {{.Architecture}} ${IMAGE}`, "", "amd64\n"],
];
const GOOD = [server(), xavier("l4t=# R35 (release), REVISION: 4.1, GCID: 1"), ...rest];

describe.runIf(process.arch === "x64")("cluster up k3s", () => {
  test("installs, joins, labels, verifies, copies images, fetches the credentials", async () => {
    const { cwd, calls, told, run } = fakes(PROGRAMS, GOOD);
    const { code, stdout, stderr } = await run([...up, "--label", "edge:zone=lab", "--label", "edge:role=camera"]);
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
    expect(stderr).toContain("lab@xavier: xavier, arm64, Ubuntu 20.04, L4T 35.4.1 (JetPack 5.1.2)");
    const short = calls().map((call) =>
      call.replace("-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 ", ""),
    );
    const root = (host: string) => `ssh ${host} sudo -n sh -s`;
    const feed = "sudo -n env PATH=/usr/local/bin:/opt/bin:/usr/bin:/bin k3s ctr images import -";
    expect(short).toEqual([
      "ssh lab@server sh -s",
      "ssh lab@xavier sh -s",
      `docker image inspect --format {{.Architecture}} ${IMAGE}`,
      `docker image inspect --format {{.Architecture}} ${IMAGE}-arm64`,
      ...[root("lab@server"), root("lab@server"), root("lab@xavier")],
      ...[root("lab@server"), root("lab@server"), root("lab@server")],
      `docker save --output .edgetwin/image/stage-amd64.tar ${IMAGE}`,
      `ssh lab@server ${feed}`,
      `docker save --output .edgetwin/image/stage-arm64.tar ${IMAGE}-arm64`,
      `ssh lab@xavier ${feed}`,
      root("lab@xavier"),
      root("lab@server"),
    ]);
    expect(told(5)).toContain(`INSTALL_K3S_VERSION=${VERSION} sh "$installer" server --tls-san server `);
    expect(told(7)).toContain(`export K3S_URL=https://server:6443\nexport K3S_TOKEN=${TOKEN}\n`);
    expect(told(10)).toContain("label node xavier edgetwin.dev/node=edge zone=lab role=camera --overwrite");
    expect(told(12)).toBe("image\n");
    expect(told(15)).toContain(`tag --force ${IMAGE}-arm64 ${IMAGE}\n`);
    const config = join(cwd, ".edgetwin/k3s.kubeconfig");
    expect(stdout).toContain(`export KUBECONFIG=${config}\n`);
    expect(readFileSync(config, "utf8")).toBe("clusters:\n- cluster:\n    server: https://server:6443\n");
    expect(statSync(config).mode & 0o777).toBe(0o600);
    // In no list of processes, and not on the screen.
    for (const text of [...calls(), stdout, stderr]) expect(text).not.toContain(TOKEN);
  });

  const failing = Array.from({ length: 16 }, (_, i) => i + 1);

  test.each(failing)(
    "if call %i of them fails, that is said with where and what to do, and nothing is half written here",
    async (call) => {
      const { cwd, calls, run } = fakes(PROGRAMS, GOOD);
      const { code, stdout, stderr } = await run(up, call);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).not.toMatch(/^\s+at /m);
      const [step, remedy] = FAILURES.find(([calls]) => calls.includes(call))![1];
      expect(stderr).toMatch(step);
      expect(stderr).toMatch(remedy);
      expect(stderr).not.toContain(TOKEN);
      expect(existsSync(join(cwd, ".edgetwin/k3s.kubeconfig"))).toBe(false);
      const kept = join(cwd, ".edgetwin/image");
      expect(existsSync(kept) ? readdirSync(kept) : []).toEqual([]);
      // The preflight asks every machine; what comes after it ends at once.
      if (call > 2) expect(calls().length).toBeLessThanOrEqual(call + 2);
      expect((await run(up)).code).toBe(0);
    },
  );

  test("machines that have it are left as they are", async () => {
    const has = `k3s=k3s version ${VERSION} (b5847677)`;
    const { calls, told, run } = fakes(PROGRAMS, [
      server(has, "role=server"),
      xavier(has, "role=agent", "url='https://server:6443'"),
      ...rest,
    ]);
    const { code, stderr } = await run([...up, "--no-image"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`lab@xavier: k3s agent ${VERSION} is there`)]);
    for (let call = 1; call <= calls().length; call++) expect(told(call)).not.toContain("INSTALL_K3S");
  });

  test("--upgrade installs where it is older", async () => {
    const { calls, told, run } = fakes(PROGRAMS, [
      server("k3s=k3s version v1.32.1+k3s1 (x)", "role=server"),
      xavier(`k3s=k3s version ${VERSION} (x)`, "role=agent"),
      ...rest,
    ]);
    expect((await run([...up, "--no-image", "--upgrade"])).code).toBe(0);
    const installs = calls().filter((_, i) => told(i + 1).includes("INSTALL_K3S_VERSION"));
    expect(installs).toEqual([expect.stringContaining("lab@server")]);
  });

  test("what is in the way is said of every machine at once, before anything is changed", async () => {
    const { calls, run } = fakes(PROGRAMS, [
      ["uname -m", "lab@server", facts("lab", "x86_64", "k3s=k3s version v1.30.2+k3s1 (x)", "role=agent")],
      ["uname -m", "lab@xavier", "kernel=Linux\nmachine=armv7l\nhostname=Lab\n"],
      [
        "uname -m",
        "lab@third",
        facts("third", "aarch64", "k3s=k3s version v1.40.0+k3s1 (x)", "role=agent", "url=https://else:6443"),
      ],
    ]);
    const { code, stdout, stderr } = await run([...up, "--agent", "lab@third"]);
    expect([code, stdout]).toEqual([1, ""]);
    for (const problem of [
      "nothing was changed",
      `lab@server: it is a k3s agent already: edgetwin cluster down k3s`,
      `lab@server: it has v1.30.2+k3s1, older than ${VERSION}: give --upgrade, or --version v1.30.2+k3s1`,
      "lab@xavier: its architecture is armv7l; images are for amd64 and arm64",
      "lab@xavier: it has neither systemd nor openrc",
      "lab@xavier: sudo asks for a password",
      "lab@xavier: it has neither curl nor wget",
      "lab@xavier: its kernel limits no memory",
      "lab@xavier: its name is lab, as that of lab@server: nodes need names of their own",
      "lab@third: it is an agent of https://else:6443, not of https://server:6443",
      `lab@third: it has v1.40.0+k3s1, newer than ${VERSION}, and Kubernetes does not go back`,
    ])
      expect(stderr).toContain(problem);
    expect(calls()).toHaveLength(3);
  });

  test("a release's files are copied to each machine, and go from there", async () => {
    const { cwd, calls, told, run } = fakes(PROGRAMS, [...GOOD.slice(0, 2), ...rest]);
    const folder = join(cwd, "release");
    mkdirSync(folder);
    writeFileSync(join(folder, "k3s"), "");
    const args = [...up, "--air-gapped", "release", "--no-image"];
    const { code, stderr } = await run(args);
    expect([code, stderr.match(/release: .* is missing/g)]).toEqual([
      1,
      [
        "release: k3s-airgap-images-amd64.tar.zst (or .tar.gz, .tar) is missing",
        "release: install.sh (https://get.k3s.io) is missing",
        "release: k3s-arm64 is missing",
        "release: k3s-airgap-images-arm64.tar.zst (or .tar.gz, .tar) is missing",
      ],
    ]);
    for (const name of ["k3s-arm64", "install.sh", "k3s-airgap-images-amd64.tar.zst", "k3s-airgap-images-arm64.tar"])
      writeFileSync(join(folder, name), "");
    expect((await run(args)).code).toBe(0);
    expect(calls().filter((call) => call.startsWith("scp"))).toEqual([
      "scp -q -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 release/k3s release/k3s-airgap-images-amd64.tar.zst release/install.sh lab@server:.edgetwin-k3s/",
      "scp -q -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 release/k3s-arm64 release/k3s-airgap-images-arm64.tar release/install.sh lab@xavier:.edgetwin-k3s/",
    ]);
    const scripts = calls().map((_, i) => told(i + 1));
    expect(scripts.filter((script) => script.includes("get.k3s.io"))).toEqual([]);
    expect(scripts.filter((script) => script.includes("INSTALL_K3S_SKIP_DOWNLOAD=true sh install.sh"))).toHaveLength(2);
    expect((await run(args, 4)).stderr).toMatch(
      /copy k3s to lab@server failed:\n {2}scp .*no space left.*\nis there room\?/,
    );
  });
});

/** By the call that fails: the step, and what is to be done. */
const AGAIN = /then run the same command again: it goes on where this one stopped/;
const FAILURES: readonly (readonly [readonly number[], readonly [RegExp, RegExp]])[] = [
  [[1], [/lab@server: .*ssh: no space left/, /ssh-copy-id lab@server, then ssh lab@server once by hand/]],
  [[2], [/lab@xavier: .*ssh: no space left/, /ssh-copy-id lab@xavier/]],
  [[3], [/for amd64 is not on this machine/, /edgetwin image build --platform amd64/]],
  [[4], [/for arm64 is not on this machine/, /edgetwin image build --platform arm64/]],
  [
    [5],
    [
      /install k3s server on lab@server failed:\n {2}ssh .* lab@server 'sudo -n sh -s': ssh: no space left/,
      /ssh lab@server sudo journalctl --unit k3s --lines 50/,
    ],
  ],
  [[6], [/ask the server for its token failed:/, AGAIN]],
  [
    [7],
    [
      /install k3s agent on lab@xavier failed:\n.*no space left \*\*\*\n/,
      /agents need the server's ports 6443\/tcp and 8472\/udp open/,
    ],
  ],
  [[8], [/see that every machine is a node of the cluster, ready and of its version failed:/, AGAIN]],
  [[9], [/label node server failed:/, AGAIN]],
  [[10], [/label node xavier failed:/, AGAIN]],
  [
    [11, 12],
    [/copy localhost\/edgetwin-stage:\S+ to lab@server failed:/, /is there room\? ssh lab@server df -h/],
  ],
  [
    [13, 14, 15],
    [/copy localhost\/edgetwin-stage:\S+-arm64 to lab@xavier failed:/, /is there room\? ssh lab@xavier df -h/],
  ],
  [[16], [/fetch the credentials from lab@server failed:/, AGAIN]],
];

describe("cluster down k3s", () => {
  const down = ["cluster", "down", "k3s", ...machines];

  test("uninstalls agents, then the server, and forgets the credentials", async () => {
    const { cwd, calls, told, run } = fakes(PROGRAMS, [["k3s-agent-uninstall.sh", "", "no k3s agent here\n"]]);
    mkdirSync(join(cwd, ".edgetwin"));
    writeFileSync(join(cwd, ".edgetwin/k3s.kubeconfig"), "");
    const { code, stdout, stderr } = await run(down);
    expect([code, stdout]).toEqual([0, "k3s is gone from lab@server, lab@xavier\n"]);
    expect(stderr).toContain("lab@xavier: there was no k3s\ncluster: lab@server: k3s is gone\n");
    expect(calls().map((call) => call.split(" ").slice(7).join(" "))).toEqual([
      "lab@xavier sudo -n sh -s",
      "lab@server sudo -n sh -s",
    ]);
    expect(told(2)).toContain("$folder/k3s-uninstall.sh");
    expect(existsSync(join(cwd, ".edgetwin/k3s.kubeconfig"))).toBe(false);
  });

  test("that fails is told with the machine", async () => {
    const { code, stderr } = await fakes(PROGRAMS, []).run(down, 2);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/uninstall k3s from lab@server failed:\n.*no space left/),
    ]);
  });
});

test.runIf(process.arch === "x64").each([
  ["k3s", ["up", "k3s", "--server", "lab@server", "--agent", "lab@xavier:2222", "--label", "edge:zone=lab"]],
  [
    "k3s-air-gapped",
    [
      ...["up", "k3s", "--server", "root@10.0.0.1", "--agent", "cam=lab@10.0.0.2", "--air-gapped", "release"],
      ...["--no-image", "--version", "v1.32.1+k3s1", "--address", "twin.lab"],
    ],
  ],
  ["k3s-down", ["down", "k3s", ...machines]],
])("--dry-run of %s prints what would run, and runs nothing", async (name, args) => {
  const { cwd, calls, run } = fakes([], []);
  mkdirSync(join(cwd, "release"));
  for (const file of [
    "k3s",
    "k3s-arm64",
    "install.sh",
    "k3s-airgap-images-amd64.tar.zst",
    "k3s-airgap-images-arm64.tar",
  ])
    writeFileSync(join(cwd, "release", file), "");
  const { code, stdout } = await run(["cluster", ...args, "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(ownManifest().version, "VERSION")).toBe(
    readFileSync(fileURLToPath(new URL(`../golden/cluster/${name}.txt`, import.meta.url)), "utf8"),
  );
  expect(calls()).toEqual([""]);
  expect(existsSync(join(cwd, ".edgetwin"))).toBe(false);
});

test.each([
  [["--server", "lab@"], /--server: "lab@" is not allowed: \[node=\]\[user@\]host\[:port\]/],
  [["--server", "a@b", "--agent", "a b"], /--agent: "a b" is not allowed/],
  [["--server", "a@b:99999"], /--server: "a@b:99999" is not allowed/],
  [["--server", "a@b", "--version", "1.33"], /--version: "?1.33"? is not allowed: a release of k3s such as v1/],
  [["--server", "a@b", "--label", "edge"], /--label: "edge" is not allowed: a node and a Kubernetes label/],
  [["--server", "a@b", "--label", "edge:zone=lab"], /--label: edge:zone=lab: no node is edge, there are: server/],
  [["--agent", "a@b"], /required option '--server <target>' not specified/],
])("%j is wrong input", async (args, message) => {
  const { code, stderr } = await fakes([], []).run(["cluster", "up", "k3s", "--dry-run", ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
