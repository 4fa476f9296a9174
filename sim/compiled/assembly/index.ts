import { advance, kindOf, now, objectOf, prepareAgenda } from "./agenda";
import { cross } from "./hop";
import { instantDue, prepareInstants, shiftInstant } from "./instants";
import { ACKNOWLEDGEMENT, DELIVERY, DUE, HOST, LINK } from "./kinds";
import { Link, leave, leaving, settleLink, tagOf } from "./link";
import { reset } from "./memory";
import { acknowledged, arrive, due, finished, settle, timer, turn } from "./pod";
import { finish, Processor, settleProcessor } from "./processor";
import { Hop, Pod } from "./shapes";
import { comesDue, Source } from "./source";
import { COLD, IDLE } from "./thread";
import { shiftFrom } from "./timeline";

export { draws } from "./draws";
export { hop } from "./hop";
export { carried, link } from "./link";
export { take } from "./memory";
export { emulate, gaps, pod } from "./pod";
export { delivered, processor } from "./processor";
export { deliverTo, record, tellAll } from "./record";
export { source } from "./source";
export { stalls } from "./stalls";

let events: f64 = 0;

/** Forgets all that was simulated before. @param sources of events that there will be, at most. */
export function prepare(sources: i32): void {
  reset();
  prepareAgenda(sources);
  prepareInstants();
  events = 0;
}

/** All frames of a pod are due at once. */
export function saturate(it: Pod, frames: i32): void {
  due(it, frames);
  settle(it);
}

/** So many events: false when nothing is left to happen. */
export function run(limit: i32): bool {
  for (let count = 0; count < limit; count++) {
    if (instantDue()) {
      const what = shiftInstant();
      const it = changetype<Pod>(what & ~1);
      if ((what & 1) == 0) turn(it);
      else finished(it);
      settle(it);
    } else {
      const source = advance();
      if (source < 0) {
        events += <f64>count;
        return false;
      }
      happen(kindOf(source), objectOf(source));
    }
  }
  events += <f64>limit;
  return true;
}

function happen(kind: i32, it: usize): void {
  if (kind == HOST) {
    const host = changetype<Processor>(it);
    const task = changetype<Pod>(finish(host));
    if (changetype<usize>(task) == 0) settleProcessor(host);
    else {
      finished(task);
      settle(task);
    }
  } else if (kind == LINK) {
    const link = changetype<Link>(it);
    const flow = leaving(link);
    const frame = tagOf(flow);
    leave(link);
    settleLink(link);
    cross(changetype<Hop>(flow.owner), frame);
  } else if (kind == DELIVERY) {
    const hop = changetype<Hop>(it);
    const tag = shiftFrom(hop.deliveries);
    arrive(hop.to, tag >> 1, (tag & 1) == 1 ? COLD : IDLE);
    settle(hop.to);
  } else if (kind == ACKNOWLEDGEMENT) {
    const hop = changetype<Hop>(it);
    acknowledged(hop.from, shiftFrom(hop.acknowledgements));
    settle(hop.from);
  } else if (kind == DUE) {
    const source = changetype<Source>(it);
    comesDue(source);
    settle(source.pod);
  } else {
    const pod = changetype<Pod>(it);
    timer(pod);
    settle(pod);
  }
}

/** Simulation time, seconds. */
export function time(): f64 {
  return now;
}

/** Events that have happened. */
export function happened(): f64 {
  return events;
}
