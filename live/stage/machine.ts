import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { jetpackOf, l4tRelease } from "./jetpack.ts";

/** Clocks that cores share, as cpufreq tells them, Hz. */
export interface Clock {
  /** Of the cores, as the kernel numbers them. */
  readonly cpus: readonly number[];
  readonly now: number;
  /** Between which the governor may choose. */
  readonly least: number;
  readonly most: number;
  readonly governor: string;
}

export interface Temperature {
  /** Of the thermal zone: `CPU-therm`. */
  readonly zone: string;
  readonly celsius: number;
}

/** What a process can tell of the machine that it runs on. What is not readable from there is `null`, or missing from a list. */
export interface Machine {
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  /** Cores that this process may use at once, its CPU limit aside. */
  readonly cores: number;
  /** Cores that are switched on, and those there are: a Jetson's power mode switches some off. `null`: not told. */
  readonly online: number | null;
  readonly present: number | null;
  /** Model of the cores. */
  readonly cpu: string;
  /** Bytes in all. */
  readonly memoryBytes: number | null;
  /** Version of the kernel. */
  readonly kernel: string | null;
  /** Version of Node. */
  readonly node: string;
  /** Of the board, by its device tree: `NVIDIA Jetson AGX Xavier`. */
  readonly board: string | null;
  /** Release of Jetson Linux: `35.4.1`. */
  readonly l4t: string | null;
  /** Version of JetPack that goes with it. */
  readonly jetpack: string | null;
  /** Name of nvpmodel's mode: `MODE_15W`. */
  readonly powerMode: string | null;
  readonly clocks: readonly Clock[];
  readonly temperatures: readonly Temperature[];
}

/** What of a machine its files don't tell. */
export type Process = Pick<Machine, "arch" | "cores" | "node">;

const OWN = (): Process => ({ arch: process.arch, cores: availableParallelism(), node: process.version });

/**
 * Reads what a machine tells of itself in files; none of them needs rights, and none has to be there.
 * @param root folder that stands for `/`. @param own of the process that reads.
 */
export function readMachine(root = "/", own: Process = OWN()): Machine {
  const read = (path: string) => textOf(join(root, path));
  const info = read("proc/cpuinfo") ?? "";
  const total = Number(/^MemTotal:\s+(\d+) kB/m.exec(read("proc/meminfo") ?? "")?.[1] ?? Number.NaN);
  const release = read("etc/nv_tegra_release");
  const l4t = release === null ? null : l4tRelease(release);
  return {
    ...own,
    online: countOf(read("sys/devices/system/cpu/online")),
    present: countOf(read("sys/devices/system/cpu/present")),
    cpu: modelOf(info),
    memoryBytes: Number.isNaN(total) ? null : total * 1024,
    kernel: read("proc/sys/kernel/osrelease"),
    // Containers don't see the device tree.
    board: read("proc/device-tree/model"),
    l4t,
    jetpack: l4t === null ? null : jetpackOf(l4t),
    powerMode: powerMode(read("var/lib/nvpmodel/status"), read("etc/nvpmodel.conf")),
    clocks: clocksIn(root),
    temperatures: temperaturesIn(root),
  };
}

/**
 * What of a machine decides how fast it is, in one line, to be compared with that of another day: board, L4T, power mode, the cores that
 * are switched on, the clocks that they may have. `null`: it tells nothing but what every machine does.
 */
export function tuningOf(machine: Machine): string | null {
  const { board, l4t, powerMode: mode, online, present, clocks } = machine;
  const parts = [
    board,
    l4t === null ? null : `L4T ${l4t}`,
    mode === null ? null : `power mode ${mode}`,
    online === null || online === present ? null : `${online} of ${present} cores on`,
    ...clocks.map(({ cpus, least, most, governor }) => `cpu ${rangeText(cpus)} ${megahertz(least, most)} ${governor}`),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(", ");
}

function megahertz(least: number, most: number): string {
  const [low, high] = [least, most].map((hertz) => Math.round(hertz / 1e6));
  return low === high ? `${high} MHz` : `${low}-${high} MHz`;
}

/** `0-3,6` of 0, 1, 2, 3 and 6. */
export function rangeText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** How many `0-3,6` are. */
function countOf(ranges: string | null): number | null {
  if (ranges === null || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(ranges)) return null;
  return ranges.split(",").reduce((sum, range) => {
    const [from, to = from] = range.split("-").map(Number) as [number, number?];
    return sum + to - from + 1;
  }, 0);
}

/** A core's model; kernels that give an ARM core no name tell its maker and part. */
function modelOf(info: string): string {
  const value = (key: string) => new RegExp(`^${key}\\s*: *(.+)$`, "m").exec(info)?.[1]?.trim();
  const [maker, part] = [value("CPU implementer"), value("CPU part")];
  return value("model name") ?? (maker === undefined ? "unknown" : `implementer ${maker} part ${part}`);
}

/** The mode that nvpmodel keeps, or as long as nobody has set one, its default. */
function powerMode(status: string | null, config: string | null): string | null {
  const kept = /^pmode:(\d+)/m.exec(status ?? "")?.[1] ?? /^< *PM_CONFIG +DEFAULT=(\d+)/m.exec(config ?? "")?.[1];
  if (kept === undefined) return null;
  const id = Number(kept);
  const names = (config ?? "").matchAll(/^< *POWER_MODEL +ID=(\d+) +NAME=([^ >]+)/gm);
  return Array.from(names).find(([, one]) => Number(one) === id)?.[2] ?? `${id}`;
}

function clocksIn(root: string): Clock[] {
  const folder = join(root, "sys/devices/system/cpu");
  const clocks: Clock[] = [];
  const cpus = namesIn(folder)
    .flatMap((name) => /^cpu(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  for (const cpu of cpus) {
    const read = (name: string) => textOf(join(folder, `cpu${cpu}/cpufreq/scaling_${name}`));
    const hertz = (name: string) => Number(read(name) ?? Number.NaN) * 1e3;
    const clock = { now: hertz("cur_freq"), least: hertz("min_freq"), most: hertz("max_freq") };
    const governor = read("governor");
    // A core that is switched off tells nothing.
    if (governor === null || Object.values(clock).some(Number.isNaN)) continue;
    const same = clocks.findIndex(
      (one) => one.governor === governor && one.least === clock.least && one.most === clock.most,
    );
    if (same < 0) clocks.push({ cpus: [cpu], ...clock, governor });
    else {
      const { cpus: others, now, ...rest } = clocks[same]!;
      clocks[same] = { cpus: [...others, cpu], now: Math.max(now, clock.now), ...rest };
    }
  }
  return clocks;
}

function temperaturesIn(root: string): Temperature[] {
  const folder = join(root, "sys/class/thermal");
  return namesIn(folder)
    .filter((name) => name.startsWith("thermal_zone"))
    .sort((a, b) => Number(a.slice(12)) - Number(b.slice(12)))
    .flatMap((name) => {
      const zone = textOf(join(folder, name, "type"));
      const celsius = Number(textOf(join(folder, name, "temp")) ?? Number.NaN) / 1e3;
      // A zone that is not measured says -256, or 0.
      return zone === null || !(celsius > 0) ? [] : [{ zone, celsius }];
    });
}

/** A file's text, without the NUL that ends it in a device tree; `null` if there is none, or none that may be read. */
function textOf(path: string): string | null {
  try {
    const text = readFileSync(path, "utf8").replace(/\0+$/, "").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
