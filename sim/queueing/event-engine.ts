import { RandomStream } from "../engine/random.ts";
import { Agenda } from "./agenda.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import { Variates } from "./distribution.ts";
import type { Line } from "./line.ts";
import type { Recorder } from "./recorder.ts";
import { StationSums } from "./station-sums.ts";
import { WaitingRoom } from "./waiting-room.ts";

const UNLIMITED = 2 ** 31 - 1;

/** A line by events: arrivals are source 0 of the agenda, then come the servers, station by station. */
export class EventEngine {
  readonly #recorder: Recorder;
  readonly #arrivals: ArrivalTimes | null;
  readonly #before: boolean;
  readonly #last: number;
  readonly #agenda: Agenda;

  // By station.
  readonly #services: Variates[];
  readonly #waiting: WaitingRoom[];
  readonly #sums: StationSums[];
  readonly #places: Int32Array;
  /** Places that are taken: waiting, in service, blocked; and reserved, when blocking is before service. */
  readonly #taken: Int32Array;
  /** Idle servers: those at `#base[j]..#base[j] + #idle[j] - 1` of `#idles`. */
  readonly #idles: Int32Array;
  readonly #idle: Int32Array;
  readonly #base: Int32Array;
  /** Blocked servers, in order: a ring at the same place of `#blocks`. */
  readonly #blocks: Int32Array;
  readonly #blocked: Int32Array;
  readonly #firstBlocked: Int32Array;

  // By source.
  readonly #stationOf: Int32Array;
  /** When the job at hand came to the line, and to the station. */
  readonly #arrival: Float64Array;
  readonly #entry: Float64Array;
  readonly #wait: Float64Array;
  readonly #service: Float64Array;
  /** Time that the job at hand was blocked, before service or after it. */
  readonly #held: Float64Array;
  /** When it finished or, if idle, was left by, its last job. */
  readonly #since: Float64Array;

  /** The time. It is one number of an array, as a number that is not an integer takes memory as an argument of a call. */
  readonly #now = new Float64Array(1);
  /** Jobs that have come. */
  #came = 0;

  constructor(line: Line, recorder: Recorder, seed: number, searched?: number) {
    const { stations } = line;
    const servers = stations.map((station) => station.servers ?? 1);
    this.#recorder = recorder;
    this.#arrivals = line.arrivals.kind === "saturated" ? null : new ArrivalTimes(line.arrivals, seed);
    this.#before = line.blocking === "before-service";
    this.#last = stations.length - 1;
    this.#services = stations.map(({ service }, j) => new Variates(service, new RandomStream(seed, "service", j)));
    this.#waiting = stations.map(() => new WaitingRoom());
    this.#sums = stations.map((_, j) => new StationSums(recorder, j));
    this.#places = Int32Array.from(stations, ({ buffer = UNLIMITED }, j) => Math.min(buffer + servers[j]!, UNLIMITED));
    this.#taken = new Int32Array(stations.length);
    this.#base = Int32Array.from(stations, (_, j) => 1 + servers.slice(0, j).reduce((sum, c) => sum + c, 0));
    const sources = 1 + servers.reduce((sum, c) => sum + c, 0);
    this.#agenda = new Agenda(sources, searched);
    this.#idles = Int32Array.from({ length: sources }, (_, k) => k);
    this.#idle = Int32Array.from(servers);
    this.#blocks = new Int32Array(sources);
    this.#blocked = new Int32Array(stations.length);
    this.#firstBlocked = new Int32Array(stations.length);
    this.#stationOf = Int32Array.from([0, ...servers.flatMap((c, j) => new Array<number>(c).fill(j))]);
    this.#arrival = new Float64Array(sources);
    this.#entry = new Float64Array(sources);
    this.#wait = new Float64Array(sources);
    this.#service = new Float64Array(sources);
    this.#held = new Float64Array(sources);
    this.#since = new Float64Array(sources);
  }

  run(): void {
    const agenda = this.#agenda;
    const recorder = this.#recorder;
    const { jobs } = recorder;
    if (this.#arrivals === null) while (this.#startFromSource());
    else agenda.set(0, this.#arrivals.next());
    while (recorder.departures < jobs) {
      const source = agenda.next();
      this.#now[0] = agenda.time(source);
      if (source === 0) this.#arrive();
      else this.#finish(source);
    }
  }

  #arrive(): void {
    this.#came++;
    this.#arrival[0] = this.#now[0]!;
    this.#agenda.set(0, this.#came < this.#recorder.jobs ? this.#arrivals!.next() : Number.POSITIVE_INFINITY);
    this.#taken[0]!++;
    this.#enter(0, 0);
  }

  /** The job at hand of a source comes to a station, where a place is taken for it already. */
  #enter(j: number, source: number): void {
    const waiting = this.#waiting[j]!;
    if (waiting.length === 0 && this.#idle[j]! > 0 && (!this.#before || this.#hasRoom(j + 1))) {
      const server = this.#takeIdle(j);
      this.#arrival[server] = this.#arrival[source]!;
      this.#entry[server] = this.#now[0]!;
      this.#start(j, server);
    } else waiting.push(this.#arrival[source]!, this.#now[0]!);
  }

  /** Whether a job may go to a station. */
  #hasRoom(j: number): boolean {
    return j > this.#last || this.#taken[j]! < this.#places[j]!;
  }

  #takeIdle(j: number): number {
    const left = --this.#idle[j]!;
    return this.#idles[this.#base[j]! + left]!;
  }

  /** The one of the idle servers that has been so for longest: when its job could have begun, were there room. */
  #takeLongestIdle(j: number): number {
    const base = this.#base[j]!;
    const last = base + this.#idle[j]! - 1;
    let longest = last;
    for (let at = base; at < last; at++)
      if (this.#since[this.#idles[at]!]! < this.#since[this.#idles[longest]!]!) longest = at;
    const server = this.#idles[longest]!;
    this.#idles[longest] = this.#idles[last]!;
    this.#idles[last] = server;
    return this.#takeIdle(j);
  }

  /** A server begins with the job whose arrival and entry it has. */
  #start(j: number, server: number): void {
    const now = this.#now[0]!;
    const entry = this.#entry[server]!;
    const service = this.#services[j]!.next();
    let ready = now;
    if (this.#before) {
      // From when it could have begun, were there room.
      ready = Math.max(entry, this.#since[server]!);
      if (j < this.#last) this.#taken[j + 1]!++;
    }
    this.#wait[server] = ready - entry;
    this.#held[server] = now - ready;
    this.#service[server] = service;
    this.#agenda.set(server, now + service);
  }

  /** A server begins with the first job that waits. */
  #startWaiting(j: number, server: number): void {
    const waiting = this.#waiting[j]!;
    this.#arrival[server] = waiting.arrival;
    this.#entry[server] = waiting.entry;
    waiting.drop();
    this.#start(j, server);
  }

  /** A job of the saturated source, which came when the server was ready for it. @returns false if there is none to start. */
  #startFromSource(): boolean {
    if (this.#arrivals !== null || this.#came === this.#recorder.jobs || this.#idle[0] === 0) return false;
    if (this.#before && !this.#hasRoom(1)) return false;
    const server = this.#before ? this.#takeLongestIdle(0) : this.#takeIdle(0);
    this.#came++;
    this.#taken[0]!++;
    this.#arrival[server] = this.#since[server]!;
    this.#entry[server] = this.#since[server]!;
    this.#start(0, server);
    return true;
  }

  #finish(server: number): void {
    const j = this.#stationOf[server]!;
    if (j === this.#last) this.#recorder.departed(this.#arrival[server]!, this.#now[0]!);
    else if (this.#before) this.#enter(j + 1, server);
    else if (this.#taken[j + 1]! < this.#places[j + 1]!) {
      this.#taken[j + 1]!++;
      this.#enter(j + 1, server);
    } else {
      this.#agenda.set(server, Number.POSITIVE_INFINITY);
      this.#since[server] = this.#now[0]!;
      this.#block(j, server);
      return;
    }
    this.#leave(j, server);
  }

  #block(j: number, server: number): void {
    const servers = this.#servers(j);
    const at = (this.#firstBlocked[j]! + this.#blocked[j]!) % servers;
    this.#blocks[this.#base[j]! + at] = server;
    this.#blocked[j]!++;
  }

  #servers(j: number): number {
    return (j === this.#last ? this.#stationOf.length : this.#base[j + 1]!) - this.#base[j]!;
  }

  /** A job has gone from a server: the next one begins, and there is room for one of the station before. */
  #leave(from: number, by: number): void {
    let j = from;
    let server = by;
    for (;;) {
      this.#sums[j]!.add(this.#wait[server]!, this.#service[server]!, this.#held[server]!);
      this.#taken[j]!--;
      this.#since[server] = this.#now[0]!;
      if (this.#waiting[j]!.length > 0 && (!this.#before || this.#hasRoom(j + 1))) this.#startWaiting(j, server);
      else {
        this.#agenda.set(server, Number.POSITIVE_INFINITY);
        this.#idles[this.#base[j]! + this.#idle[j]!++] = server;
        if (j === 0) this.#startFromSource();
      }
      if (j === 0) return;
      if (this.#before) {
        this.#beginHeld(j - 1);
        return;
      }
      if (this.#blocked[j - 1] === 0) return;
      // The first blocked job moves in, and its server is free in turn.
      const first = this.#firstBlocked[j - 1]!;
      server = this.#blocks[this.#base[j - 1]! + first]!;
      this.#firstBlocked[j - 1] = (first + 1) % this.#servers(j - 1);
      this.#blocked[j - 1]!--;
      this.#taken[j]!++;
      this.#enter(j, server);
      j--;
      this.#held[server] = this.#now[0]! - this.#since[server]!;
    }
  }

  /** Blocking before service: an idle server begins with a job for which there was no room. */
  #beginHeld(j: number): void {
    if (this.#idle[j] === 0 || !this.#hasRoom(j + 1)) return;
    if (this.#waiting[j]!.length > 0) this.#startWaiting(j, this.#takeLongestIdle(j));
    else if (j === 0) this.#startFromSource();
  }
}
