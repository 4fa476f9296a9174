import type { Agenda } from "../engine/agenda.ts";
import type { Instants } from "../engine/instants.ts";
import type { RandomStream } from "../engine/random.ts";
import type { PodRecord } from "./record.ts";
import type { SentFrames } from "./sent-frames.ts";
import type { PodHost } from "./slow-processor.ts";
import type { Speeds } from "./speeds.ts";
import type { Stalls } from "./stalls.ts";
import type { Waiting } from "./thread.ts";

export interface PodStreams {
  readonly compute: RandomStream;
  readonly receive: RandomStream;
  readonly send: RandomStream;
  /** With workers. */
  readonly wakeUp: RandomStream | null;
}

/** What a pod is besides its costs. */
export interface PodShape {
  readonly agenda: Agenda;
  readonly instants: Instants;
  readonly host: PodHost;
  readonly waiting: Waiting;
  readonly record: PodRecord;
  /** What the host calls its own thread's work, 0 or more. */
  readonly task: number;
  /** The frame that it begins with: 0, or another where it has been started again. */
  readonly first: number;
  /** What that has for a number if it is sent: another where frames before it were dropped. */
  readonly position: number;
  /** Of a source that may drop frames; `null`: of any other pod. */
  readonly sent: SentFrames | null;
  /** Frames that such a one keeps besides the window and those in the making. */
  readonly buffer: number;
  /** Frames that may be unacknowledged on the hop behind it. */
  readonly window: number;
  /** Threads that compute beside its own; 0: its own does. */
  readonly workers: number;
  /** It makes frames at a rate, and what computes them waits for each one's time. */
  readonly punctual: boolean;
  /** Sources in the agenda: of what its thread is held for, and of what it hears from its workers; -1: it has none. */
  readonly timer: number;
  readonly notices: number;
  /** Of an emulated node that is slower for a while; `null`: of any other. */
  readonly speeds: Speeds | null;
  /** Of such a node, and of any other `null`. */
  readonly stalls: Stalls | null;
}

/** What its thread's work on the host is, or what it is held for. */
export const CHORE = 0;
export const BEGIN = 1;
export const COMPUTE = 2;
export const COMPRESS = 3;
export type Doing = typeof CHORE | typeof BEGIN | typeof COMPUTE | typeof COMPRESS;
