import { z } from "zod";
import { COMPRESSIONS } from "../compression.ts";
import { OVERFLOWS } from "../disturbance.ts";
import { arrivalsSchema, disturbanceSchema } from "./disturbances.ts";
import { SIZE_PATTERN } from "./size.ts";
import { BANDWIDTH, DURATION, MEMORY, PERCENT_PATTERN, POWER, PRICE, RATE } from "./units.ts";
import { aboveZero, integer, matching } from "./values.ts";

// The topology file, mapping by mapping. The error text of a schema says what is allowed; descriptions are shown by editors.

/** Fit for the names of Kubernetes objects, with room for what is added to them. */
const NAME_ALLOWED =
  "a name of at most 40 lower-case letters, digits and '-', beginning with a letter, not ending with '-'";
const NAME_PATTERN = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
export const nameSchema = z.string(NAME_ALLOWED).regex(NAME_PATTERN, NAME_ALLOWED);

export const HOST = {
  cores: integer(1, 4096, "an integer from 1 to 4096")
    .optional()
    .describe("Number of cores. Left out: those of the machine that it runs on."),
};

const LETTER_ALLOWED = "one upper-case letter";
export const CPUS_ALLOWED = "a number of cores above 0 and at most 4096";
const SPEED_ALLOWED = "a number above 0 and at most 1";
const LABELS_ALLOWED = "labels of a Kubernetes node such as { role: edge }";
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
export const NODE = {
  letter: z
    .string(LETTER_ALLOWED)
    .regex(/^[A-Z]$/, LETTER_ALLOWED)
    .describe("The letter that splits use for the node."),
  host: z.string("the name of a host").describe("The host whose cores the node shares."),
  speed: z
    .number(SPEED_ALLOWED)
    .gt(0, SPEED_ALLOWED)
    .max(1, SPEED_ALLOWED)
    .default(1)
    .describe("Speed relative to the host's own; below 1 the node is emulated by holding its pods."),
  arch: z.enum(["amd64", "arm64"]).optional().describe("Architecture that the node's container image is for."),
  cpus: z
    .number(CPUS_ALLOWED)
    .gt(0, CPUS_ALLOWED)
    .max(4096, CPUS_ALLOWED)
    .optional()
    .describe(
      "CPU limit of each of its pods, cores: 0.5 lets it run for 50 ms of every 100. Left out: none. Predicted only, as local processes can't be limited.",
    ),
  quota: z
    .number(CPUS_ALLOWED)
    .gt(0, CPUS_ALLOWED)
    .max(4096, CPUS_ALLOWED)
    .optional()
    .describe(
      "CPU limit of all its pods together, cores, as a node has it that the kernel gives no more. Left out: none. Predicted only: it is the node's own.",
    ),
  power: z
    .strictObject({ idle: matching(POWER), busy: matching(POWER) }, "a mapping of idle and busy")
    .optional()
    .describe("Of the machine that the node stands for, idle and with all cores busy: { idle: 5 W, busy: 15 W }."),
  price: matching(PRICE).optional().describe("Per hour, in any currency, the same for all nodes: 0.35/h."),
  memory: matching(MEMORY).optional().describe("What stages there may take in all: 2 GiB. Left out: enough."),
  selector: z
    .record(z.string(), z.string(LABELS_ALLOWED).regex(LABEL_VALUE, LABELS_ALLOWED), LABELS_ALLOWED)
    .refine((labels) => Object.keys(labels).length > 0, LABELS_ALLOWED)
    .refine((labels) => Object.keys(labels).every((key) => LABEL_KEY.test(key)), LABELS_ALLOWED)
    .optional()
    .describe(
      "Labels of the Kubernetes nodes that it stands for: { role: edge }. Left out: edgetwin.dev/node with its name.",
    ),
};

const BETWEEN_ALLOWED = "two names of nodes: [edge, server]";
export const LINK = {
  between: z
    .tuple([z.string(BETWEEN_ALLOWED), z.string(BETWEEN_ALLOWED)], BETWEEN_ALLOWED)
    .describe("The two nodes that it connects, in any order."),
  bandwidth: matching(BANDWIDTH)
    .refine(aboveZero, BANDWIDTH.allowed)
    .optional()
    .describe("In each direction: 100 Mbit/s, 12.5 MB/s. Left out: not limited."),
  delay: matching(DURATION).default("0 s").describe("One way: 20 ms."),
};

export const STAGE = {
  name: nameSchema.describe("Unique in the pipeline; names the stage's pod."),
  kernel: z.string("the name of a kernel").describe("What the stage computes."),
  implementation: z
    .enum(["reference", "simd", "relaxed"], "reference, simd or relaxed")
    .default("simd")
    .describe(
      "reference: plain loops, which stand for heavy code; simd: vectors, the same bytes on every machine; relaxed: fused multiply-adds where the machine has them. A kernel that lacks one takes the next simpler.",
    ),
  nodes: z
    .array(z.string("the name of a node"), "a list of nodes")
    .min(1, "a list of nodes")
    .optional()
    .describe("Nodes where the stage may be placed. Left out: anywhere."),
  memory: matching(MEMORY)
    .optional()
    .describe("What the stage needs where it runs: 300 MiB. Declared, not measured. Left out: nothing to speak of."),
};

const SIZE_ALLOWED = "an edge length such as 512 (512 x 512 pixels) or width x height such as 1280x720";
export const sizeSchema = z
  .union([integer(1, 99_999, SIZE_ALLOWED), matching({ allowed: SIZE_ALLOWED, pattern: SIZE_PATTERN })], SIZE_ALLOWED)
  .describe("Pixels: 512 is 512 x 512; 1280x720 is width x height.");

const LOAD_ALLOWED = "saturated, a share of the predicted capacity such as 50%, or a rate such as 30/s";
const LOAD_PATTERN = new RegExp(`^saturated$|${PERCENT_PATTERN.source}|${RATE.pattern.source}`);
export const loadSchema = matching({ allowed: LOAD_ALLOWED, pattern: LOAD_PATTERN })
  .refine((text) => text === "saturated" || aboveZero(text), LOAD_ALLOWED)
  .describe(
    "saturated: as many frames as the windows let through; 50%: of the predicted capacity; 30/s: frames a second.",
  );

export const WORKLOAD = {
  sizes: z.array(sizeSchema, "a list of sizes").min(1, "at least one size").describe("Sizes of the source's frames."),
  frames: integer(1).describe("Frames of a run, warm-up included."),
  duration: matching(DURATION)
    .optional()
    .describe(
      "A run that is predicted to be shorter gets more frames, warm-up in proportion. Left out: just `frames`.",
    ),
  warmup: integer(0).optional().describe("Frames at the start that statistics leave out. Left out: a tenth of frames."),
  loads: z
    .array(loadSchema, "a list of loads")
    .min(1, "at least one load")
    .default(["saturated"])
    .describe("What frames are offered."),
  arrivals: arrivalsSchema.optional(),
  overflow: z
    .enum(OVERFLOWS, OVERFLOWS.join(" or "))
    .optional()
    .describe(
      "Of a source at a rate that can't send as fast: block, the default, it waits, and frames come late; drop-oldest: it drops the oldest frame that it has not sent, as a live camera does, and counts it.",
    ),
  buffer: integer(0, 16_384, "an integer from 0 to 16384")
    .optional()
    .describe(
      "Frames that a source which drops keeps besides the window and those in the making. Left out: 0. Only with overflow: drop-oldest.",
    ),
  window: integer(1).default(8).describe("Frames that may be unacknowledged on a hop."),
  compression: z
    .array(z.enum(COMPRESSIONS, "none or zstd"), "a list of none and zstd")
    .min(1, "none, zstd or both")
    .default(["none"])
    .describe("Of frames that cross a link between nodes: none, zstd, or each in a plan of its own."),
  workers: z
    .array(integer(0, 64, "an integer from 0 to 64"), "a list of numbers of threads")
    .min(1, "at least one number of threads")
    .default([0])
    .describe(
      "Threads of a pod that compute while its own handles messages, each number in a plan of its own; 0: its own thread does both.",
    ),
  repeats: integer(1).default(1).describe("Runs of each plan on the testbed."),
  seed: integer(0).default(1).describe("Of all that is random: the same seed gives the same prediction."),
};

const SPLIT_ALLOWED = "one letter of a node for each stage, such as EESS";
export const splitSchema = z.string(SPLIT_ALLOWED).regex(/^[A-Z]+$/, SPLIT_ALLOWED);
export const splitsSchema = z.array(splitSchema, "a list of splits").min(1, "at least one split");

const GROUPING_ALLOWED = "stage counts per pod such as [2, 2]";
const groupingSchema = z.array(integer(1), GROUPING_ALLOWED).min(1, GROUPING_ALLOWED);

export const groupingsSchema = z.array(groupingSchema, "a list of groupings");

export const TOPOLOGY = {
  apiVersion: z.literal("edgetwin/v1").describe("Version of this format."),
  name: nameSchema.describe("Of the topology; plans and runs carry it."),
  description: z.string("text").default("").describe("One sentence on what it is for."),
  hosts: z
    .record(z.string(), z.strictObject(HOST).nullable(), "a mapping of hosts")
    .describe("Machines by name. Nodes on one host share its cores."),
  nodes: z
    .record(z.string(), z.strictObject(NODE), "a mapping of nodes")
    .describe("Where pods run, by name, in the direction in which frames travel: edge first."),
  links: z
    .array(z.strictObject(LINK), "a list of links")
    .default([])
    .describe("What connects nodes. Each node also has a loopback link of its own."),
  stages: z
    .array(z.looseObject(STAGE), "a list of stages")
    .min(1, "at least one stage")
    .describe("The pipeline, source first. A stage's other keys are its kernel's parameters."),
  workload: z.strictObject(WORKLOAD).describe("What is sent through the pipeline."),
  splits: splitsSchema.optional().describe("Splits to predict and run. Left out: all that never go back to the edge."),
  groupings: groupingsSchema
    .default([])
    .describe("Ways to cut the stages into pods, besides one pod per stage: stage counts per pod."),
  disturbances: z
    .array(disturbanceSchema, "a list of disturbances")
    .optional()
    .describe(
      "What happens during every run, times from its beginning. Local processes do it, too, but for nodes that are slower and bursts, and Kubernetes restarts pods; the rest is predicted only.",
    ),
};

/** `--rate`. */
export const rateSchema = matching(RATE).refine(aboveZero, RATE.allowed);

export const topologySchema = z.strictObject(TOPOLOGY);
