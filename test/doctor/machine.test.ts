import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { difference, fingerprint, ownSurroundings } from "../../live/measure/fingerprint.ts";
import { jetpackOf, l4tRelease } from "../../live/stage/jetpack.ts";
import { type Machine, rangeText, readMachine, tuningOf } from "../../live/stage/machine.ts";

const folder = mkdtempSync(join(tmpdir(), "edgetwin-machine-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A folder with these files, as the root of a machine. */
function root(files: Readonly<Record<string, string>>): string {
  const at = join(folder, String(count++));
  mkdirSync(at);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  return at;
}

const own = { arch: "arm64", cores: 4, node: "v24.1.0" };

const clock = (cpu: number, now: number, governor = "schedutil") => {
  const at = `sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_`;
  return {
    [`${at}cur_freq`]: `${now}\n`,
    [`${at}min_freq`]: "115200\n",
    [`${at}max_freq`]: "1190400\n",
    [`${at}governor`]: `${governor}\n`,
  };
};

const zone = (n: number, type: string, temp: string) => ({
  [`sys/class/thermal/thermal_zone${n}/type`]: `${type}\n`,
  [`sys/class/thermal/thermal_zone${n}/temp`]: `${temp}\n`,
});

/** An AGX Xavier at 15 W: four of its eight cores are switched off. */
const XAVIER = {
  "etc/nv_tegra_release":
    "# R35 (release), REVISION: 4.1, GCID: 33958178, BOARD: t186ref, EABI: aarch64, DATE: Tue Aug  1 19:57:35 UTC 2023\n",
  "etc/nvpmodel.conf":
    "# comment\n< POWER_MODEL ID=0 NAME=MAXN >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=2 NAME=MODE_15W >\nCPU_ONLINE CORE_4 0\n< PM_CONFIG DEFAULT=2 >\n",
  "var/lib/nvpmodel/status": "pmode:0002",
  "proc/device-tree/model": "NVIDIA Jetson AGX Xavier Developer Kit\0",
  "proc/cpuinfo":
    "processor\t: 0\nmodel name\t: ARMv8 Processor rev 0 (v8l)\nCPU implementer\t: 0x4e\nCPU part\t: 0x004\n",
  "proc/meminfo": "MemTotal:       31892108 kB\nMemFree: 1 kB\n",
  "proc/sys/kernel/osrelease": "5.10.120-tegra\n",
  "sys/devices/system/cpu/online": "0-3\n",
  "sys/devices/system/cpu/present": "0-7\n",
  "sys/devices/system/cpu/cpu7/online": "0\n",
  ...clock(0, 1_190_400),
  ...clock(1, 115_200),
  ...clock(2, 115_200),
  ...clock(3, 729_600),
  ...zone(0, "CPU-therm", "41500"),
  ...zone(1, "GPU-therm", "-256000"),
  ...zone(10, "thermal-fan-est", "39250"),
  ...zone(2, "AUX-therm", "40000"),
};

describe("a Jetson AGX Xavier", () => {
  const machine = readMachine(root(XAVIER), own);

  test("tells its board, release, power mode, clocks and temperatures", () => {
    expect(machine).toEqual({
      ...own,
      online: 4,
      present: 8,
      cpu: "ARMv8 Processor rev 0 (v8l)",
      memoryBytes: 31_892_108 * 1024,
      kernel: "5.10.120-tegra",
      board: "NVIDIA Jetson AGX Xavier Developer Kit",
      l4t: "35.4.1",
      jetpack: "5.1.2",
      powerMode: "MODE_15W",
      clocks: [{ cpus: [0, 1, 2, 3], now: 1_190_400e3, least: 115_200e3, most: 1_190_400e3, governor: "schedutil" }],
      temperatures: [
        { zone: "CPU-therm", celsius: 41.5 },
        { zone: "AUX-therm", celsius: 40 },
        { zone: "thermal-fan-est", celsius: 39.25 },
      ],
    });
  });

  test("its speed is told in a line that another power mode changes", () => {
    expect(tuningOf(machine)).toBe(
      "NVIDIA Jetson AGX Xavier Developer Kit, L4T 35.4.1, power mode MODE_15W, 4 of 8 cores on, cpu 0-3 115-1190 MHz schedutil",
    );
    const most = readMachine(root({ ...XAVIER, "var/lib/nvpmodel/status": "pmode:0000 fmode:quiet" }), own);
    expect(most.powerMode).toBe("MAXN");
    expect(tuningOf(most)).not.toBe(tuningOf(machine));
  });

  test("what a container does not see of it is null; cores and clocks tell the power mode still", () => {
    const hidden = Object.entries(XAVIER).filter(([path]) => !/^(?:etc|var|proc\/device-tree)\//.test(path));
    const inside = readMachine(root(Object.fromEntries(hidden)), own);
    expect(inside).toMatchObject({ board: null, l4t: null, jetpack: null, powerMode: null });
    expect(tuningOf(inside)).toBe("4 of 8 cores on, cpu 0-3 115-1190 MHz schedutil");
  });

  test.each([
    ["nobody has set a mode: the default's", { "var/lib/nvpmodel/status": "" }, "MODE_15W"],
    ["the file of modes is not readable: its number", { "etc/nvpmodel.conf": "" }, "2"],
    ["neither is", { "var/lib/nvpmodel/status": "", "etc/nvpmodel.conf": "" }, null],
  ])("power mode where %s", (_, files, mode) => {
    expect(readMachine(root({ ...XAVIER, ...files }), own).powerMode).toBe(mode);
  });

  test("after jetson_clocks the clocks stand still", () => {
    const at = "sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq";
    const pinned = readMachine(root({ ...clock(0, 1_190_400), [at]: "1190400\n" }), own);
    expect(tuningOf(pinned)).toBe("cpu 0 1190 MHz schedutil");
  });

  test("clusters of cores with clocks of their own are told each", () => {
    const machine = readMachine(root({ ...clock(0, 1), ...clock(1, 1), ...clock(10, 1, "performance") }), own);
    expect(machine.clocks.map(({ cpus }) => cpus)).toEqual([[0, 1], [10]]);
  });
});

test("a machine that tells nothing", () => {
  const machine = readMachine(root({}), own);
  const nothing: Machine = {
    ...{ ...own, online: null, present: null, cpu: "unknown", memoryBytes: null, kernel: null, board: null },
    ...{ l4t: null, jetpack: null, powerMode: null, clocks: [], temperatures: [] },
  };
  expect(machine).toEqual(nothing);
  expect(tuningOf(machine)).toBeNull();
});

test("this machine tells what it is", () => {
  const machine = readMachine();
  expect(machine).toMatchObject({ arch: process.arch, node: process.version });
  expect(machine.cores).toBeGreaterThan(0);
  if (process.platform === "linux") expect(machine.memoryBytes).toBeGreaterThan(2 ** 28);
});

test.each([
  ["# R35 (release), REVISION: 4.1, GCID: 1", "35.4.1", "5.1.2"],
  ["# R32 (release), REVISION: 5, GCID: 1", "32.5.0", "4.5"],
  ["# R36 (release), REVISION: 4.3, GCID: 1", "36.4.3", "6.2"],
  ["# R99 (release), REVISION: 1.0, GCID: 1", "99.1.0", null],
])("%s", (text, l4t, jetpack) => {
  expect(l4tRelease(text)).toBe(l4t);
  expect(jetpackOf(l4t)).toBe(jetpack);
});

test("a release that is written otherwise is not guessed", () => {
  expect(l4tRelease("L4T 35.4.1")).toBeNull();
});

test("core numbers as ranges", () => {
  expect(rangeText([0, 1, 2, 3, 6])).toBe("0-3,6");
  expect(rangeText([])).toBe("");
});

test("a profile that was measured in another power mode does not fit", () => {
  const print = fingerprint("subject", ownSurroundings(["edge"]));
  const [slow, fast] = [
    { ...print, tuning: "power mode MODE_15W" },
    { ...print, tuning: "power mode MAXN" },
  ];
  expect(difference(slow, fast)).toBe("tuning was power mode MODE_15W, is power mode MAXN");
  const silent = { ...print, tuning: "" };
  expect(difference(slow, silent)).toBe("tuning was power mode MODE_15W, is not told");
  expect(difference(slow, slow)).toBeNull();
});
