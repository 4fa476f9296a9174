import { instanceOf, type KubernetesSettings } from "./settings.ts";

/** Seconds that what is deleted may take to be gone. */
const GONE_SECONDS = 90;
/** What a run makes in a namespace that is not its own. */
const KINDS = "deployments,replicasets,services,configmaps,secrets,networkpolicies,poddisruptionbudgets";

/**
 * What kubectl is told to delete a run, and to wait until it is gone. Nobody waits for its frames any more, which pods would go on
 * to pass on for as long as their grace period is: they get a second.
 */
export function removal(settings: KubernetesSettings): string[][] {
  const { namespace, existing } = settings;
  const timeout = `--timeout=${GONE_SECONDS}s`;
  if (!existing) {
    return [
      ["delete", "namespace", namespace, "--wait=false"],
      ["delete", "pods", "--all", "--grace-period=1", "--wait=false"],
      ["wait", "--for=delete", `namespace/${namespace}`, timeout],
    ];
  }
  const mine = ["--selector", `app.kubernetes.io/instance=${instanceOf(settings)}`];
  return [
    ["delete", KINDS, ...mine, "--wait=false"],
    ["delete", "pods", ...mine, "--grace-period=1", timeout],
  ];
}
