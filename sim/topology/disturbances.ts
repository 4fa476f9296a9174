import { z } from "zod";
import type { Arrivals, Burst, Left, Restart, SlowLink, SlowNode } from "../disturbance.ts";
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
const NODE_RESTART = {
  node: z.string("the name of a node").describe("The node whose pods are killed, all of them."),
  restart: POD.restart,
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
  [LINK, NODE, POD, NODE_RESTART, BURST].map((shape) => z.strictObject(shape)),
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

/** A disturbance of which everything that was wrong by itself is left out. */
export type DraftDisturbance = Partial<SlowLink> & Partial<SlowNode> & Partial<Restart> & Partial<Burst>;

/** A disturbance by its fields in the file; what is wrong is added to the findings. */
export function disturbanceOf(raw: unknown, path: Path, units: Units, findings: Finding[]): DraftDisturbance {
  const given = mapping(raw, path, findings);
  if (given === null) return {};
  const kind = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find((one) => Object.hasOwn(given, one));
  if (kind === undefined) {
    findings.push({ path, value: raw, message: "is no disturbance", allowed: KIND_ALLOWED });
    return {};
  }
  const shape = kind === "node" && Object.hasOwn(given, "restart") ? NODE_RESTART : KINDS[kind];
  const fields: Fields = parseFields(shape, raw, path, findings);
  const { bandwidth, speed, from, until, restart, at, ...rest } = fields;
  const seconds = { from, until, restart, at };
  const times = Object.entries(seconds).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, units.convert(text, DURATION)] as const],
  );
  return {
    ...rest,
    ...(bandwidth !== undefined && { bandwidth: left(bandwidth, units) }),
    ...(speed !== undefined && { speed: left(speed, units) }),
    ...Object.fromEntries(times),
  };
}

type Fields = Partial<
  z.output<z.ZodObject<typeof LINK>> &
    z.output<z.ZodObject<typeof NODE>> &
    z.output<z.ZodObject<typeof POD>> &
    z.output<z.ZodObject<typeof BURST>>
>;

function left(value: string | number, units: Units): Left {
  if (typeof value === "number") return { amount: value };
  return value.endsWith("%") ? { share: parsePercent(value) } : { amount: units.convert(value, BANDWIDTH) };
}
