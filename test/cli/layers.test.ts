import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { edgetwin } from "./edgetwin.ts";

const TINY = "topologies/models/tiny.onnx";

describe("layers", () => {
  test.each([
    ["tiny-224.txt", ["--size", "224"]],
    ["tiny-part.txt", ["--size", "40x30", "--from", "pool1", "--to", "scores"]],
    ["tiny-224.yaml", ["--size", "224", "--output", "yaml"]],
    ["tiny-8.json", ["--size", "8", "--to", "relu1", "--output", "json"]],
  ])("%s", async (golden, args) => {
    const { code, stdout, stderr } = await edgetwin(["layers", TINY, ...args]);
    expect([code, stderr]).toEqual([0, ""]);
    if (golden.endsWith(".txt"))
      for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    await expect(stdout).toMatchFileSnapshot(`../golden/layers/${golden}`);
  });

  test("its stages are a topology's", async () => {
    const { stdout } = await edgetwin(["layers", TINY, "--size", "64", "--output", "yaml"]);
    const { stages } = parse(stdout) as { stages: { name: string; kernel: string }[] };
    expect(stages.map(({ kernel }) => kernel)).toEqual(["synthetic", "onnx", "onnx", "onnx"]);
  });

  test.each([
    [[TINY], `${TINY}: image takes frames of any size with 3 channels: give --size, such as --size 224`],
    [[TINY, "--size", "0"], '--size: "0" is not allowed: an edge length such as 224, or 1280x720'],
    [[TINY, "--size", "2"], `${TINY}: MaxPool pool1 has a window of 2 and gets 1, padded to 1`],
    [[TINY, "--size", "9", "--to", "pol1"], `${TINY}: --to: "pol1" is not allowed: did you mean "pool1"?`],
    [["topologies/no.onnx"], "topologies/no.onnx: no such file"],
    [["topologies"], "topologies: is a folder, not a file"],
    [["README.md"], "README.md: is no ONNX model"],
  ])("%j ends with 2 and says why", async (args, message) => {
    const { code, stdout, stderr } = await edgetwin(["layers", ...args]);
    expect([code, stdout, stderr]).toEqual([2, "", `error: ${message}\n`]);
  });
});
