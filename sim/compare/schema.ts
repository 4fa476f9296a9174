import { z } from "zod";
import { COMPRESSIONS } from "../compression.ts";

const finite = z.number();
const nonNegative = z.number().min(0);
const share = z.number().min(0).max(1);

/** Throughput and latency, each figure made by `figure`. */
function figures<Figure extends z.ZodType>(figure: Figure, throughput: string, latency: string) {
  return {
    throughput: figure.describe(throughput),
    latency: z.object({ mean: figure, p50: figure, p95: figure, p99: figure }).describe(latency),
  };
}

const interval = z.tuple([finite, finite]).describe("[low, high]");

const terms = z
  .array(
    z.object({
      pod: z.string(),
      node: z.string(),
      link: finite,
      decode: finite,
      queue: finite,
      compute: finite,
      send: finite,
    }),
  )
  .describe("Mean seconds that a frame spends at each pod, by cause; summed they give the mean latency.");

const utilisation = z
  .array(z.object({ pod: z.string(), value: nonNegative }))
  .describe("Share of the time that each pod was busy, 0..1.");

const bottleneck = z
  .object({
    kind: z.enum(["pod", "link", "host", "source", "window"]),
    name: z.string(),
    utilisation: nonNegative,
  })
  .describe("What limits the plan's throughput by the twin's account.");

// May fall below 0 where clocks of two hosts are apart by more than a link takes.
const ccr = finite.describe("Communication-to-computation ratio: link, decode and send over compute.");
const size = z.tuple([z.int().min(1), z.int().min(1)]).describe("[height, width] of the source's frames, in pixels.");

const dropped = z
  .object({ frames: nonNegative, share })
  .optional()
  .describe(
    "Frames after warm-up that the source dropped, and their share of those that it made: medians over repeats, or replications. Left out: it drops none, and waits.",
  );

const seconds = nonNegative.nullable();

const recovery = z
  .object({
    seconds: seconds.describe(
      "From the end of the last disturbance until frames take at most 10 % longer than without; null: not within the run.",
    ),
    interval: z.tuple([seconds, seconds]).describe("[low, high] of 95 %: of repeats, or replications."),
    recovered: share.describe("Share of runs that came back within the run."),
    delayed: nonNegative.describe("Frames after warm-up that took longer than that."),
    backlog: nonNegative.describe("Frames that were due and not delivered, at most."),
    usualBacklog: nonNegative.describe("The same without a disturbance."),
    reached: z
      .boolean()
      .describe("False if the run was over before anything happened, or nothing was recorded before it."),
  })
  .optional()
  .describe("What disturbances did: medians over repeats, or replications. Left out: nothing happened.");

const measured = z.object({
  ...figures(
    nonNegative,
    "Frames per second; measured: the median over repeats.",
    "Seconds, each the median of the repeats' own figure; the mean is the mean over repeats.",
  ),
  ccr,
  spread: z
    .object(figures(nonNegative, "Relative.", "Relative."))
    .nullable()
    .describe("Half-spread over repeats, (max - min) / (2 * mean); null with one run."),
  repeats: z.int().min(1),
  terms,
  utilisation,
  dropped,
  recovery,
  happened: z
    .array(z.array(z.object({ what: z.string(), from: finite, until: finite })))
    .optional()
    .describe(
      "What was really done in each repeat: seconds from when its first frame was due; until: all was as before.",
    ),
});

const predicted = z.object({
  ...figures(nonNegative, "Frames per second.", "Seconds."),
  ccr,
  interval: z.object(figures(interval, "Frames per second.", "Seconds.")).describe("95 % intervals."),
  terms,
  utilisation,
  bottleneck,
  dropped,
  recovery,
});

export const termSchema = z.enum(["link", "decode", "queue", "compute", "send"]);

const plan = z.object({
  plan: z.string().describe("The plan's id."),
  split: z.string().describe("Letter of the node of each stage in order, or monolith@LETTER."),
  pods: z.int().min(1).describe("Number of pods."),
  grouping: z.string().describe("Stages per pod, as 1+1+2."),
  compression: z.enum(COMPRESSIONS).describe("Of frames that cross a link between nodes."),
  workers: z
    .int()
    .min(0)
    .describe("Threads of each pod that compute while its own handles messages; 0: its own does both."),
  size,
  load: z.string().describe("saturated, a fraction of the predicted capacity (50%), or a rate (12/s)."),
  rate: nonNegative.nullable().describe("Offered frames per second; null when saturated."),
  happens: z.array(z.string()).optional().describe("What happened during every run, as the topology has it."),
  candidate: z.boolean().describe("False for a baseline that the topology does not allow as a decision."),
  measured,
  predicted,
  error: z
    .object(figures(finite, "Relative.", "Relative."))
    .describe("(predicted - measured) / measured: signed and relative."),
  attribution: z
    .array(z.object({ pod: z.string(), term: termSchema, seconds: finite }))
    .describe("Predicted minus measured mean seconds, largest magnitude first; summed: error of the mean latency."),
  saturation: z
    .enum(["saturated", "stable", "overloaded"])
    .describe("What the load did to the real pipeline; overloaded: it delivered less than 97 % of the offered rate."),
  within: z.boolean().describe("Throughput and median latency are within tolerance."),
});

const decisionFields = {
  objective: z
    .enum(["throughput", "latency"])
    .describe("Highest throughput of saturated runs, or, without them, lowest median latency at the lightest load."),
  predicted: z.string().describe("Best split by the twin."),
  measured: z.string().describe("Best split by measurement."),
  regret: nonNegative.describe("Relative loss by following the twin; 0 when it picked the true best."),
  kendall: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .describe("Kendall's tau-b between predicted and measured order of the splits; null where it is undefined."),
  candidates: z.array(z.string()).describe("Splits that the decision was between."),
};

/** The one source of a comparison's shape: types (`sim/comparison.ts`) and JSON Schema come from it. */
export const comparisonSchema = z
  .object({
    version: z.literal(1),
    name: z.string(),
    created: z.string().describe("Date and time, ISO 8601."),
    tolerance: z.object({ throughput: nonNegative, p50: nonNegative }).describe("Largest relative errors allowed."),
    plans: z.array(plan),
    decision: z.object(decisionFields).describe("Which split is best at the largest size."),
    decisions: z
      .array(
        z.object({
          ...decisionFields,
          size,
          withinShare: share.describe("Share of the plans with one pod per stage that are within tolerance, 0..1."),
        }),
      )
      .describe("Which split is best at every size."),
    emulated: z.array(z.string()).describe("What was emulated, in sentences for the reader."),
  })
  .describe("Predictions of edgetwin's twin against measured runs. Times in seconds, throughput in frames per second.");

/** JSON Schema (draft 7) of `comparison.json`, as the text of `sim/comparison.schema.json`. */
export function comparisonSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(comparisonSchema, { target: "draft-7" });
  return `${JSON.stringify({ $schema, title: "edgetwin comparison", ...schema }, null, 2)}\n`;
}
