import { instanceOf, type KubernetesSettings, POD_LABEL } from "./settings.ts";

/** Seconds that what is deleted may take to be gone. */
const GONE_SECONDS = 90;
/** What a run makes besides pods and what makes those. */
const KINDS = "services,configmaps,secrets,networkpolicies,poddisruptionbudgets";

/** What kubectl is told, in two steps. */
export interface Removal {
  /** Has pods end. */
  readonly ending: readonly string[][];
  /** Once their containers have: deletes them, and the rest. A kubelet may take a minute more to say by itself that a pod is gone. */
  readonly rest: readonly string[][];
}

/**
 * What deletes a run. Nobody waits for its frames any more, which pods would go on to pass on for as long as their grace period is: they
 * get a second. A namespace goes last: one with pods in it is looked at again only after half of their longest grace period.
 */
export function removal(settings: KubernetesSettings): Removal {
  const { namespace, existing } = settings;
  const mine = `app.kubernetes.io/instance=${instanceOf(settings)}`;
  const { ending, rest } = steps(mine, ["--grace-period=1"]);
  const whole = ["delete", "namespace", namespace, "--ignore-not-found", `--timeout=${GONE_SECONDS}s`];
  return { ending, rest: existing ? rest : [rest[0]!, whole] };
}

/** What deletes some pods of a run, drained, with all that is theirs. @param labels values of POD_LABEL. */
export function removalOf(labels: readonly string[], settings: KubernetesSettings): Removal {
  return steps(`app.kubernetes.io/instance=${instanceOf(settings)},${POD_LABEL} in (${labels.join(",")})`, []);
}

function steps(selector: string, grace: readonly string[]): Removal {
  const mine = ["--selector", selector];
  return {
    ending: [
      ["delete", "deployments,replicasets", ...mine, "--wait=false"],
      ["delete", "pods", ...mine, ...grace, "--wait=false"],
    ],
    rest: [
      ["delete", "pods", ...mine, "--grace-period=0", "--force", `--timeout=${GONE_SECONDS}s`],
      ["delete", KINDS, ...mine, "--wait=false"],
    ],
  };
}

/** What one would type to delete a run that was kept. */
export function byHand(settings: KubernetesSettings): string[] {
  const { namespace, existing } = settings;
  const mine = ["--selector", `app.kubernetes.io/instance=${instanceOf(settings)}`];
  return existing ? ["delete", `deployments,${KINDS}`, ...mine] : ["delete", "namespace", namespace];
}
