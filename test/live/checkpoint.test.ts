import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Checkpoint } from "../../live/measure/checkpoint.ts";
import { fingerprint, ownSurroundings } from "../../live/measure/fingerprint.ts";
import { measureInRounds } from "../../sim/calibration/rounds.ts";
import { visit } from "../calibration/synthetic.ts";

const PRINT = fingerprint("subject", ownSurroundings(["edge"]));
const AGE = 3600;
const reading = (round: number) => visit("conv", round, { mean: 1, between: 0.1, within: 0.1 }, 1);
const folder = () => join(mkdtempSync(join(tmpdir(), "edgetwin-test-")), "x.readings");

test("what was added is there again, in its order; more goes behind it", () => {
  const path = folder();
  const first = Checkpoint.open(path, PRINT, AGE);
  expect(first.readings).toEqual([]);
  for (let round = 1; round <= 12; round++) first.add(reading(round));
  const second = Checkpoint.open(path, PRINT, AGE);
  expect(second.readings).toEqual(Array.from({ length: 12 }, (_, i) => reading(i + 1)));
  second.add(reading(13));
  expect(Checkpoint.open(path, PRINT, AGE).readings).toHaveLength(13);
});

test("another machine, another subject, too old, unreadable, or begun anew: nothing is left of it", () => {
  const later = new Date(Date.now() + (AGE + 1) * 1e3);
  const begun = () => {
    const path = folder();
    Checkpoint.open(path, PRINT, AGE).add(reading(1));
    return path;
  };
  const gone = (path: string, checkpoint: Checkpoint) => {
    expect(checkpoint.readings).toEqual([]);
    expect(readdirSync(path)).toEqual(["start.json"]);
  };
  for (const change of [{ hostname: "other" }, { subject: "other" }, { code: "other" }]) {
    const path = begun();
    gone(path, Checkpoint.open(path, { ...PRINT, ...change }, AGE));
  }
  const old = begun();
  gone(old, Checkpoint.open(old, PRINT, AGE, later));
  const broken = begun();
  writeFileSync(join(broken, "start.json"), "{");
  gone(broken, Checkpoint.open(broken, PRINT, AGE));
  const fresh = begun();
  gone(fresh, Checkpoint.anew(fresh, PRINT));
});

test("a reading that was being written when the process died is no reading", () => {
  const path = folder();
  Checkpoint.open(path, PRINT, AGE).add(reading(1));
  writeFileSync(join(path, "000002.json.4711.tmp"), '{"case":');
  expect(Checkpoint.open(path, PRINT, AGE).readings).toEqual([reading(1)]);
});

test("a reading that can't be read, as a power failure leaves it, is left out and told of", () => {
  const path = folder();
  const first = Checkpoint.open(path, PRINT, AGE);
  for (let round = 1; round <= 3; round++) first.add(reading(round));
  const broken = join(path, "000002.json");
  writeFileSync(broken, "");
  const second = Checkpoint.open(path, PRINT, AGE);
  expect(second.readings).toEqual([reading(1), reading(3)]);
  expect(second.unreadable).toEqual([broken]);
  second.add(reading(4));
  const third = Checkpoint.open(path, PRINT, AGE);
  expect(third.readings).toEqual([reading(1), reading(3), reading(4)]);
  expect(third.unreadable).toEqual([]);
});

test("when it was begun is kept", () => {
  const path = folder();
  expect(Checkpoint.begun(path)).toBeNull();
  const today = new Date("2026-01-02T03:04:05Z");
  Checkpoint.anew(path, PRINT, today).add(reading(1));
  expect(Checkpoint.begun(path)).toBe(today.toISOString());
});

test("a calibration that dies at any reading goes on where it stopped", async () => {
  const cases = ["source", "conv", "relu"];
  const measured = async (path: string, lives: number) => {
    const checkpoint = Checkpoint.open(path, PRINT, AGE);
    const made: string[] = [];
    const done = measureInRounds({
      cases,
      known: checkpoint.readings,
      onReading: (one) => checkpoint.add(one),
      precision: 0.01,
      deadline: 0,
      now: () => 0,
      emulated: new Set(),
      seed: 1,
      measure: async (name, round) => {
        if (made.length === lives) throw new Error("killed");
        made.push(`${name} ${round}`);
        return visit(name, round, { mean: 1, between: 0.1, within: 0.1 }, 1);
      },
    });
    return { made, readings: await done.catch(() => null) };
  };
  const whole = await measured(folder(), 100);
  for (let lives = 1; lives < 6; lives++) {
    const path = folder();
    const first = await measured(path, lives);
    expect(first.readings).toBeNull();
    const second = await measured(path, 100);
    expect([...first.made, ...second.made]).toEqual(whole.made);
    expect(second.readings).toEqual(whole.readings);
  }
});
