import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Interrupted } from "../../live/interrupt.ts";
import { changed, codeDigests } from "../../live/matrix/code-digest.ts";
import { outcomeOf } from "../../live/matrix/outcomes.ts";
import { type CellWork, type MatrixOptions, runMatrix } from "../../live/matrix/run-matrix.ts";
import { CellStore, type PreparedCell } from "../../live/matrix/store.ts";
import type { Cell } from "../../sim/matrix/cell.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { judgedSaturated } from "../../sim/verdict.ts";
import { plan, prediction, SATURATED, SPLITS, summary } from "../compare/fixture.ts";
import { CELL, FINGERPRINT } from "./fixture.ts";

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "matrix-"));
});
afterEach(() => rmSync(runs, { recursive: true }));

const CELLS: Cell[] = ["a", "b", "c"].map((name) => ({ ...CELL, name }));
const PLANS = SPLITS.map((split) => plan({ split, size: [256, 256], load: SATURATED }));
const PREPARED: PreparedCell = {
  concluded: false,
  profile: { created: "2026-01-02T03:04:05Z", fingerprint: FINGERPRINT } as Profile,
  plans: PLANS.map((one) => ({
    plan: one,
    beforehand: judgedSaturated(prediction(one)),
    calibrated: judgedSaturated(prediction(one)),
    uncalibrated: { ...prediction(one), throughput: 2 * prediction(one).throughput },
  })),
};

class Killed extends Error {}

/** Work that notes what it is asked for, and is killed before its `until`th plan, counted over all cells. */
class FakeWork implements CellWork {
  readonly prepared: string[] = [];
  readonly ran: string[] = [];
  readonly concluded: string[] = [];
  readonly #until: number;
  code = "1";

  constructor(until = Number.POSITIVE_INFINITY) {
    this.#until = until;
  }

  digests(): Record<string, string> {
    return { "sim/": this.code, "the topology": "1" };
  }

  async prepare({ name }: Cell): Promise<PreparedCell> {
    this.prepared.push(name);
    return PREPARED;
  }

  async run(
    { name }: Cell,
    _prepared: PreparedCell,
    plans: readonly Plan[],
    onPlan: (plan: Plan, summaries: ReturnType<typeof summary>[]) => void,
  ): Promise<void> {
    for (const one of plans) {
      if (this.ran.length === this.#until) throw new Killed();
      this.ran.push(`${name} ${one.id}`);
      onPlan(one, [summary(one)]);
    }
  }

  async conclude({ name }: Cell, prepared: PreparedCell): Promise<PreparedCell> {
    this.concluded.push(name);
    return { ...prepared, concluded: true };
  }
}

const said: string[] = [];
function options(given: Partial<MatrixOptions> = {}): MatrixOptions {
  said.length = 0;
  return {
    runs,
    seed: 1,
    budget: Number.POSITIVE_INFINITY,
    fresh: false,
    signal: new AbortController().signal,
    now: () => 0,
    say: (line) => said.push(line),
    ...given,
  };
}

const ALL = CELLS.flatMap(({ name }) => PLANS.map(({ id }) => `${name} ${id}`)).sort();

test("every plan of every cell runs once, cells in an order of the seed", async () => {
  const work = new FakeWork();
  expect(await runMatrix(CELLS, work, options())).toEqual(CELLS);
  expect(work.ran.toSorted()).toEqual(ALL);
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const again = new FakeWork();
    await runMatrix(CELLS, again, options({ seed, fresh: true }));
    orders.add(again.prepared.join(""));
  }
  expect(orders.size).toBeGreaterThan(3);
});

test.each([0, 1, 4, 5, 7, 14])("killed before plan %i, the same call goes on where it stopped", async (until) => {
  const killed = new FakeWork(until);
  await expect(runMatrix(CELLS, killed, options())).rejects.toThrow(Killed);
  const next = new FakeWork();
  expect(await runMatrix(CELLS, next, options())).toEqual(CELLS);
  expect([...killed.ran, ...next.ran].toSorted()).toEqual(ALL);
  // Nor is a cell prepared or concluded twice.
  for (const step of ["prepared", "concluded"] as const)
    expect([...killed[step], ...next[step]].toSorted()).toEqual(["a", "b", "c"]);
});

test("killed after its runs, a cell is concluded by the next call and runs nothing again", async () => {
  const killed = new FakeWork();
  killed.conclude = () => Promise.reject(new Killed());
  await expect(runMatrix(CELLS, killed, options())).rejects.toThrow(Killed);
  const [first] = killed.prepared;
  expect(() => outcomeOf({ ...CELL, name: first! }, runs)).toThrow(/: it was not measured after its runs$/);
  const next = new FakeWork();
  await runMatrix(CELLS, next, options());
  expect(next.ran).toHaveLength(ALL.length - PLANS.length);
  expect(next.concluded.toSorted()).toEqual(["a", "b", "c"]);
});

test("what a kill leaves half written is not taken for a result", async () => {
  await expect(runMatrix(CELLS, new FakeWork(2), options())).rejects.toThrow(Killed);
  const [cell] = readdirSync(runs);
  writeFileSync(join(runs, cell!, "plans", `${PLANS[3]!.id}.json.123.tmp`), '{"plan":');
  const next = new FakeWork();
  await runMatrix(CELLS, next, options());
  expect(next.ran).toHaveLength(ALL.length - 2);
});

test("when all is done, nothing is done", async () => {
  await runMatrix(CELLS, new FakeWork(), options());
  const again = new FakeWork();
  expect(await runMatrix(CELLS, again, options())).toEqual(CELLS);
  expect([again.prepared, again.ran, said]).toEqual([[], [], []]);
});

test("changed sources start cells anew, and it says what has changed", async () => {
  await expect(runMatrix(CELLS, new FakeWork(7), options())).rejects.toThrow(Killed);
  const work = new FakeWork();
  work.code = "2";
  await runMatrix(CELLS, work, options());
  expect(work.ran.toSorted()).toEqual(ALL);
  expect(said.filter((line) => line.endsWith(": sim/ has changed: it starts anew"))).toHaveLength(2);
});

test("a spent budget starts no more cells, and finished ones count", async () => {
  let time = 0;
  const now = () => time++ * 10;
  // Looked at once at the beginning, then before each cell.
  const finished = await runMatrix(CELLS, new FakeWork(), options({ budget: 15, now }));
  expect(finished).toHaveLength(1);
  expect(said.filter((line) => line.includes("the budget is spent"))).toHaveLength(2);
  const rest = await runMatrix(CELLS, new FakeWork(), options());
  expect(rest).toEqual(CELLS);
});

test("ctrl-C ends it between two cells, and what was finished is kept", async () => {
  const controller = new AbortController();
  const work = new FakeWork();
  const prepare = work.prepare.bind(work);
  work.prepare = async (cell) => {
    if (work.prepared.length === 1) controller.abort(new Interrupted("interrupted"));
    return prepare(cell);
  };
  await expect(runMatrix(CELLS, work, options({ signal: controller.signal }))).rejects.toThrow(Interrupted);
  expect(work.ran).toHaveLength(PLANS.length);
});

test("a finished cell's folder has its comparisons; an unfinished one says what is missing", async () => {
  await expect(runMatrix(CELLS, new FakeWork(7), options())).rejects.toThrow(Killed);
  const [first, second] = CELLS.filter(({ name }) => new CellStore(runs, name).prepared() !== null).toSorted(
    (a, b) => done(b) - done(a),
  );
  const { comparison, uncalibrated, verdicts } = outcomeOf(first!, runs);
  expect(comparison.plans.map(({ error }) => error.throughput)).toEqual(PLANS.map(() => 0));
  expect(uncalibrated.plans.map(({ error }) => error.throughput)).toEqual(PLANS.map(() => expect.closeTo(1, 9)));
  expect(Object.values(verdicts)).toEqual(PLANS.map(() => "saturated"));
  expect(() => outcomeOf(second!, runs)).toThrow(/: plan .* was not run to its end$/);
  expect(() => outcomeOf({ ...CELL, name: "none" }, runs)).toThrow(/cell\.json: no such file$/);
});

function done({ name }: Cell): number {
  const store = new CellStore(runs, name);
  return PLANS.filter(({ id }) => store.runs(id) !== null).length;
}

test("digests name what differs", () => {
  const now = codeDigests();
  expect(Object.keys(now)).toEqual(["sim/", "kernels/", "live/", "protos/"]);
  expect(changed(now, codeDigests())).toBeNull();
  expect(changed(now, { ...now, "kernels/": "other" })).toBe("kernels/");
  expect(changed(now, { ...now, more: "1" })).toBe("more");
});
