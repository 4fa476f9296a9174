import { readFileSync } from "node:fs";
import { freemem, loadavg } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { type Machine, readMachine } from "../stage/machine.ts";
import { type Check, checksOf } from "./check.ts";

/** What else is looked at of the machine that edgetwin runs on. */
export interface Doings {
  /** Processes that want a core, on average of the last minute. */
  readonly load: number;
  /** Of all CPU time, what a hypervisor gave to others while it was looked; `null`: not told. */
  readonly steal: number | null;
  /** Bytes that programs may have. */
  readonly available: number;
  /** Most files that a process may have open, most processes; `null`: not told, or as many as one likes. */
  readonly files: number | null;
  readonly processes: number | null;
}

/** Seconds over which stolen CPU time is looked at. */
const LOOK_SECONDS = 1;

const GIB = 2 ** 30;

/** A run with a thousand idle connections and its pods' threads fit in. */
const FILES = 4096;
const PROCESSES = 1024;

/** Looks at this machine, which takes a second. */
export async function ownMachine(): Promise<{ readonly machine: Machine; readonly doings: Doings }> {
  const before = textOf("/proc/stat");
  await wait(LOOK_SECONDS * 1e3);
  const limits = textOf("/proc/self/limits");
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(textOf("/proc/meminfo"))?.[1] ?? Number.NaN);
  return {
    machine: readMachine(),
    doings: {
      load: loadavg()[0]!,
      steal: stealBetween(before, textOf("/proc/stat")),
      available: Number.isNaN(available) ? freemem() : available * 1024,
      files: limitOf(limits, "Max open files"),
      processes: limitOf(limits, "Max processes"),
    },
  };
}

/** Share of all CPU time between two readings of `/proc/stat`; `null` where the kernel does not tell. */
export function stealBetween(before: string, after: string): number | null {
  const [first, second] = [before, after].map((text) => {
    // user nice system idle iowait irq softirq steal; guests are in user already.
    const times = /^cpu +(.*)$/m.exec(text)?.[1]?.split(" ").slice(0, 8).map(Number) ?? [];
    return { steal: times[7], all: times.reduce((sum, time) => sum + time, 0) };
  });
  if (first?.steal === undefined || second?.steal === undefined || second.all <= first.all) return null;
  return (second.steal - first.steal) / (second.all - first.all);
}

/** The hard limit, which Node takes for itself; `null` for none. */
function limitOf(limits: string, name: string): number | null {
  const hard = new RegExp(`^${name} +\\S+ +(\\d+)`, "m").exec(limits)?.[1];
  return hard === undefined ? null : Number(hard);
}

export function machineChecks({ machine, doings }: { readonly machine: Machine; readonly doings: Doings }): Check[] {
  const { ok, warning, wrong } = checksOf("this machine");
  const { arch, cores, cpu, node, board, l4t, jetpack, powerMode, online, present, clocks, temperatures } = machine;
  const { load, steal, available, files, processes } = doings;
  const checks = [ok("cores", `${cores} of ${cpu} (${arch}), Node ${node}`)];
  if (board !== null || l4t !== null) {
    const release = l4t === null ? [] : [`L4T ${l4t}${jetpack === null ? "" : ` (JetPack ${jetpack})`}`];
    checks.push(ok("board", [...(board === null ? [] : [board]), ...release].join(", ")));
  }
  if (online !== null && present !== null && online < present) {
    const mode = powerMode === null ? "" : `, power mode ${powerMode}`;
    const advice =
      l4t === null ? "echo 1 >/sys/devices/system/cpu/cpuN/online" : "sudo nvpmodel -m 0 has all of them on";
    checks.push(warning("power mode", `${online} of ${present} cores are on${mode}`, advice));
  } else if (powerMode !== null) checks.push(ok("power mode", powerMode));
  for (const { cpus, least, most, governor } of clocks) {
    const what = clocks.length === 1 ? "clocks" : `clocks of ${cpus[0]}`;
    const found = `${governor}, ${Math.round(least / 1e6)} to ${Math.round(most / 1e6)} MHz`;
    const steady = least === most || governor === "performance";
    const advice = l4t === null ? "cpupower frequency-set --governor performance" : "sudo jetson_clocks holds them";
    checks.push(steady ? ok(what, found) : warning(what, `${found}: costs depend on what ran just before`, advice));
  }
  const hottest = [...temperatures].sort((a, b) => b.celsius - a.celsius)[0];
  if (hottest !== undefined) {
    const found = `${hottest.celsius.toFixed(0)} degrees at most (${hottest.zone})`;
    checks.push(
      hottest.celsius < 80
        ? ok("temperature", found)
        : warning(
            "temperature",
            `${found}: it may slow down`,
            "let it cool, or have its fan run: sudo jetson_clocks --fan",
          ),
    );
  }
  checks.push(
    load < 0.5 * cores
      ? ok("load", `${load.toFixed(2)} on ${cores} cores`)
      : warning(
          "load",
          `${load.toFixed(2)} on ${cores} cores: what else runs is in every measurement`,
          "end it, or wait",
        ),
  );
  if (steal !== null) {
    const found = `${(steal * 100).toFixed(1)} % of its time went to other virtual machines`;
    checks.push(
      steal < 0.01
        ? ok("steal", found)
        : warning("steal", found, "measure at another hour, on dedicated cores, or with more --repeats"),
    );
  }
  const memory = `${(available / GIB).toFixed(1)} GiB are free`;
  if (available < GIB / 4)
    checks.push(wrong("memory", memory, "end other programs: a pod of large frames takes 256 MiB"));
  else if (available < GIB)
    checks.push(warning("memory", memory, "enough for small frames; end other programs for large ones"));
  else checks.push(ok("memory", memory));
  if (files !== null)
    checks.push(
      files >= FILES
        ? ok("open files", `${files}`)
        : warning("open files", `${files} at most`, `ulimit -Hn ${FILES}, or LimitNOFILE`),
    );
  if (processes !== null && processes < PROCESSES)
    checks.push(warning("processes", `${processes} at most`, `ulimit -Hu ${PROCESSES}, or LimitNPROC`));
  return checks;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not Linux.
    return "";
  }
}
