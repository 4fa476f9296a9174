import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { subjectOf } from "../../live/measure/subject.ts";
import { openBench, saturatedPlans } from "../../live/workbench.ts";
import { typed } from "../cli/edgetwin.ts";
import { model, node } from "./build.ts";

const EXAMPLE = readFileSync("topologies/onnx.yaml", "utf8");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "edgetwin-onnx-"));
  cpSync("topologies/models", join(folder, "models"), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Text of the example and what stands in its place. */
type Replacement = readonly [string, string];

/** The example with some of its text replaced, in a file. */
function changed(...replacements: readonly Replacement[]): string {
  const file = join(folder, "changed.yaml");
  const text = replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`no ${from} in the example`);
    return text.replaceAll(from, to);
  }, EXAMPLE);
  writeFileSync(file, text);
  return file;
}

const lineOf = (stage: string) => EXAMPLE.split("\n").findIndex((line) => line.includes(`name: ${stage},`)) + 1;

describe("what is wrong with a model is told with its line, all at once", () => {
  const problems = async (...replacements: readonly Replacement[]) => {
    const file = changed(...replacements);
    const error: Error = await openBench(file, {}).then(
      () => new Error("nothing is wrong"),
      (error) => error,
    );
    return error.message.replaceAll(file, "x.yaml").replaceAll(folder, ".").split("\n");
  };
  const [front, block, back] = ["front", "block", "back"].map(lineOf) as [number, number, number];

  test("no such file", async () => {
    const what = '"no.onnx" is not allowed: an ONNX model; no.onnx: no such file'.replace("; ", "; ./");
    expect(await problems(["models/tiny.onnx", "no.onnx"])).toEqual([
      `x.yaml:${front}: stages[2].model: ${what}`,
      `x.yaml:${block}: stages[3].model: ${what}`,
      `x.yaml:${back}: stages[4].model: ${what}`,
    ]);
  });

  test("a folder, a file that is no model, and a misspelt key elsewhere", async () => {
    writeFileSync(join(folder, "text.onnx"), EXAMPLE);
    const found = await problems(
      ["model: models/tiny.onnx, to: pool1", "model: models, to: pool1"],
      ["model: models/tiny.onnx, from: pool1", "model: text.onnx, from: pool1"],
      ["window: 8", "windw: 8"],
    );
    expect(found.slice(0, 2)).toEqual([
      `x.yaml:${front}: stages[2].model: "models" is not allowed: an ONNX model; ./models: is a folder, not a file`,
      `x.yaml:${block}: stages[3].model: "text.onnx" is not allowed: an ONNX model; ./text.onnx: is no ONNX model`,
    ]);
    expect(found[2]).toMatch(/windw: is not a key: did you mean "window"/);
  });

  test("tensors that are not there, or don't go together", async () => {
    expect(await problems(["to: pool1", "to: poool1"], ["from: pool1, to: relu3", "from: relu2, to: relu3"])).toEqual([
      `x.yaml:${front}: stages[2].to: "poool1" is not allowed: did you mean "pool1"?`,
      `x.yaml:${block}: stages[3].from: "relu2" is not allowed: a tensor that all of "relu3" follows from; it also depends on "pool1"`,
    ]);
  });

  test("a tensor that has to be named and is not", async () => {
    const two = model({
      nodes: [node("Relu", ["x"], "y"), node("Neg", ["x"], "z")],
      inputs: [{ name: "x", dims: [1, 3, "h", "w"] }],
      outputs: ["y", "z"].map((name) => ({ name, dims: null })),
    });
    writeFileSync(join(folder, "two.onnx"), two);
    expect(await problems(["model: models/tiny.onnx, to: pool1", "model: two.onnx"])).toEqual([
      `x.yaml:${front}: stages[2].to: is missing: one of the model's outputs: y, z`,
    ]);
  });

  test("frames that a part can't take", async () => {
    expect(await problems(["from: pool1, to: relu3", "from: image, to: relu3"])).toEqual([
      `x.yaml:${block}: stages[3]: stage block does not work at size 160x160: image takes frames of any size with 3 channels, it gets 40x40x8 float32`,
    ]);
  });

  test("text that is no YAML is the parser's to tell", async () => {
    expect((await problems(["stages:", "stages: ["]))[0]).toMatch(/^x\.yaml:\d+: not valid YAML/);
  });
});

test("a model that changed is measured anew: its content is part of the stages' keys", async () => {
  const keys = async () => {
    const bench = await openBench(changed(), {});
    const plans = saturatedPlans(bench);
    const stages = plans[0]!.pods.flatMap((pod) => pod.stages);
    return {
      keys: stages.map(({ key }) => key),
      subject: subjectOf(bench.topology, plans, bench.baseDirectory).digest,
    };
  };
  const before = await keys();
  const path = join(folder, "models/tiny.onnx");
  const bytes = readFileSync(path);
  // A weight's last bit: the graph stays as it is.
  const at = bytes.indexOf("conv1.w", bytes.indexOf("conv1.w", bytes.indexOf("conv4.w")) - 1);
  writeFileSync(path, bytes.with(at + 20, bytes[at + 20]! ^ 1));
  const after = await keys();
  writeFileSync(path, bytes);
  expect(await keys()).toEqual(before);
  expect(after.subject).not.toBe(before.subject);
  for (const [stage, key] of before.keys.entries()) {
    if (stage >= 2 && stage <= 4) expect(after.keys[stage]).not.toBe(key);
    else expect(after.keys[stage]).toBe(key);
  }
});

describe("without onnxruntime-node", () => {
  // Hides the package from whatever Node is started with it: a process of its own.
  const hide = `import m from "node:module";const r=m._resolveFilename;m._resolveFilename=(n,...a)=>{if(n.startsWith("onnxruntime-node"))throw new Error("hidden");return r.call(m,n,...a)}`;
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hide)}` };
  const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    peerDependencies: Record<string, string>;
  };
  const install = `npm install --no-save --save-prod --ignore-scripts onnxruntime-node@${peerDependencies["onnxruntime-node"]}`;

  test("a topology can be checked and planned; to measure it needs it, and says how to get it", async () => {
    for (const verb of ["check", "plan"]) {
      const { code, stdout, stderr } = await typed([verb, "topologies/onnx.yaml"], environment);
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    }
    for (const verb of ["profile", "predict", "run", "validate"]) {
      const { code, stdout, stderr } = await typed([verb, "topologies/onnx.yaml", "--runs", folder], environment);
      expect(stderr).toBe(`error: kernel onnx computes with onnxruntime-node, which is not installed: ${install}\n`);
      expect([code, stdout]).toEqual([2, ""]);
    }
  });

  test("the README says so too", () => {
    expect(readFileSync("README.md", "utf8")).toContain(install);
  });
});
