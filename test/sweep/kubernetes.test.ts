import { describe, expect, test } from "vitest";
import { MOST_BYTES } from "../../live/clusters/kubernetes/yaml.ts";
import { commandText } from "../../live/exec.ts";
import { jobManifests } from "../../live/sweep/job.ts";
import { parseShardText, shardText } from "../../live/sweep/shard-text.ts";
import { Predictor, unitsOf } from "../../sim/sweep/unit.ts";
import { sweepOfTwo } from "./fixture.ts";

const SPEC = { name: "edgetwin-sweep-01234567", namespace: "lab", image: "example.org/edgetwin:1", shards: 8 };

describe("jobManifests", () => {
  test.each([
    ["job", "all", 8],
    ["jobs", [0, 1], 2],
  ] as const)("are as the golden file %s has them", async (name, run, shards) => {
    const manifests = jobManifests({ ...SPEC, shards, run, inputs: Buffer.from("inputs") });
    await expect(manifests).toMatchFileSnapshot(`../golden/sweep/${name}.yaml`);
  });

  test("refuse inputs that no ConfigMap takes", () => {
    const inputs = Buffer.alloc(MOST_BYTES);
    expect(() => jobManifests({ ...SPEC, run: "all", inputs })).toThrow(/should be at most 1000000/);
  });
});

describe("a shard's text", async () => {
  const { sweep, profiles } = await sweepOfTwo(["window=1,2"], { replications: 2 });
  const predictor = new Predictor(sweep, profiles);
  const results = unitsOf(sweep).map((unit) => predictor.predict(unit));
  const text = shardText({ digest: "abc", results }, { k: 3, n: 8 });

  test("comes back out of a log with remarks in it", () => {
    const log = `sweep: 10 predictions\n${text}sweep: the shard is in /tmp\n`;
    expect(parseShardText(log, "pod x", "abc")).toEqual(results);
  });

  test("is refused if it was cut at either end, changed, or is of another sweep", () => {
    const lines = text.split("\n");
    expect(() => parseShardText(lines.slice(1).join("\n"), "pod x", "abc")).toThrow(
      /pod x: \d of 10 .*take more shards/,
    );
    expect(() => parseShardText(lines.slice(0, -2).join("\n"), "pod x", "abc")).toThrow(/it was cut/);
    expect(() => parseShardText(text.replace('"candidate":1', '"candidate":2'), "pod x", "abc")).toThrow(/its log/);
    expect(() => parseShardText(text, "pod x", "abd")).toThrow(/is of sweep abc, not abd/);
  });
});

test("commands are shown as one would type them", () => {
  expect(commandText(["kubectl", "get", "a b", "it's"])).toBe("kubectl get 'a b' 'it'\\''s'");
});
