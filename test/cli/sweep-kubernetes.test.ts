import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test, vi } from "vitest";
import { edgetwin } from "./edgetwin.ts";
import { sweepFiles } from "./sweep-files.ts";

// A sweep here to hold the cluster's against, and that of two shards.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** What a pod of the Job runs. */
const PROGRAM = fileURLToPath(new URL("../../live/sweep/shard-main.ts", import.meta.url));

let files: Awaited<ReturnType<typeof sweepFiles>>;
let bin: string;

/**
 * A kubectl that keeps what it is asked, and plays a cluster: a Job is done at once, and a pod's log is what its shard printed when
 * it got the inputs of LOGS. FAIL names verbs that fail, FAILED makes the Job fail, GONE has somebody delete it, CUT cuts the logs, LOST
 * is a pod without one; MINOR is the version of a cluster that numbers no pods.
 */
const KUBECTL = `#!/bin/sh
echo "$*" >> "$FAKE/calls"
[ "$1" = version ] && echo "{\\"serverVersion\\":{\\"major\\":\\"1\\",\\"minor\\":\\"\${MINOR:-24+}\\"}}" && exit
shift 2
case " $FAIL " in *" $1 "*) echo "$1: no route to host" >&2; exit 1 ;; esac
case "$1 $2" in
"apply --server-side") tee "$FAKE/manifests.yaml" | sed -n 's/^  inputs.json.gz: //p' | base64 -d > "$FAKE/inputs.json.gz" ;;
"get jobs")
  [ -n "$GONE" ] && echo '{"items":[]}' && exit
  condition='"type":"Complete"'
  [ -n "$FAILED" ] && condition='"type":"Failed","message":"too many restarts"'
  echo '{"items":[{"metadata":{"name":"older"},"status":{"conditions":[{"type":"Failed","status":"True"}]}}'
  for job in $(sed -n '/^kind: Job/,/^spec/s/^  name: //p' "$FAKE/manifests.yaml"); do
    printf ',{"metadata":{"name":"%s"},"status":{"succeeded":1,"conditions":[{"status":"True",%s}]}}' "$job" "$condition"
  done
  echo ']}' ;;
"get pods")
  [ -n "$MINOR" ] && echo '{"items":[{"metadata":{"name":"p1","labels":{"edgetwin.dev/shard":"1"}},"status":{"phase":"Succeeded"}},
  {"metadata":{"name":"p0","labels":{"edgetwin.dev/shard":"0"}},"status":{"phase":"Succeeded"}}]}' && exit
  echo '{"items":[{"metadata":{"name":"p1","annotations":{"batch.kubernetes.io/job-completion-index":"1"}},"status":{"phase":"Succeeded"}},
  {"metadata":{"name":"p0","annotations":{"batch.kubernetes.io/job-completion-index":"0"}},"status":{"phase":"Succeeded"}}]}' ;;
"logs p"*)
  [ "$2" = "$LOST" ] && echo "no logs of $2" >&2 && exit 1
  cmp "$FAKE/inputs.json.gz" "$LOGS/inputs.json.gz" || exit 1
  if [ -n "$CUT" ]; then grep -v '"candidate":1' "$LOGS/$2"; else cat "$LOGS/$2"; fi ;;
"logs --container") echo "last words" ;;
esac
`;

const read = (folder: string, file: string) => readFileSync(join(files.runs, folder, file), "utf8");

beforeAll(async () => {
  files = await sweepFiles();
  bin = join(files.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "kubectl"), KUBECTL);
  chmodSync(join(bin, "kubectl"), 0o755);
  await edgetwin([...flags(), "--name", "here"]);
  // What pods print is what the command of their manifest does.
  const inputs = join(files.folder, "inputs.json.gz");
  copyFileSync(join(files.runs, "here", "inputs.json.gz"), inputs);
  for (const k of [1, 2]) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, inputs, "2"], {
      env: { ...process.env, JOB_COMPLETION_INDEX: `${k - 1}` },
    });
    writeFileSync(join(files.folder, `p${k - 1}`), `${stderr}${stdout}`);
  }
});

const flags = () => [
  ...["sweep", files.topology, "--profile", files.profile, "--runs", files.runs, "--sizes", "64"],
  ...["--set", "link.bandwidth=2..200Mbit/s:log:3", "--frames", "60", "--replications", "3"],
];
const there = ["--on", "kubernetes", "--shards", "2"];

function fake(name: string, trouble: Record<string, string> = {}) {
  const folder = join(files.folder, name);
  mkdirSync(folder);
  const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
  const PATH = [bin, process.env.PATH].join(delimiter);
  return { folder, calls, environment: { FAKE: folder, LOGS: files.folder, PATH, ...trouble } };
}

test.each([
  ["one Indexed Job", {}, 1],
  ["a Job each where the cluster numbers no pods", { MINOR: "20" }, 2],
])("the shards of %s are the whole, byte for byte, and nothing stays on the cluster", async (what, version, jobs) => {
  const { folder, calls, environment } = fake(`good-${jobs}`, version);
  const name = `jobs-${jobs}`;
  const { code, stderr } = await edgetwin([...flags(), ...there, "--image", "x", "--name", name], environment);
  expect(stderr, what).not.toMatch(/error/);
  expect(code).toBe(0);
  const [, selector] = /--selector (edgetwin.dev\/sweep=edgetwin-sweep-[0-9a-f]{8})/.exec(calls().join("\n")) ?? [];
  expect(calls()).toEqual([
    "version --output json",
    ...[
      "apply --server-side --filename -",
      `get jobs --output json --selector ${selector}`,
      `get pods --selector ${selector} --output json`,
      "logs p0 --container sweep",
      "logs p1 --container sweep",
      `delete jobs,configmaps --selector ${selector} --wait=false`,
    ].map((call) => `--namespace default ${call}`),
  ]);
  const manifests = readFileSync(join(folder, "manifests.yaml"), "utf8");
  expect(manifests.match(/^kind: Job$/gm)).toHaveLength(jobs);
  for (const file of ["results.jsonl", "sweep.json"]) expect(read(name, file)).toBe(read("here", file));
});

test.each([
  [{ FAIL: "apply" }, /kubectl .*apply.*no route to host/],
  [{ FAIL: "apply delete" }, /error: kubectl .*apply.*no route to host/],
  [{ FAIL: "logs" }, /logs p0.*no route to host/],
  [{ FAILED: "1" }, /failed: too many restarts\nlast words/],
  [{ GONE: "1" }, /jobs are gone: somebody has deleted them/],
  [{ CUT: "1" }, /pod p0: \d+ of \d+ results are in its log: it was cut/],
])("%j: it says so, and deletes the Job", async (trouble: Record<string, string>, message) => {
  const name = Object.entries(trouble).flat().join("-").replace(" ", "-");
  const { calls, environment } = fake(name, trouble);
  const { code, stderr } = await edgetwin([...flags(), ...there, "--image", "x", "--name", name], environment);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).not.toBe(0);
  expect(calls().at(-1)).toMatch(/delete jobs,configmaps/);
});

test.each([
  ["one pod's log is lost", { LOST: "p0" }, /no logs of p0/],
  ["the Job fails after one shard", { FAILED: "1", LOST: "p0" }, /failed: too many restarts/],
])("where %s, the same command runs that shard alone, and then none", async (what, trouble, message) => {
  const name = `again-${Object.keys(trouble).length}`;
  const sweep = (environment: Record<string, string>) =>
    edgetwin([...flags(), ...there, "--image", "x", "--name", name], environment);
  const first = await sweep(fake(`${name}-first`, trouble).environment);
  expect(first.stderr, what).toMatch(message);
  expect(first.code).toBe(1);
  const second = fake(`${name}-second`);
  const { code, stderr } = await sweep(second.environment);
  expect(stderr).toContain(`1 of 2 shards are in ${join(files.runs, name)} already`);
  expect(code).toBe(0);
  expect(second.calls().filter((call) => call.includes(" logs "))).toEqual([
    "--namespace default logs p0 --container sweep",
  ]);
  const manifests = readFileSync(join(second.folder, "manifests.yaml"), "utf8");
  expect(manifests.match(/^kind: Job$/gm)).toHaveLength(1);
  expect(manifests).toContain('edgetwin.dev/shard: "0"');
  expect(read(name, "results.jsonl")).toBe(read("here", "results.jsonl"));
  const third = fake(`${name}-third`);
  expect((await sweep(third.environment)).code).toBe(0);
  expect(existsSync(join(third.folder, "calls"))).toBe(false);
});

test("there are never more shards than there is to predict", async () => {
  const { folder, environment } = fake("few");
  const { stderr } = await edgetwin(
    [...flags(), "--on", "kubernetes", "--shards", "1000", "--image", "x", "--name", "few"],
    environment,
  );
  expect(stderr).not.toContain("already");
  const manifests = readFileSync(join(folder, "manifests.yaml"), "utf8");
  expect(manifests.match(/^kind: Job$/gm)).toHaveLength(1);
  expect(Number(/completions: (\d+)/.exec(manifests)![1])).toBe(
    read("here", "results.jsonl").trimEnd().split("\n").length,
  );
});

test("a sweep whose Job can't be deleted is done, and says how to delete it", async () => {
  const { calls, environment } = fake("undeletable", { FAIL: "delete" });
  const { code, stderr } = await edgetwin([...flags(), ...there, "--image", "x", "--name", "kept"], environment);
  expect(code).toBe(0);
  expect(stderr).toContain("may be left in namespace default: kubectl ");
  expect(stderr).toContain(`  to delete them: kubectl ${calls().at(-1)}\n`);
  expect(read("kept", "results.jsonl")).toBe(read("here", "results.jsonl"));
});

test("--dry-run prints the commands and manifests, and runs nothing", async () => {
  const { folder, environment } = fake("dry");
  const { code, stdout } = await edgetwin([...flags(), ...there, "--image", "x:1", "--dry-run"], environment);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\$ kubectl version --output json\n\$ kubectl --namespace default apply --server-side --filename - <<'EOF'\napiVersion: v1\nkind: ConfigMap/,
  );
  expect(stdout).toContain("completionMode: Indexed");
  expect(stdout).toContain("image: x:1");
  expect(stdout.split("\n").filter((line) => line.startsWith("$ kubectl"))).toHaveLength(7);
  expect(existsSync(join(folder, "calls"))).toBe(false);
});

test("without --image it is the one that edgetwin image build makes", async () => {
  const { code, stdout } = await edgetwin([...flags(), ...there, "--dry-run"]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/image: localhost\/edgetwin-stage:\d/)]);
});

test("a pod that is not told its shard says how it is used", async () => {
  await expect(promisify(execFile)(process.execPath, [PROGRAM, "x.json.gz", "2"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^usage: JOB_COMPLETION_INDEX=0/),
  });
});
