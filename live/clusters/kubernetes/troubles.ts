import { type ContainerState, conditionOf, type DeploymentJson, type PodJson } from "./api.ts";
import { POD_LABEL } from "./settings.ts";

/** Why a pod does not serve. */
export type Cause = "image" | "crash" | "scheduling" | "refused" | "configuration";

export interface Trouble {
  /** Its name in the plan, or what its label says. */
  readonly pod: string;
  readonly cause: Cause;
  /** What the cluster says, in one line. */
  readonly message: string;
  /** It does not mend itself, or has been tried often enough; else it may, in a while. */
  readonly final: boolean;
}

const IMAGE = new Set(["ErrImagePull", "ErrImageNeverPull", "ImagePullBackOff", "InvalidImageName"]);
const MENDABLE = new Set(["ErrImagePull"]);
const CONFIGURATION = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);
/** Restarts of a pod that never served until it is given up. */
const MOST_RESTARTS = 2;

/** What is wrong with the pods of a deployment, at most one thing each; nothing with those that are just starting. */
export function troublesOf(objects: readonly (PodJson | DeploymentJson)[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const object of objects) {
    const found = object.kind === "Pod" ? troubleOfPod(object) : refusal(object);
    if (found !== null && !(troubles.get(found.pod)?.final ?? false)) troubles.set(found.pod, found);
  }
  return [...troubles.values()];
}

/** What a pod suffers from; `null` if it serves, starts, or is on its way out. */
export function troubleOfPod({ metadata, status }: PodJson): Trouble | null {
  if (metadata.deletionTimestamp !== undefined) return null;
  const trouble = (cause: Cause, message: string, final: boolean): Trouble => {
    return { pod: nameOf(metadata), cause, message: message.replace(/\s+/g, " ").trim(), final };
  };
  const scheduled = conditionOf(status.conditions, "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable")
    return trouble("scheduling", scheduled.message ?? "no node takes it", false);
  for (const { ready, restartCount, state, lastState } of status.containerStatuses ?? []) {
    const { reason = "", message = "" } = state?.waiting ?? {};
    if (IMAGE.has(reason)) return trouble("image", `${reason}: ${message}`, !MENDABLE.has(reason));
    if (CONFIGURATION.has(reason)) return trouble("configuration", `${reason}: ${message}`, false);
    const ended = state?.terminated ?? lastState?.terminated;
    const again = restartCount >= MOST_RESTARTS && !ready;
    if (reason === "CrashLoopBackOff" || (again && ended !== undefined)) return trouble("crash", endingOf(ended), true);
  }
  if (status.phase === "Failed")
    return trouble("crash", `${status.reason ?? "failed"}: ${status.message ?? ""}`, false);
  return null;
}

/** Every Deployment has a pod that serves. */
export function allServe(objects: readonly (PodJson | DeploymentJson)[], names: readonly string[]): boolean {
  const serving = new Set(
    objects.flatMap((one) =>
      one.kind === "Deployment" && (one.status?.availableReplicas ?? 0) > 0 ? [one.metadata.name] : [],
    ),
  );
  return names.every((name) => serving.has(name));
}

export function nameOf({ labels, name }: PodJson["metadata"]): string {
  return labels?.[POD_LABEL] ?? name;
}

/** The API takes no pod of a Deployment: a quota, or a standard that pods have to keep. */
function refusal({ metadata, status }: DeploymentJson): Trouble | null {
  const { status: failed, message = "" } = conditionOf(status?.conditions, "ReplicaFailure") ?? {};
  if (failed !== "True") return null;
  return { pod: nameOf(metadata), cause: "refused", message, final: false };
}

function endingOf(ended: ContainerState["terminated"]): string {
  if (ended === undefined) return "it ends as soon as it is started";
  const { exitCode, reason } = ended;
  return `it ended with exit code ${exitCode}${reason === undefined || reason === "Error" ? "" : ` (${reason})`}, again and again`;
}

/** Last lines of what a pod wrote before it ended. */
export function lastWords({ status }: PodJson): string[] {
  const [container] = status.containerStatuses ?? [];
  const { message = "" } = container?.state?.terminated ?? container?.lastState?.terminated ?? {};
  return message.split("\n").filter((line) => line.trim() !== "");
}
