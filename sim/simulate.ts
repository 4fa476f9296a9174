import { type LinkFlow, SharedLink } from "./engine/link.ts";
import { SharedProcessor } from "./engine/processor.ts";
import { RandomStream } from "./engine/random.ts";
import { Scheduler } from "./engine/scheduler.ts";
import type { Costs } from "./model/costs.ts";
import { PodServer } from "./model/pod-server.ts";
import type { Plan } from "./plan.ts";
import { emptyPodTrace, type Trace } from "./trace.ts";

/** One simulated run: what the testbed would record, and how busy what pods share was. */
export interface SimulatedRun {
  readonly trace: Trace;
  /** Core-seconds used over core-seconds there were, per host; bytes carried over bytes that would have fitted, per link and direction. */
  readonly resources: readonly { readonly kind: "host" | "link"; readonly name: string; readonly value: number }[];
}

/**
 * Runs a plan in the twin: FIFO pods on shared hosts, windowed hops over shared links. The same plan, costs and replication
 * give the same bytes everywhere.
 * @param costs from `costsOf`; @param replication chooses the random streams.
 */
export function simulate(plan: Plan, costs: Costs, replication: number): SimulatedRun {
  const { frames, warmup, load, seed } = plan.workload;
  const scheduler = new Scheduler();
  const stream = (...path: (string | number)[]) => new RandomStream(seed, "replication", replication, ...path);
  const hosts = new Map<string, SharedProcessor>();
  for (const { name } of plan.hosts) {
    const cores = costs.cores.get(name);
    if (cores === undefined)
      throw new RangeError(`host ${name}: its number of cores is neither in the topology nor in the profile`);
    hosts.set(name, new SharedProcessor(scheduler, cores));
  }
  const hostOf = (node: string) => hosts.get(plan.nodes.find(({ name }) => name === node)!.host)!;

  const pods = plan.pods.map((pod, i) => {
    const streams = {
      compute: stream(pod.name, "compute"),
      receive: stream(pod.name, "receive"),
      send: stream(pod.name, "send"),
      thread: stream(pod.name, "thread"),
      wakeUp: stream(pod.name, "wake-up"),
    };
    const window = plan.hops[i]?.window ?? 0;
    const punctual = i === 0 && load.kind === "rate";
    return new PodServer(
      scheduler,
      hostOf(pod.node),
      costs.pods[i]!,
      streams,
      costs.gaps,
      { window, workers: plan.workers, punctual },
      emptyPodTrace(pod.name, pod.node, frames, { workers: plan.workers }),
    );
  });

  const links = new Map<string, SharedLink>();
  plan.hops.forEach((hop, i) => {
    const cost = costs.hops[i]!;
    const [from, to] = [pods[i]!, pods[i + 1]!];
    const delays = stream("hop", i, "delay");
    const acknowledgements = stream("hop", i, "acknowledgement");
    // They share one TCP connection with the frames: neither those nor these overtake each other.
    let lastBack = 0;
    to.acknowledgeUpstream = (next) => {
      lastBack = Math.max(lastBack, scheduler.now + acknowledgements.pick(cost.acknowledgement));
      scheduler.at(lastBack, () => from.acknowledged(next));
    };
    let flow: LinkFlow | null = null;
    if (hop.link !== null) {
      const name = `${plan.pods[i]!.node}>${plan.pods[i + 1]!.node}`;
      const link = links.get(name) ?? new SharedLink(scheduler, cost.bandwidth, 0);
      links.set(name, link);
      flow = link.flow();
    }
    let last = 0;
    const arrive = (frame: number) => {
      const thread = to.thread() === "cold" ? "cold" : "idle";
      const delay = delays.pick(cost.delay[thread]) - to.meanReceive(thread);
      last = Math.max(last, scheduler.now + Math.max(0, delay));
      scheduler.at(last, () => to.arrive(frame, thread));
    };
    const relayHost = hostOf(plan.pods[i]!.node);
    from.transmit = (frame) => {
      const bytes = cost.payload[frame % cost.payload.length]!;
      from.trace.sentBytes[frame] = bytes;
      if (flow === null) return arrive(frame);
      if (cost.relayCpuPerByte > 0) relayHost.submit(cost.relayCpuPerByte * bytes, () => {});
      flow.send(
        bytes,
        () => arrive(frame),
        () => {},
      );
    };
  });

  const scheduled = new Float64Array(frames).fill(Number.NaN);
  const source = pods[0]!;
  if (load.kind === "rate") {
    const late = stream("lateness");
    for (let frame = 0; frame < frames; frame++) {
      scheduled[frame] = frame / load.rate;
      scheduler.at(scheduled[frame]! + Math.max(0, late.pick(costs.lateness)), () => source.due(frame + 1));
    }
  } else source.due(frames);
  scheduler.run();
  if (load.kind === "saturated") scheduled.set(source.trace.start);

  const trace: Trace = {
    plan: plan.id,
    origin: "twin",
    repeat: replication,
    frames,
    warmup,
    scheduled,
    pods: pods.map((pod) => pod.trace),
  };
  const resources: { kind: "host" | "link"; name: string; value: number }[] = [];
  for (const [name, processor] of hosts) {
    resources.push({ kind: "host", name, value: share(processor.delivered, scheduler.now * costs.cores.get(name)!) });
  }
  plan.hops.forEach((hop, i) => {
    if (hop.link === null) return;
    const name = `${plan.pods[i]!.node}>${plan.pods[i + 1]!.node}`;
    if (resources.some((resource) => resource.name === name)) return;
    resources.push({
      kind: "link",
      name,
      value: share(links.get(name)!.carried, scheduler.now * costs.hops[i]!.bandwidth),
    });
  });
  return { trace, resources };
}

/** 0 of nothing is 0: a run may take no time. */
function share(used: number, available: number): number {
  return available > 0 ? used / available : 0;
}
