import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { edgetwin } from "./edgetwin.ts";
import { sweepFiles } from "./sweep-files.ts";

// A sweep here to hold the cluster's against, and that of two shards.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let files: Awaited<ReturnType<typeof sweepFiles>>;
let bin: string;

/**
 * A kubectl that keeps what it is asked, and plays a cluster: a Job is done at once, and a pod's log is what its shard printed when
 * it got the inputs of LOGS. FAIL names a verb that fails, FAILED makes the Job fail, CUT cuts the logs.
 */
const KUBECTL = `#!/bin/sh
echo "$*" >> "$FAKE/calls"
shift 2
[ "$1" = "$FAIL" ] && { echo "$1: no route to host" >&2; exit 1; }
case "$1 $2" in
"apply --server-side") sed -n 's/^  inputs.json.gz: //p' | base64 -d > "$FAKE/inputs.json.gz" ;;
"get job/"*)
  [ -n "$FAILED" ] && echo '{"status":{"conditions":[{"type":"Failed","status":"True","message":"too many restarts"}]}}' && exit
  echo '{"status":{"succeeded":2,"conditions":[{"type":"Complete","status":"True"}]}}' ;;
"get pods")
  echo '{"items":[{"metadata":{"name":"p1","annotations":{"batch.kubernetes.io/job-completion-index":"1"}},"status":{"phase":"Succeeded"}},
  {"metadata":{"name":"p0","annotations":{"batch.kubernetes.io/job-completion-index":"0"}},"status":{"phase":"Succeeded"}}]}' ;;
"logs p"*)
  cmp "$FAKE/inputs.json.gz" "$LOGS/inputs.json.gz" || exit 1
  if [ -n "$CUT" ]; then grep -v '"candidate":1' "$LOGS/$2"; else cat "$LOGS/$2"; fi ;;
"logs job/"*) echo "last words" ;;
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
    const shard = ["sweep", inputs, "--shard", `${k}/2`, "--runs", join(files.folder, "pods"), "--output", "json"];
    const { stdout, stderr } = await edgetwin(shard);
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

test("the shards of a Job are the whole, byte for byte, and nothing stays on the cluster", async () => {
  const { calls, environment } = fake("good");
  const { code, stderr } = await edgetwin([...flags(), ...there, "--image", "x", "--name", "job"], environment);
  expect(stderr).not.toMatch(/error/);
  expect(code).toBe(0);
  const name = /job\/(\S+)/.exec(calls()[1]!)![1]!;
  expect(calls()).toEqual(
    [
      "apply --server-side --filename -",
      `get job/${name} --output json`,
      `get pods --selector job-name=${name} --output json`,
      "logs p0 --container sweep",
      "logs p1 --container sweep",
      `delete job/${name} configmap/${name} --ignore-not-found --wait=false`,
    ].map((call) => `--namespace default ${call}`),
  );
  for (const file of ["results.jsonl", "sweep.json"]) expect(read("job", file)).toBe(read("here", file));
});

test.each([
  [{ FAIL: "apply" }, /kubectl .*apply.*no route to host/],
  [{ FAIL: "logs" }, /logs p0.*no route to host/],
  [{ FAILED: "1" }, /failed: too many restarts\nlast words/],
  [{ CUT: "1" }, /pod p0: \d+ of \d+ results are in its log: it was cut/],
])("%j: it says so, and deletes the Job", async (trouble: Record<string, string>, message) => {
  const { calls, environment } = fake(`trouble-${JSON.stringify(trouble).replace(/\W/g, "")}`, trouble);
  const name = Object.entries(trouble).flat().join("-");
  const { code, stderr } = await edgetwin([...flags(), ...there, "--image", "x", "--name", name], environment);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).not.toBe(0);
  expect(calls().at(-1)).toMatch(/delete job/);
});

test("--dry-run prints the commands and manifests, and runs nothing", async () => {
  const { folder, environment } = fake("dry");
  const { code, stdout } = await edgetwin([...flags(), ...there, "--image", "x:1", "--dry-run"], environment);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\$ kubectl --namespace default apply --server-side --filename - <<'EOF'\napiVersion: v1\nkind: ConfigMap/,
  );
  expect(stdout).toContain("completionMode: Indexed");
  expect(stdout).toContain("image: x:1");
  expect(stdout.split("\n").filter((line) => line.startsWith("$ kubectl"))).toHaveLength(6);
  expect(existsSync(join(folder, "calls"))).toBe(false);
});

test("without an image it says what is missing", async () => {
  const { code, stderr } = await edgetwin([...flags(), ...there]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--image is missing: a container image/)]);
});
