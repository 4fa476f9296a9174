/** Lines of queues: what a user of the library needs. */
export type { Distribution } from "./distribution.ts";
export type { Arrivals, Line, Station } from "./line.ts";
export { type LineRun, simulateLine } from "./simulate-line.ts";
export type { LineResult, StationResult } from "./summary.ts";
