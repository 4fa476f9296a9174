import type { Variates } from "./distribution.ts";
import type { StationSums } from "./station-sums.ts";

/** A thing of each of four stations. */
export type Each<T> = readonly [T, T, T, T];

/**
 * Four stations in a row that are passed together, job by job: a job's time at one only waits for its own time at the one before and
 * for the job before it at the same, so that a processor works on four chains of additions at once. Columns hold times, a job's at
 * the same place of each.
 */
export interface Four {
  /** When each job came to the first: as many places before the job's own as it is `late`. */
  readonly entries: Float64Array;
  readonly late: number;
  /** Fewer than four where the line has no more; the others take no time. */
  readonly services: readonly Variates[];
  /** Services, of the block. */
  readonly draws: Each<Float64Array>;
  /** When each left, which is to be found. */
  readonly lefts: Each<Float64Array>;
  /** When jobs left the next station: the one that was `back` jobs before made room. Zeros where there is always room. */
  readonly rooms: Each<Float64Array>;
  readonly backs: Each<number>;
  /** 1: a job is served from when there is room for it (blocking before service); 0: it waits for that when it has been served. */
  readonly roomFirst: 0 | 1;
  /** At none of them is there a limit. */
  readonly free: boolean;
  /** Sums over the block's jobs, of each station: waits, then time blocked. */
  readonly sums: Float64Array;
  /** Where sums go: as many as services. */
  readonly stations: readonly StationSums[];
}

/** The greater of 0 and a number, exactly: without a branch, as it would be foreseen wrongly too often. */
function above(x: number): number {
  return 0.5 * (x + Math.abs(x));
}

/** There is always room: Lindley's recursion. @param at Place of the block in the columns; it is about jobs `first..end - 1` of that. */
export function passFreely(four: Four, at: number, first: number, end: number): void {
  const { entries, late, sums } = four;
  const [draws0, draws1, draws2, draws3] = four.draws;
  const [lefts0, lefts1, lefts2, lefts3] = four.lefts;
  let left0 = lefts0[at + first - 1]!;
  let left1 = lefts1[at + first - 1]!;
  let left2 = lefts2[at + first - 1]!;
  let left3 = lefts3[at + first - 1]!;
  let wait0 = sums[0]!;
  let wait1 = sums[1]!;
  let wait2 = sums[2]!;
  let wait3 = sums[3]!;
  for (let i = first; i < end; i++) {
    const time = entries[at + i - late]!;
    let wait = above(left0 - time);
    wait0 += wait;
    left0 = time + draws0[i]! + wait;
    lefts0[at + i] = left0;
    wait = above(left1 - left0);
    wait1 += wait;
    left1 = left0 + draws1[i]! + wait;
    lefts1[at + i] = left1;
    wait = above(left2 - left1);
    wait2 += wait;
    left2 = left1 + draws2[i]! + wait;
    lefts2[at + i] = left2;
    wait = above(left3 - left2);
    wait3 += wait;
    left3 = left2 + draws3[i]! + wait;
    lefts3[at + i] = left3;
  }
  sums[0] = wait0;
  sums[1] = wait1;
  sums[2] = wait2;
  sums[3] = wait3;
}

/**
 * A limited buffer, of which a job learns by who made room: with blocking after service it has been served by then, with blocking before
 * service it is served from then on, `max(room, ready) + service` being `max(room + service, ready + service)`, rounded or not.
 */
export function passBlocking(four: Four, at: number, first: number, end: number): void {
  const { entries, late, roomFirst, sums } = four;
  const [draws0, draws1, draws2, draws3] = four.draws;
  const [lefts0, lefts1, lefts2, lefts3] = four.lefts;
  const [rooms0, rooms1, rooms2, rooms3] = four.rooms;
  const [back0, back1, back2, back3] = four.backs;
  let left0 = lefts0[at + first - 1]!;
  let left1 = lefts1[at + first - 1]!;
  let left2 = lefts2[at + first - 1]!;
  let left3 = lefts3[at + first - 1]!;
  let wait0 = sums[0]!;
  let wait1 = sums[1]!;
  let wait2 = sums[2]!;
  let wait3 = sums[3]!;
  let blocked0 = sums[4]!;
  let blocked1 = sums[5]!;
  let blocked2 = sums[6]!;
  let blocked3 = sums[7]!;
  for (let i = first; i < end; i++) {
    const time = entries[at + i - late]!;
    let service = draws0[i]!;
    let ready = Math.max(time, left0);
    let finish = ready + service;
    wait0 += ready - time;
    left0 = Math.max(rooms0[at + i - back0]! + roomFirst * service, finish);
    blocked0 += left0 - finish;
    lefts0[at + i] = left0;
    service = draws1[i]!;
    ready = Math.max(left0, left1);
    finish = ready + service;
    wait1 += ready - left0;
    left1 = Math.max(rooms1[at + i - back1]! + roomFirst * service, finish);
    blocked1 += left1 - finish;
    lefts1[at + i] = left1;
    service = draws2[i]!;
    ready = Math.max(left1, left2);
    finish = ready + service;
    wait2 += ready - left1;
    left2 = Math.max(rooms2[at + i - back2]! + roomFirst * service, finish);
    blocked2 += left2 - finish;
    lefts2[at + i] = left2;
    service = draws3[i]!;
    ready = Math.max(left2, left3);
    finish = ready + service;
    wait3 += ready - left2;
    left3 = Math.max(rooms3[at + i - back3]! + roomFirst * service, finish);
    blocked3 += left3 - finish;
    lefts3[at + i] = left3;
  }
  sums[0] = wait0;
  sums[1] = wait1;
  sums[2] = wait2;
  sums[3] = wait3;
  sums[4] = blocked0;
  sums[5] = blocked1;
  sums[6] = blocked2;
  sums[7] = blocked3;
}

/** Adds up the services of so many jobs, station by station. */
export function servicesOf({ draws: [draws0, draws1, draws2, draws3] }: Four, jobs: number): Each<number> {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < jobs; i++) {
    sum0 += draws0[i]!;
    sum1 += draws1[i]!;
    sum2 += draws2[i]!;
    sum3 += draws3[i]!;
  }
  return [sum0, sum1, sum2, sum3];
}
