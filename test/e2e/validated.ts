import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { parseTrace } from "../../live/artefacts.ts";
import type { Comparison } from "../../sim/comparison.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Trace } from "../../sim/trace.ts";
import { typed as edgetwin } from "../cli/edgetwin.ts";
import { everyLaw } from "../laws/traces.ts";

/** What `edgetwin validate` left. */
export class Validated {
  readonly folder: string;
  readonly comparison: Comparison;

  constructor(folder: string, comparison: Comparison) {
    this.folder = folder;
    this.comparison = comparison;
  }

  get plans(): readonly Plan[] {
    return JSON.parse(this.read("plan.json")) as Plan[];
  }

  get profile(): Profile {
    return JSON.parse(this.read("profile.json")) as Profile;
  }

  read(...path: string[]): string {
    return readFileSync(join(this.folder, ...path), "utf8");
  }

  /** A live trace, which keeps the laws. */
  trace(plan: Plan, repeat = 0): Trace {
    const name = `${plan.id}.live-${repeat}.jsonl`;
    const trace = parseTrace(this.read("traces", name), name);
    everyLaw(
      trace,
      plan.hops.map(({ window }) => window),
    );
    return trace;
  }
}

/** Validates a topology, which must end well: every byte of every plan's output was the same, whatever was predicted. */
export async function validated(topology: string, flags: string): Promise<Validated> {
  const runs = mkdtempSync(join(tmpdir(), "edgetwin-e2e-"));
  const where = ["--runs", runs, "--name", "run", "--output", "json"];
  const { code, stdout, stderr } = await edgetwin(["validate", topology, ...flags.split(" "), ...where]);
  expect(stderr).toContain("report: ");
  expect(code).toBe(0);
  return new Validated(join(runs, "run"), JSON.parse(stdout) as Comparison);
}
