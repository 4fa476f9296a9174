import type { RandomStream } from "../engine/random.ts";
import type { Costs } from "../model/costs.ts";
import type { Latencies } from "../model/latencies.ts";
import { offeredBy, summaryOf } from "../model/line.ts";
import type { Priced, Streams } from "../model/pod-maker.ts";
import { scheduleOf } from "../model/schedule.ts";
import type { Resource } from "../model/shared.ts";
import { LEAST_SLEEP } from "../model/stalls.ts";
import { coolingOf, IDLE } from "../model/thread.ts";
import type { Plan } from "../plan.ts";
import type { Gaps } from "../profile.ts";
import { mean } from "../statistics/moments.ts";
import type { Summary } from "../summary.ts";
import { CompiledCommons } from "./commons.ts";
import { CostStore, DRAWS } from "./cost-store.ts";
import type { Address, CompiledEngine } from "./engine.ts";
import { CompiledSums } from "./sums.ts";

/** Plain lines, laid out in the memory of the compiled engine, where they run. */
export class CompiledLines {
  readonly #engine: CompiledEngine;
  readonly #commons: CompiledCommons;
  readonly #costs: CostStore;
  readonly #gaps = new Map<Gaps, Address>();
  readonly #lines: CompiledLine[] = [];

  /** What was laid out before is gone. @param sources of events that there will be, at most. */
  constructor(engine: CompiledEngine, sources: number, lines: readonly Priced[]) {
    this.#engine = engine;
    engine.prepare(sources);
    this.#commons = new CompiledCommons(engine);
    this.#commons.add(lines);
    this.#costs = new CostStore(engine);
  }

  /** @param latencies For those of its frames. */
  add(priced: Priced, streams: Streams, latencies: Latencies): CompiledLine {
    const { exports } = this.#engine;
    const { plan } = priced;
    const { frames, load } = plan.workload;
    const schedule = scheduleOf(plan, streams("arrivals"));
    const times = schedule === null ? 0 : this.#engine.putNumbers(schedule);
    const records = this.#records(plan, times);
    exports.deliverTo(records.at(-1)!, records[0]!, this.#lines.length);
    const pods = plan.pods.map((_, i) => this.#pod(priced, i, streams, records[i]!));
    for (let i = 0; i < plan.hops.length; i++) this.#hop(priced, i, streams, [pods[i]!, pods[i + 1]!]);
    if (load.kind === "saturated") exports.saturate(pods[0]!, frames);
    else {
      const lateness = this.#costs.draws(priced.costs.lateness);
      const state = this.#engine.putStates(streams("lateness"));
      const stalls = this.#stalls(priced.costs, streams("stall"));
      exports.source(pods[0]!, load.rate, frames, times, lateness, state, stalls);
    }
    const sums = plan.pods.map(({ name, node }, i) => {
      return new CompiledSums(this.#engine, records[i]!, { pod: name, node, workers: plan.workers });
    });
    const line = new CompiledLine(plan, sums, latencies, offeredBy(plan, schedule));
    this.#lines.push(line);
    return line;
  }

  #records({ pods, workload: { warmup, load } }: Plan, schedule: Address): Address[] {
    const records: Address[] = [];
    for (let i = 0; i < pods.length; i++) {
      const rate = i === 0 && load.kind === "rate" ? load.rate : 0;
      records.push(this.#engine.exports.record(records[i - 1] ?? 0, warmup, rate, i === 0 ? schedule : 0));
    }
    return records;
  }

  #pod({ plan, costs }: Priced, i: number, streams: Streams, record: Address): Address {
    const { name, node } = plan.pods[i]!;
    const { compute, receive, send, handover, emulated } = costs.pods[i]!;
    const { exports } = this.#engine;
    const own = [streams(name, "compute"), streams(name, "receive"), streams(name, "send"), streams(name, "thread")];
    const states = this.#engine.putStates(...own);
    const pod = exports.pod(
      this.#commons.hostOf(plan, node).address,
      record,
      this.#gapsOf(costs.gaps),
      // As an integer of 32 bits; more than all frames is no limit.
      Math.min(plan.hops[i]?.window ?? 0, plan.workload.frames),
      this.#costs.draws(compute),
      this.#costs.draws(receive),
      this.#costs.draws(send),
      this.#costs.draws(handover),
      states,
    );
    if (emulated !== null) {
      const { receive, compute, send } = emulated;
      exports.emulate(pod, receive, compute, send, this.#stalls(costs, streams(name, "stall")));
    }
    return pod;
  }

  #hop({ plan, costs }: Priced, i: number, streams: Streams, [from, to]: readonly [Address, Address]): void {
    const { delay, acknowledgement, payload, relayCpuPerByte } = costs.hops[i]!;
    const { receive } = costs.pods[i + 1]!;
    const back = this.#costs.draws(acknowledgement);
    const bytes = this.#costs.put(payload);
    const states = this.#engine.putStates(streams("hop", i, "delay"), streams("hop", i, "acknowledgement"));
    this.#engine.exports.hop(
      from,
      to,
      this.#commons.linkOf(plan, costs, i)?.address ?? 0,
      mean(receive.idle),
      mean(receive.cold),
      bytes,
      payload.length,
      relayCpuPerByte,
      this.#costs.draws(delay),
      back + IDLE * DRAWS,
      states,
    );
  }

  #stalls({ stalls }: Costs, stream: RandomStream): Address {
    if (stalls === null) return 0;
    const { probability, seconds } = stalls;
    const [samples, state] = [this.#costs.put(seconds), this.#engine.putStates(stream)];
    return this.#engine.exports.stalls(probability, LEAST_SLEEP, samples, seconds.length, state);
  }

  #gapsOf(gaps: Gaps): Address {
    const { idle, cold, cooling, span } = coolingOf(gaps);
    const known = this.#gaps.get(gaps) ?? this.#engine.exports.gaps(idle, cold, cooling, span);
    this.#gaps.set(gaps, known);
    return known;
  }

  /** Until nothing is left to happen. */
  run(): void {
    const latencies = this.#lines.map((line) => line.latencies);
    this.#engine.run(latencies, () => {
      for (const line of this.#lines) line.settle();
    });
  }

  /** Events that have happened. */
  get events(): number {
    return this.#engine.exports.happened();
  }

  /** Simulation time, seconds. */
  get now(): number {
    return this.#engine.exports.time();
  }

  resources(): Resource[] {
    return this.#commons.resources(this.now);
  }
}

/** A line of {@link CompiledLines}, as long as no others are laid out. */
export class CompiledLine {
  readonly plan: Plan;
  readonly latencies: Latencies;
  /** Frames per second that came due after warm-up; `null` where that is as the load says. */
  readonly offered: number | null;
  readonly #sums: readonly CompiledSums[];

  constructor(plan: Plan, sums: readonly CompiledSums[], latencies: Latencies, offered: number | null) {
    this.plan = plan;
    this.#sums = sums;
    this.latencies = latencies;
    this.offered = offered;
  }

  /** All its latencies are known. */
  settle(): void {
    this.#sums.at(-1)!.tellAll();
  }

  /** Statistics of the run. */
  summary(): Summary {
    return summaryOf(this.plan, this.#sums, this.latencies);
  }
}
