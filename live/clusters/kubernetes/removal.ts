import { instanceOf, type KubernetesSettings } from "./settings.ts";

/** Seconds that what is deleted may take to be gone. */
const GONE_SECONDS = 90;
/** What a run makes besides pods and what makes those. */
const KINDS = "services,configmaps,secrets,networkpolicies,poddisruptionbudgets";

/**
 * What kubectl is told to delete a run, and to wait until it is gone. Nobody waits for its frames any more, which pods would go on
 * to pass on for as long as their grace period is: they get a second. A namespace goes last: one with pods in it is looked at again only
 * after half of their longest grace period, each time that some are left.
 */
export function removal(settings: KubernetesSettings): string[][] {
  const { namespace, existing } = settings;
  const timeout = `--timeout=${GONE_SECONDS}s`;
  const mine = ["--selector", `app.kubernetes.io/instance=${instanceOf(settings)}`];
  return [
    ["delete", "deployments,replicasets", ...mine, "--wait=false"],
    ["delete", "pods", ...mine, "--grace-period=1", timeout],
    existing ? ["delete", KINDS, ...mine, "--wait=false"] : ["delete", "namespace", namespace, timeout],
  ];
}

/** What one would type to delete a run that was kept. */
export function byHand(settings: KubernetesSettings): string[] {
  const { namespace, existing } = settings;
  const mine = ["--selector", `app.kubernetes.io/instance=${instanceOf(settings)}`];
  return existing ? ["delete", `deployments,${KINDS}`, ...mine] : ["delete", "namespace", namespace];
}
