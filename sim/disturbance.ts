/** How much of something is left while it is disturbed: a share of what there is otherwise (0..1), or an amount in its own unit. */
export type Left = { readonly share: number } | { readonly amount: number };

/** A link that carries less, in each direction: bytes per second; 0: it is cut. */
export interface SlowLink {
  readonly link: readonly [string, string];
  readonly bandwidth: Left;
  /** Seconds since the run's beginning, when its first frame is due. */
  readonly from: number;
  readonly until: number;
}

/** A node that is slower: its speed relative to its host's own. */
export interface SlowNode {
  readonly node: string;
  readonly speed: Left;
  readonly from: number;
  readonly until: number;
}

/** The pod of a stage is killed and started again: it serves again `restart` seconds after `at`. */
export interface Restart {
  /** Name of the stage, whatever others are in its pod. */
  readonly pod: string;
  readonly restart: number;
  readonly at: number;
}

/** All pods of a node are killed and started again, as when its machine is. */
export interface NodeRestart {
  readonly node: string;
  readonly restart: number;
  readonly at: number;
}

/** So many frames more come due at once; only at a rate. */
export interface Burst {
  readonly burst: number;
  readonly at: number;
}

/** Something that happens during a run. */
export type Disturbance = SlowLink | SlowNode | Restart | NodeRestart | Burst;

/**
 * When frames come due at a source that makes them at a rate, on average: every interval; as a Poisson process; as one that is on and
 * off by turns, for exponential times of these means in seconds (interrupted Poisson process: Kuczura, Bell System Technical Journal
 * 52(3), 1973); or so many at once, every so many intervals.
 */
export type Arrivals =
  | { readonly kind: "constant" }
  | { readonly kind: "poisson" }
  | { readonly kind: "on-off"; readonly on: number; readonly off: number }
  | { readonly kind: "batches"; readonly size: number };

/** When a disturbance begins, and when what it disturbs is as before, seconds. */
export function spanOf(disturbance: Disturbance): { readonly from: number; readonly until: number } {
  if ("from" in disturbance) return disturbance;
  const { at } = disturbance;
  return { from: at, until: "restart" in disturbance ? at + disturbance.restart : at };
}

/** What is left of an amount, never more than that: a what-if may have made it less than what a disturbance leaves. */
export function leftOf(left: Left, amount: number): number {
  if ("amount" in left) return Math.min(left.amount, amount);
  // Nothing of an unlimited amount is nothing.
  return left.share === 0 ? 0 : left.share * amount;
}

/** `poisson`, `batches of 20`, `on 2 s off 1 s`: as the topology file writes it. */
export function arrivalsText(arrivals: Arrivals): string {
  if (arrivals.kind === "on-off") return `on ${arrivals.on} s off ${arrivals.off} s`;
  return arrivals.kind === "batches" ? `batches of ${arrivals.size}` : arrivals.kind;
}

/** `link edge-server 10 % 2 s..5 s`: on one line, for people. */
export function disturbanceText(disturbance: Disturbance): string {
  if ("burst" in disturbance) return `burst ${disturbance.burst} at ${disturbance.at} s`;
  if ("restart" in disturbance) {
    const subject = "pod" in disturbance ? `pod ${disturbance.pod}` : `node ${disturbance.node}`;
    return `${subject} restart ${disturbance.restart} s at ${disturbance.at} s`;
  }
  const span = `${disturbance.from} s..${disturbance.until} s`;
  if ("node" in disturbance) return `node ${disturbance.node} ${leftText(disturbance.speed, String)} ${span}`;
  const bits = (bytes: number) => `${Number(((bytes * 8) / 1e6).toPrecision(4))} Mbit/s`;
  return `link ${disturbance.link.join("-")} ${leftText(disturbance.bandwidth, bits)} ${span}`;
}

function leftText(left: Left, amountText: (amount: number) => string): string {
  return "amount" in left ? amountText(left.amount) : `${Number((left.share * 100).toPrecision(12))}%`;
}

/** Whether it happens to the link between two nodes, whichever is named first. */
export function isOf({ link }: SlowLink, between: readonly [string, string]): boolean {
  return between.every((end) => link.includes(end));
}

/** What a source at a rate does with frames that it can't send in time. */
export const OVERFLOWS = ["block", "drop-oldest"] as const;
export type Overflow = (typeof OVERFLOWS)[number];
