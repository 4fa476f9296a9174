import { type Recorder, SEGMENTS } from "./recorder.ts";

/**
 * What the jobs that left one station spent there, seconds, added up; at the end of each of the recorder's segments it goes
 * there. Jobs are counted in the order in which they leave.
 */
export class StationSums {
  readonly #recorder: Recorder;
  readonly #station: number;
  #wait = 0;
  #service = 0;
  #blocked = 0;
  #left = 0;
  #segment = 0;
  #end: number;

  constructor(recorder: Recorder, station: number) {
    this.#recorder = recorder;
    this.#station = station;
    this.#end = recorder.bounds[1]!;
    this.#skipEmpty();
  }

  add(wait: number, service: number, blocked: number): void {
    this.#wait += wait;
    this.#service += service;
    this.#blocked += blocked;
    if (++this.#left === this.#end) this.#flush();
  }

  /** Adds the sums of some jobs, who lie in one segment. */
  addJobs(jobs: number, wait: number, service: number, blocked: number): void {
    this.#left += jobs - 1;
    this.add(wait, service, blocked);
  }

  #flush(): void {
    const at = this.#station * SEGMENTS + this.#segment;
    this.#recorder.waits[at] = this.#wait;
    this.#recorder.services[at] = this.#service;
    this.#recorder.blockeds[at] = this.#blocked;
    this.#wait = 0;
    this.#service = 0;
    this.#blocked = 0;
    this.#segment++;
    this.#skipEmpty();
  }

  #skipEmpty(): void {
    const { bounds } = this.#recorder;
    while (this.#segment < SEGMENTS && bounds[this.#segment + 1]! === this.#left) this.#segment++;
    this.#end = bounds[this.#segment + 1] ?? -1;
  }
}
