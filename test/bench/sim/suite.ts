import { cpus } from "node:os";
import { median } from "../../../sim/statistics/quantile.ts";
import { W1 } from "./w1.ts";
import { W2 } from "./w2.ts";
import { W3 } from "./w3.ts";
import { W4 } from "./w4.ts";
import type { Outcome, Runner, Workload } from "./workload.ts";

const WORKLOADS: Readonly<Record<string, Workload>> = { W1, W2, W3, W4 };
/** Runs of each, of which the median counts; they take turns, as the machine's moods should be everybody's. */
const TURNS = 5;

/** @param args names of workloads, all if none is given; with how many jobs or frames, if not as usual: `W4=100000`. */
export async function bench(args: readonly string[]): Promise<void> {
  const asked = (args.length === 0 ? Object.keys(WORKLOADS) : args).map((arg) => {
    const [, name = arg, count] = /^(\w+)(?:=([1-9]\d*))?$/.exec(arg) ?? [];
    return { arg, workload: WORKLOADS[name], count: count === undefined ? undefined : Number(count) };
  });
  const unknown = asked.filter(({ workload }) => workload === undefined).map(({ arg }) => arg);
  if (unknown.length > 0) {
    const names = Object.keys(WORKLOADS).join(", ");
    process.stderr.write(
      `error: sim has no workload ${unknown.join(", ")}; there are: ${names}, each with =COUNT or without\n`,
    );
    process.exitCode = 2;
    return;
  }
  print(
    `one core of ${cpus()[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}; medians of ${TURNS} runs\n`,
  );
  print(
    "x: how many times as fast as the row's runner ours is; memory: the most, of the whole process, in the last run\n",
  );
  for (const { workload, count } of asked) await measure(workload!, count);
}

async function measure({ title, unit, check, turns = TURNS, runners }: Workload, count?: number): Promise<void> {
  print(`\n${title}${turns === TURNS ? "" : `; ${turns === 1 ? "one run" : `${turns} runs`}`}\n`);
  const present: { runner: Runner; outcomes: Outcome[] }[] = [];
  for (const runner of await runners(count)) {
    if ("missing" in runner) print(`${runner.name} is skipped: ${runner.missing}\n`);
    else present.push({ runner, outcomes: [] });
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const { runner, outcomes } of present) {
      const outcome = await runner.run();
      const value = outcome.values[check.name]!;
      if (!(Math.abs(value / check.exact - 1) <= check.tolerance)) {
        throw new Error(`${title}: ${runner.name} has ${check.name} ${value}, not ${check.exact}`);
      }
      outcomes.push(outcome);
    }
  }
  const rates = present.map(({ runner, outcomes }) => runner.jobs / median(outcomes.map(({ seconds }) => seconds)));
  const ours = present.flatMap(({ runner }, i) => (runner.ours ? [{ name: runner.name, rate: rates[i]! }] : []));
  print(row(["", unit, `${unit}/s`, ...ours.map(({ name }) => `${name} x`), check.name, "memory"]));
  present.forEach(({ runner, outcomes }, i) => {
    const { [check.name]: value, megabytes } = outcomes.at(-1)!.values;
    print(
      row([
        runner.name,
        String(runner.jobs),
        rate(rates[i]!),
        ...ours.map(({ rate }) => times(rate / rates[i]!)),
        value!.toPrecision(4),
        megabytes === undefined ? "" : `${megabytes.toFixed(0)} MB`,
      ]),
    );
  });
}

function rate(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M` : `${(perSecond / 1e3).toFixed(1)} k`;
}

function times(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2);
}

function row(cells: readonly string[]): string {
  const [first, ...rest] = cells;
  return `${(first!.padEnd(10) + rest.map((cell) => cell.padStart(11)).join("")).trimEnd()}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}
