import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { inOrder } from "../../live/sweep/merge.ts";
import { claim, linesOf, manifestOf, Results } from "../../live/sweep/results.ts";
import { Predictor, unitsOf } from "../../sim/sweep/unit.ts";
import { sweepOfTwo } from "./fixture.ts";

const { sweep, profiles } = await sweepOfTwo(["window=1,2"], { replications: 2 });
const predictor = new Predictor(sweep, profiles);
const units = unitsOf(sweep);
const results = units.map((unit) => predictor.predict(unit));
const manifest = manifestOf({ sweep, profiles });
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "edgetwin-results-")), "sweep");
});
const open = () => new Results(folder, manifest, units, null);

test("what was written is there when the folder is opened again, but for a line that was cut short", () => {
  const before = open();
  before.append(results.slice(0, 3));
  appendFileSync(before.path, linesOf(results.slice(3, 4)).slice(0, -10));
  const after = open();
  expect(after.done).toEqual(results.slice(0, 3));
  expect(after.missing).toEqual(units.slice(3));
  after.append(results.slice(3));
  expect(readFileSync(after.path, "utf8")).toBe(linesOf(results));
});

test.each([
  ["is of another unit", linesOf(results.slice(1, 2)), /results\.jsonl:1: is not the result that belongs there/],
  ["is one too many", linesOf([...results, results[0]!]), /results\.jsonl:\d+: is not the result that belongs there/],
  ["is not JSON", `${linesOf(results.slice(0, 1))}\0\0\0\n`, /results\.jsonl:2: not readable as JSON/],
])("a line that %s is refused, and the file left as it is", (_, text, message) => {
  const { path } = open();
  writeFileSync(path, text);
  expect(open).toThrow(message);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a full disk, and a folder that can't be made, are no wrong input", () => {
  const { path } = open();
  const full = open();
  rmSync(path, { force: true });
  symlinkSync("/dev/full", path);
  expect(() => full.append(results)).toThrow(
    expect.objectContaining({ name: "WriteError", message: `${path}: can't be written: the disk is full` }),
  );
  writeFileSync(`${folder}-file`, "");
  expect(() => claim(join(`${folder}-file`, "x"), manifest)).toThrow(expect.objectContaining({ name: "WriteError" }));
});

test("a folder of something else is refused, and left as it is", () => {
  open();
  expect(() => claim(folder, { ...manifest, parts: { ...manifest.parts, seed: "x", profile: "y" } })).toThrow(
    /manifest\.json: holds results of other inputs \(another profile, another seed\): choose another --name/,
  );
  const other = join(folder, "..");
  expect(() => claim(other, manifest)).toThrow(/is not empty and holds no sweep/);
  expect(existsSync(join(other, "manifest.json"))).toBe(false);
});

test("shards that overlap are one whole if they agree", () => {
  expect(inOrder([...results.toReversed(), ...results.slice(0, 3)], sweep)).toEqual(results);
  const changed = { ...results[1]!, rate: 5 };
  expect(() => inOrder([...results, changed], sweep)).toThrow("two predictions of point 0, candidate 1 differ");
  expect(() => inOrder(results.slice(2), sweep)).toThrow(
    /2 of \d+ predictions are missing, the first is of point 0, candidate 0/,
  );
});
