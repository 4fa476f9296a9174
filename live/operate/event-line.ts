import { formatRate, formatSeconds, formatShare } from "../../sim/report/format.ts";
import type { Event } from "./journal.ts";

/** An event as a line to read; `null` where it tells a reader nothing. */
export function eventLine(event: Event & { readonly time?: string }): string | null {
  const text = textOf(event as Event & Record<string, never>);
  return text === null ? null : `${(event.time ?? "").slice(11, 19)}  ${text}`;
}

function textOf(event: Event & Readonly<Record<string, never>>): string | null {
  const { place, from, to, why } = event as unknown as Record<string, string>;
  switch (event.event) {
    case "deploys":
      return `deploys ${place}`;
    case "streams":
      return `${place} streams`;
    case "second": {
      const { split, delivered, throughput, p50 } = event as unknown as Second;
      const latency = p50 === null ? "" : `   p50 ${formatSeconds(p50)}`;
      return `${split}   ${delivered} frames   ${formatRate(throughput)}${latency}`;
    }
    case "step":
      return `to ${to}: ${event.step}`;
    case "moved": {
      const { pause, usual, deploy, warm, repeated } = event as unknown as Record<string, number>;
      return `moved from ${from} to ${to}: pause ${formatSeconds(pause!)} (usual interval ${formatSeconds(usual!)}), deployed in ${formatSeconds(deploy!)}, warm in ${formatSeconds(warm!)}, ${repeated} frames computed twice`;
    }
    case "not moved":
      return `not moved${to === undefined ? "" : ` to ${to}`}: ${why}`;
    case "autopilot fails":
      return `the autopilot can't tell what is best: ${why}`;
    case "believes":
      return null;
    case "judges": {
      const { best, gain, promise } = event as unknown as Judged;
      const promised = `a change is followed within ${formatSeconds(promise.total)}`;
      if (best === null || gain === null) return `${why}; ${promised}`;
      return `best other: ${best}, ${formatShare(gain)} better; stays: ${why}; ${promised}`;
    }
    case "moves":
    case "would move": {
      const { gain, promise } = event as unknown as Judged;
      return `${event.event} from ${from} to ${to}: ${formatShare(gain!)} better; deploys in ${formatSeconds(promise.deploy)}, pause at most ${formatSeconds(promise.pause)}`;
    }
    case "ended": {
      const { delivered, digest, repeated } = event as unknown as Record<string, number>;
      return `${delivered} frames, each once, in order (${repeated} came twice); SHA-256 of all ${digest}`;
    }
    default:
      return null;
  }
}

interface Second {
  readonly split: string;
  readonly delivered: number;
  readonly throughput: number;
  readonly p50: number | null;
}

interface Judged {
  readonly best: string | null;
  readonly gain: number | null;
  readonly promise: { readonly total: number; readonly deploy: number; readonly pause: number };
}
