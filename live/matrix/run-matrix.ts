import { RandomStream } from "../../sim/engine/random.ts";
import type { Cell } from "../../sim/matrix/cell.ts";
import type { Plan } from "../../sim/plan.ts";
import { shuffled } from "../../sim/statistics/shuffled.ts";
import type { Summary } from "../../sim/summary.ts";
import { changed, type Digests } from "./code-digest.ts";
import { CellStore, type PreparedCell } from "./store.ts";

/** The work of one cell. */
export interface CellWork {
  /** What a cell's results depend on: if that changes, they are no longer its. */
  digests(cell: Cell): Digests;
  /** Calibrates and predicts. */
  prepare(cell: Cell): Promise<PreparedCell>;
  /** Runs plans, in this order as far as pods allow; `onPlan` is called when one has run as often as it should. */
  run(
    cell: Cell,
    prepared: PreparedCell,
    plans: readonly Plan[],
    onPlan: (plan: Plan, summaries: readonly Summary[]) => void,
  ): Promise<void>;
  /** Calibrates for the last time, and predicts what has been run with all that is known then. */
  conclude(cell: Cell, prepared: PreparedCell): Promise<PreparedCell>;
}

export interface MatrixOptions {
  /** Folder of the matrix' results. */
  readonly runs: string;
  /** Of the order of the cells. */
  readonly seed: number;
  /** Seconds after which no cell is started any more. */
  readonly budget: number;
  /** Forgets the cells that are there. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  /** Seconds, from anywhere. */
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/**
 * Works the cells off in random order, so that whatever a host does over hours, and a budget that ends before the cells do, is
 * unfair to none. What an earlier call finished is not done again, plan by plan.
 * @returns the cells that are finished, in the order of `cells`.
 * @throws whatever the work throws; what was finished before is kept.
 */
export async function runMatrix(cells: readonly Cell[], work: CellWork, options: MatrixOptions): Promise<Cell[]> {
  const { runs, seed, budget, fresh, signal, now, say } = options;
  const begin = now();
  const order = shuffled(cells, new RandomStream(seed, "order of cells"));
  const finished = new Set<string>();
  for (const [i, cell] of order.entries()) {
    signal.throwIfAborted();
    const store = new CellStore(runs, cell.name);
    if (fresh) store.clear();
    const digests = work.digests(cell);
    const kept = keptOf(store, digests, (reason) => say(`${cell.name}: ${reason}: it starts anew`));
    const started = kept?.plans.some(({ plan }) => store.runs(plan.id) !== null);
    const missing = kept?.plans.filter(({ plan }) => store.runs(plan.id) === null) ?? null;
    if (missing?.length === 0 && kept!.concluded) {
      finished.add(cell.name);
      continue;
    }
    if (now() - begin > budget) {
      say(`${cell.name}: left out, the budget is spent`);
      continue;
    }
    say(`${cell.name}: cell ${i + 1} of ${order.length}${started ? `, ${missing!.length} plans are left` : ""}`);
    const prepared = kept ?? (await work.prepare(cell));
    if (kept === null) store.keep(prepared, digests);
    signal.throwIfAborted();
    const plans = (missing ?? prepared.plans).map(({ plan }) => plan);
    await work.run(cell, prepared, plans, (plan, summaries) => store.keepRuns(plan.id, summaries));
    signal.throwIfAborted();
    store.keep(await work.conclude(cell, prepared), digests);
    finished.add(cell.name);
  }
  return cells.filter(({ name }) => finished.has(name));
}

/** The prepared cell of an earlier call, if it is of the same sources. */
function keptOf(store: CellStore, digests: Digests, say: (reason: string) => void): PreparedCell | null {
  const kept = store.prepared();
  if (kept === null) return null;
  const what = changed(kept.digests, digests);
  if (what === null) return kept;
  say(`${what} has changed`);
  store.clear();
  return null;
}
