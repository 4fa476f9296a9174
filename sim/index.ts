/**
 * The twin as a library: queueing lines and what theory says of them, random streams and statistics, the parts of the event
 * engine, and the model of image pipelines that are split between edge and server. All of it is pure (values in, values out),
 * imports no package, and gives the same bytes for the same seed in Node, Deno and a browser. Times are seconds, sizes bytes.
 *
 * @module
 */

// Queueing lines, simulated.

export type { Arrivals, Distribution, Line, LineResult, LineRun, Station, StationResult } from "./queueing/index.ts";
export { simulateLine } from "./queueing/index.ts";

// Exact results.

export { closedLineBounds, type LineBounds } from "./analytic/bounds.ts";
export { jacksonTandem, type SteadyLine } from "./analytic/jackson.ts";
export { lindley } from "./analytic/lindley.ts";
export { md1, mg1 } from "./analytic/mg1.ts";
export { erlangC, mm1, mmc } from "./analytic/mmc.ts";
export { mg1Sharing, mgcSharing } from "./analytic/sharing.ts";
export type { Steady } from "./analytic/steady.ts";
export { type StationTimes, tandemBeforeService, tandemRecursion, windowRecursion } from "./analytic/tandem.ts";

// Random streams and statistics.

export { RandomStream } from "./engine/random.ts";
export type { RandomState } from "./engine/xoshiro.ts";
export { batchMeans, type Estimate } from "./statistics/batch-means.ts";
export { bootstrap, percentileInterval, resample } from "./statistics/bootstrap.ts";
export { intervalOfMeans, studentT95 } from "./statistics/interval.ts";
export { kendallTauB } from "./statistics/kendall.ts";
export { mean, sd } from "./statistics/moments.ts";
export { mser, type Truncation } from "./statistics/mser.ts";
export { quantile } from "./statistics/quantile.ts";
export { QuantileSketch } from "./statistics/quantile-sketch.ts";
export { Running } from "./statistics/running.ts";

// Parts of the event engine.

export { Agenda } from "./engine/agenda.ts";
export { Arena, type ArenaPlace } from "./engine/arena.ts";
export { LinkFlow, SharedLink } from "./engine/link.ts";
export { SharedProcessor } from "./engine/processor.ts";
export { QuotaProcessor } from "./engine/quota.ts";
export { Timeline } from "./engine/timeline.ts";

// Pipelines: what is to run, and what it costs.

export { type Calibration, type SampleOrder, type SampleVisit, UNMEASURED } from "./calibration/calibration.ts";
export { withLoad } from "./compile.ts";
export { COMPRESSIONS, type Compression } from "./compression.ts";
export type {
  Arrivals as FrameArrivals,
  Burst,
  Disturbance,
  Left,
  NodeRestart,
  Restart,
  SlowLink,
  SlowNode,
} from "./disturbance.ts";
export type { ElementType, FrameShape } from "./frame.ts";
export { type Pipeline, pipeline } from "./pipeline/pipeline.ts";
export type { Cost, LinkSpec, NodeSpec, PipelineSpec, PodSpec, WorkersSpec, ZstdSpec } from "./pipeline/spec.ts";
export {
  type EmulatedPace,
  type Plan,
  type PlanHop,
  type PlanLoad,
  type PlanPod,
  type PlanStage,
  type PlanWorkload,
  undisturbed,
} from "./plan.ts";
export {
  type CompressionCost,
  type ComputeCost,
  type Fingerprint,
  type Gaps,
  type HandoverCost,
  type HostCost,
  type LatenessCost,
  type LinkCost,
  type LinkMessageCost,
  type LinkRefit,
  type LoopbackCost,
  type MessageCost,
  type PodMachine,
  PROFILE_VERSION,
  type Profile,
  type SizedCost,
  type StallCost,
  type Thread,
  type WakeUpCost,
  type Woken,
} from "./profile.ts";
export { allSplits, countSplits } from "./split.ts";
export type { FrameSize, KernelCost } from "./topology/catalogue.ts";
export type { Host, Link, Node, Power } from "./topology/topology.ts";

// The model: one run, a fleet, a prediction, the highest rate that keeps a bound.

export { type FleetLine, type SimulatedFleet, simulateFleet } from "./fleet.ts";
export {
  type Costs,
  costsOf,
  type HopCosts,
  heldTo,
  type PodCosts,
  preparedCosts,
  type Samples,
  type ThreadSamples,
  type WaitedSamples,
} from "./model/costs.ts";
export { ProfileError } from "./model/profile-error.ts";
export type { Resource } from "./model/shared.ts";
export type { StallSamples } from "./model/stalls.ts";
export { predict, REPLICATIONS } from "./predict.ts";
export type { Bottleneck, Interval, PredictedRecovery, Prediction } from "./prediction.ts";
export { measuredRecovery, type Recovery, recoveryOf } from "./recovery.ts";
export { type SimulatedRun, type SimulatedSummary, simulate, simulateSummary } from "./simulate.ts";
export { latencies, summarise } from "./summarise.ts";
export type { Dropped, LatencySummary, PodTerms, Summary } from "./summary.ts";
export { type Bound, type Capacity, capacityOf } from "./sweep/capacity.ts";
export { type ClockOffset, type Happened, type PodTrace, STAMPS, type Stamp, type Trace } from "./trace.ts";
export { type JudgedPrediction, type LoadVerdict, predictLoaded } from "./verdict.ts";

// Predictions beside measured runs, and tables of both.

export type { MeasuredDisturbance, Pair } from "./compare/check.ts";
export { type CompareInput, compare, passes } from "./compare/compare.ts";
export type { Comparison, Decision, Figures, PlanComparison, SizeDecision, Term, Tolerance } from "./comparison.ts";
export { comparisonTable, predictionTable } from "./report/table.ts";
