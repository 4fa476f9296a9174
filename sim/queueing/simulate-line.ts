import { EventEngine } from "./event-engine.ts";
import { checkLine, type Line } from "./line.ts";
import { isMaxPlus, runMaxPlus } from "./max-plus.ts";
import { Recorder, SEGMENTS } from "./recorder.ts";
import { type LineResult, summarise } from "./summary.ts";

/** How a line is to be run. */
export interface LineRun {
  /** Jobs that come and depart; the run ends with the last one's departure. */
  readonly jobs: number;
  /** Every number but NaN has its own random streams: one for arrivals, one for each station. */
  readonly seed: number;
  /** Jobs to leave out, rounded up to a fortieth of all, of which one has to remain; left out, MSER finds the end of the warm-up. */
  readonly warmup?: number;
  /** Both give the same times: the recursion, where it can, is faster. Left out, the fastest that can. */
  readonly engine?: "events" | "max-plus";
}

/**
 * Simulates a line of stations. Memory does not depend on the number of jobs, only on how many are in the line at once. The same
 * line, seed and engine give the same bytes on every platform; either engine gives the same times but for rounding.
 * @throws RangeError if the line or the run is not valid, or the max-plus engine is asked for a station of several servers.
 */
export function simulateLine(line: Line, { jobs, seed, warmup, engine }: LineRun): LineResult {
  checkLine(line, jobs);
  const most = jobs - Math.ceil(jobs / SEGMENTS);
  if (warmup !== undefined && !(Number.isInteger(warmup) && warmup >= 0 && warmup <= most)) {
    throw new RangeError(`warmup(=${warmup}) should be an integer in 0..${most}: a fortieth of the jobs has to remain`);
  }
  if (engine === "max-plus" && !isMaxPlus(line)) {
    throw new RangeError("engine(=max-plus) should be events: a station has several servers");
  }
  const recorder = new Recorder(jobs, line.stations.length);
  if (engine !== "events" && isMaxPlus(line)) runMaxPlus(line, recorder, seed);
  else new EventEngine(line, recorder, seed).run();
  return summarise(line, recorder, warmup);
}
