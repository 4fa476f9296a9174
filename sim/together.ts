import { compiledEngine } from "./compiled/engine.ts";
import { type CompiledLine, CompiledLines } from "./compiled/lines.ts";
import { arePlain, isPlain, SCHEDULED } from "./compiled/plain.ts";
import type { Latencies } from "./model/latencies.ts";
import { Line, sourcesOf } from "./model/line.ts";
import type { Priced, Streams } from "./model/pod-maker.ts";
import { type Resource, Shared } from "./model/shared.ts";
import { Simulation } from "./model/simulation.ts";

/** A plan that is to be run. */
export interface Unrun extends Priced {
  readonly streams: Streams;
  /** For those of its frames; `null`: the trace is wanted, and not the summary, as it has to be where frames may be dropped or done again. */
  readonly latencies: Latencies | null;
}

/** Plans that have been run together. */
export interface Together<L> {
  /** As they were given; a compiled one until others are run. */
  readonly lines: readonly L[];
  /** Of hosts, and of links by direction. */
  readonly resources: readonly Resource[];
  /** Simulation time that it took. */
  readonly seconds: number;
  /** Events that it took. */
  readonly events: number;
}

/** Runs lines together, by the compiled engine where that knows all that is in them: the same to the last bit. */
export function runTogether(lines: readonly Unrun[]): Together<Line | CompiledLine> {
  const engine = areCompiled(lines) ? compiledEngine() : null;
  if (engine === null) return interpreted(lines);
  const compiled = new CompiledLines(engine, allSources(lines), lines);
  const ran = lines.map((line) => compiled.add(line, line.streams, line.latencies!));
  compiled.run();
  return { lines: ran, resources: compiled.resources(), seconds: compiled.now, events: compiled.events };
}

/** The same, by the engine that knows all there may be. */
export function interpreted(lines: readonly Unrun[]): Together<Line> {
  const simulation = new Simulation(allSources(lines));
  const shared = new Shared(simulation);
  shared.add(lines);
  const ran = lines.map((line) => new Line(simulation, shared, line, line.streams, line.latencies));
  simulation.run();
  // What was to happen to a line after its end has put the clock back to that: another line may have ended later.
  const { agenda } = simulation;
  agenda.now = ran.reduce((last, { end }) => Math.max(last, end), agenda.now);
  return { lines: ran, resources: shared.resources(agenda.now), seconds: agenda.now, events: simulation.events };
}

/** The compiled engine knows all that is in them. */
export function areCompiled(lines: readonly Unrun[]): boolean {
  if (!lines.every(({ plan, latencies }) => latencies !== null && isPlain(plan))) return false;
  const scheduled = lines.filter(({ plan: { workload } }) => workload.arrivals !== undefined);
  if (scheduled.reduce((sum, { plan }) => sum + plan.workload.frames, 0) > SCHEDULED) return false;
  // Lines may cost the same.
  for (const costs of new Set(lines.map(({ costs }) => costs))) if (!arePlain(costs)) return false;
  return true;
}

function allSources(lines: readonly Unrun[]): number {
  return lines.reduce((sum, { plan }) => sum + sourcesOf(plan), 0);
}
