import { z } from "zod";
import type { Arrivals, Disturbance, Left } from "../disturbance.ts";
import { mapping, parseFields } from "./fields.ts";
import type { Finding, Path } from "./problem.ts";
import { BANDWIDTH, DURATION, PERCENT_PATTERN, parsePercent, type Units } from "./units.ts";
import { aboveZero, integer, matching } from "./values.ts";

const TIME = matching(DURATION);
const FROM = TIME.describe("When it begins.");
const UNTIL = TIME.describe("When it ends, and all is as before.");
const AT = TIME.describe("When it happens.");

const BANDWIDTH_ALLOWED = "what is left: a bandwidth such as 10 Mbit/s, or a share such as 10%; 0% is none";
const SHARE = (text: string) => PERCENT_PATTERN.test(text) && Number.parseFloat(text) <= 100;
const SPEED_ALLOWED =
  "what is left: a speed relative to the host's own, above 0 and at most 1, or a share of the node's such as 50%";
const LINK_ALLOWED = "two names of nodes: [edge, server]";

const LINK = {
  link: z
    .tuple([z.string(LINK_ALLOWED), z.string(LINK_ALLOWED)], LINK_ALLOWED)
    .describe("The two nodes that it connects."),
  bandwidth: matching({
    allowed: BANDWIDTH_ALLOWED,
    pattern: new RegExp(`${BANDWIDTH.pattern.source}|${PERCENT_PATTERN.source}`),
  })
    .refine((text) => !text.endsWith("%") || SHARE(text), BANDWIDTH_ALLOWED)
    .describe("What is left of it in each direction: 10 Mbit/s, or a share: 10%; 0%: none."),
  from: FROM,
  until: UNTIL,
};
const NODE = {
  node: z.string("the name of a node").describe("The node that is slower."),
  speed: z
    .union(
      [
        z.number(SPEED_ALLOWED).gt(0, SPEED_ALLOWED).max(1, SPEED_ALLOWED),
        matching({ allowed: SPEED_ALLOWED, pattern: PERCENT_PATTERN }).refine(
          (text) => SHARE(text) && aboveZero(text),
          SPEED_ALLOWED,
        ),
      ],
      SPEED_ALLOWED,
    )
    .describe("What is left of it: relative to its host's own as in nodes, or a share of the node's: 50%."),
  from: FROM,
  until: UNTIL,
};
const POD = {
  pod: z.string("the name of a stage").describe("The stage whose pod is killed, whatever others are in it."),
  restart: TIME.refine(aboveZero, `above 0: ${DURATION.allowed}`).describe("After so long it serves again."),
  at: AT,
};
const BURST = {
  burst: integer(1, 1_000_000, "an integer from 1 to 1000000").describe(
    "So many frames more come due at once, of those that the run has. Only at a rate.",
  ),
  at: AT,
};

/** By the key that tells them apart. */
const KINDS = { link: LINK, node: NODE, pod: POD, burst: BURST };
const KIND_ALLOWED = "one with a key link, node, pod or burst";

export const disturbanceSchema = z.union(
  [z.strictObject(LINK), z.strictObject(NODE), z.strictObject(POD), z.strictObject(BURST)],
  KIND_ALLOWED,
);

const ARRIVALS_ALLOWED = "constant, poisson, batches of 20, or on 2 s off 1 s";
const TIME_TEXT = DURATION.pattern.source.slice(1, -1);
const BATCHES = /^batches of (\d+)$/;
const ON_OFF = new RegExp(`^on (?<on>${TIME_TEXT}) off (?<off>${TIME_TEXT})$`);

/** When frames come due at a rate. */
export const arrivalsSchema = matching({
  allowed: ARRIVALS_ALLOWED,
  pattern: new RegExp(`^constant$|^poisson$|${BATCHES.source}|${ON_OFF.source.replace(/\?<\w+>/g, "")}`),
})
  .refine((text) => [...text.matchAll(/\d+(\.\d+)?/g)].every(([number]) => aboveZero(number)), ARRIVALS_ALLOWED)
  .describe(
    "How frames come at a rate or share: constant, at equal intervals; poisson; batches of 20; on 2 s off 1 s, poisson with random pauses, times on average. Others than constant are predicted only.",
  );

/** What the text of `arrivalsSchema` says; `undefined` of the usual. */
export function arrivalsOf(text: string, units: Units): Arrivals | undefined {
  if (text === "constant") return undefined;
  const batches = BATCHES.exec(text);
  if (batches !== null) return { kind: "batches", size: Number(batches[1]) };
  const { on, off } = ON_OFF.exec(text)?.groups ?? {};
  if (on === undefined || off === undefined) return { kind: "poisson" };
  return { kind: "on-off", on: units.convert(on, DURATION), off: units.convert(off, DURATION) };
}

/** A disturbance by its fields in the file; `null` with findings if something is wrong with it. */
export function disturbanceOf(raw: unknown, path: Path, units: Units, findings: Finding[]): Disturbance | null {
  const given = mapping(raw, path, findings);
  if (given === null) return null;
  const kinds = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => Object.hasOwn(given, kind));
  const kind = kinds[0];
  if (kind === undefined) {
    findings.push({ path, value: raw, message: "is no disturbance", allowed: KIND_ALLOWED });
    return null;
  }
  const before = findings.length;
  const seconds = (text: string) => units.convert(text, DURATION);
  const fields = parseFields<typeof LINK & typeof NODE & typeof POD & typeof BURST>(
    KINDS[kind] as typeof LINK & typeof NODE & typeof POD & typeof BURST,
    raw,
    path,
    findings,
  );
  if (findings.length > before) return null;
  const { link, bandwidth, node, speed, from, until, pod, restart, burst, at } = fields as Required<typeof fields>;
  if (kind === "link") return { link, bandwidth: left(bandwidth, units), from: seconds(from), until: seconds(until) };
  if (kind === "node") return { node, speed: left(speed, units), from: seconds(from), until: seconds(until) };
  if (kind === "pod") return { pod, restart: seconds(restart), at: seconds(at) };
  return { burst, at: seconds(at) };
}

function left(value: string | number, units: Units): Left {
  if (typeof value === "number") return { amount: value };
  return value.endsWith("%") ? { share: parsePercent(value) } : { amount: units.convert(value, BANDWIDTH) };
}
