import { setImmediate as turn } from "node:timers/promises";
import { findLink } from "../../sim/model/measured-pod.ts";
import {
  type Belief,
  believedProfile,
  distance,
  LOOKS,
  LOOKS_TO_FOLLOW,
  NO_BELIEF,
  type Observation,
  observed,
} from "../../sim/operate/belief.ts";
import {
  type Candidate,
  failedToMove,
  freshMind,
  judge,
  type Mind,
  movedTo,
  type Rules,
  type Verdict,
} from "../../sim/operate/judge.ts";
import { type LinkObservation, observeLink } from "../../sim/operate/observe-link.ts";
import { observeWork } from "../../sim/operate/observe-work.ts";
import { type Aim, fillingTime, gainOf, outlook } from "../../sim/operate/outlook.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Profile } from "../../sim/profile.ts";
import { now } from "../stage/clock.ts";
import type { Event } from "./journal.ts";
import { LinkProbe } from "./link-probe.ts";
import type { Reading } from "./meter.ts";
import type { Migration } from "./migration.ts";
import type { Operation } from "./operation.ts";
import { placeOf } from "./placement.ts";

export interface AutopilotOptions {
  /** The calibration's: what nothing else is known of is as it says. */
  readonly profile: Profile;
  /** Where the pipeline may be; where it is may be among them. */
  readonly candidates: readonly Plan[];
  readonly aim: Aim;
  readonly rules: Rules;
  /** Says what it would do, and does nothing. */
  readonly advises: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
  readonly tell: (event: Event) => void;
  /** Tells what goes wrong, too. */
  readonly migrate: (plan: Plan) => Promise<Migration>;
}

/** How long the next move takes, from a change of what is to the first frame that comes from another placement: seconds. */
export interface Promised {
  /** Until the change is believed, and judged as often as it takes. */
  readonly detect: number;
  readonly predict: number;
  readonly deploy: number;
  /** Of these, nothing is delivered for so long at most. */
  readonly pause: number;
  readonly total: number;
}

/** Replications of each placement: they come in pairs. */
const REPLICATIONS = 20;
/** What is believed has to change by so much that placements are predicted anew, and that it is told. */
const CHANGED = { predicted: 0.05, told: 0.1 };
/** Looks from one at a link that carries nothing to the next; but each, once one has told something new: off by so much. */
const PROBED = 3;
const SURPRISING = 0.2;

/** Keeps a pipeline where it is best: watches it, believes what it sees often enough, predicts, judges, and has it moved. */
export class Autopilot {
  readonly #operation: Operation;
  readonly #options: AutopilotOptions;
  readonly #probe: LinkProbe;
  #belief: Belief = NO_BELIEF;
  /** What was believed when placements were predicted last, what came of it, and of where. */
  #predicted: { belief: Belief; from: string; looks: number; candidates: readonly Candidate[] } | null = null;
  #mind: Mind;
  #predicting = 0;
  /** Looks since the last at links that carry nothing. */
  #unprobed = 0;
  #told: Belief = NO_BELIEF;
  #why = "";
  #closed = false;

  constructor(operation: Operation, options: AutopilotOptions) {
    const { profile, rules } = options;
    this.#operation = operation;
    this.#options = options;
    // What has just begun is looked at for as long as what was just moved.
    this.#mind = { ...freshMind(rules), moved: { at: now(), from: "" } };
    this.#probe = new LinkProbe(operation.deployment, profile);
  }

  /** One look, and what follows from it. @throws Error if what is best can't be told. */
  async look({ trace }: Reading): Promise<void> {
    const { profile, tell, rules, advises, migrate } = this.#options;
    if (this.#operation.moving) return;
    const { plan } = this.#operation.line;
    this.#belief = observed(this.#belief, await this.#observe(trace), profile);
    if (distance(this.#told, this.#belief) > CHANGED.told) {
      this.#told = this.#belief;
      tell({ event: "believes", ...summary(this.#belief) });
    }
    const candidates = await this.#candidates(plan);
    if (this.#closed) return;
    const verdict = judge(candidates, now(), this.#mind, rules);
    this.#mind = verdict.mind;
    this.#tellOf(verdict);
    if (verdict.to === null) return;
    const { id, gain, interval, pause } = verdict.to;
    const to = this.#options.candidates.find((one) => placeOf(one) === id)!;
    tell({
      event: advises ? "would move" : "moves",
      from: placeOf(plan),
      to: id,
      gain,
      interval,
      promise: this.promise(pause),
    });
    const moved = advises || (await migrate(to).catch(() => null)) !== null;
    this.#mind = moved ? movedTo(this.#mind, placeOf(plan), id, now(), rules) : failedToMove(this.#mind, now());
  }

  /** What a change would take to be followed, as far as that is known now. */
  promise(pause: number): Promised {
    const { interval, rules } = this.#options;
    // A change comes in the middle of a look, whose median it does not move yet; and links that are not used are looked at more rarely.
    const detect = (PROBED + LOOKS_TO_FOLLOW + rules.confirm - 1) * interval;
    const predict = rules.confirm * this.#predicting;
    const deploy = this.#operation.deploying;
    return { detect, predict, deploy, pause, total: detect + predict + deploy + pause };
  }

  /** A look in progress ends soon, and without a move. */
  close(): void {
    this.#closed = true;
    this.#probe.close();
  }

  async #observe(trace: Reading["trace"]): Promise<Observation> {
    const { profile } = this.#options;
    const { plan } = this.#operation.line;
    const links =
      trace === null
        ? []
        : plan.hops.flatMap(({ link }, i) => {
            const cost = link && findLink(profile, link.between);
            return cost ? [observeLink(trace.pods[i]!, trace.pods[i + 1]!, cost, profile.acknowledgement)] : [];
          });
    const work = trace === null ? [] : plan.pods.flatMap((_, i) => observeWork(plan, i, trace.pods[i]!, profile) ?? []);
    if (++this.#unprobed >= PROBED) links.push(...(await this.#probed(plan)));
    return { links, work };
  }

  /** Links that candidates use and the pipeline does not. */
  async #probed(plan: Plan): Promise<LinkObservation[]> {
    const name = (between: readonly string[]) => between.join();
    const used = plan.hops.flatMap(({ link }) => (link === null ? [] : [name(link.between)]));
    const others = this.#options.candidates.flatMap(({ hops }) => hops.flatMap(({ link }) => link ?? []));
    const idle = new Map(
      others.filter(({ between }) => !used.includes(name(between))).map((link) => [name(link.between), link]),
    );
    const believed = believedProfile(this.#options.profile, this.#belief);
    const found: LinkObservation[] = [];
    this.#unprobed = 0;
    for (const link of idle.values()) {
      const known = findLink(believed, link.between)?.bandwidth ?? null;
      const seen = await this.#probe.look(link, known);
      if (seen === null) continue;
      found.push(seen);
      const off = (seen.bandwidth ?? Number.POSITIVE_INFINITY) / (known ?? Number.POSITIVE_INFINITY);
      if (Math.max(off, 1 / off) > 1 + SURPRISING) this.#unprobed = PROBED;
    }
    return found;
  }

  /** Predicted anew if what is believed, or where the pipeline is, has changed; and when all looks are other ones, which may agree better. */
  async #candidates(plan: Plan): Promise<readonly Candidate[]> {
    const { profile, candidates, aim } = this.#options;
    const from = placeOf(plan);
    const last = this.#predicted;
    const same =
      last?.from === from && ++last.looks < LOOKS && distance(last.belief, this.#belief) <= CHANGED.predicted;
    if (same) return last.candidates;
    const begin = now();
    const believed = believedProfile(profile, this.#belief);
    const here = outlook(plan, believed, aim, REPLICATIONS);
    const judged: Candidate[] = [];
    for (const other of candidates) {
      if (placeOf(other) === from) continue;
      // Frames that have come meanwhile are delivered between two predictions.
      await turn();
      if (this.#closed) return [];
      const there = outlook(other, believed, aim, REPLICATIONS);
      judged.push({ id: placeOf(other), ...gainOf(here, there), pause: fillingTime(other, believed) });
    }
    this.#predicting = now() - begin;
    this.#predicted = { belief: this.#belief, from, looks: 0, candidates: judged };
    return judged;
  }

  /** Only what is new. */
  #tellOf({ best, why }: Verdict): void {
    const text = `${best?.id} ${why}`;
    if (text === this.#why) return;
    this.#why = text;
    const { id = null, gain = null, interval = null } = best ?? {};
    this.#options.tell({ event: "judges", best: id, gain, interval, why, promise: this.promise(best?.pause ?? 0) });
  }
}

/** What is believed, by name: bytes per second, seconds, or ratios to the calibration. */
function summary({ values }: Belief): { readonly values: Readonly<Record<string, number>> } {
  const middle = (seen: readonly number[]) => [...seen].sort((a, b) => a - b)[seen.length >> 1]!;
  return { values: Object.fromEntries([...values].map(([name, seen]) => [name, middle(seen)])) };
}
