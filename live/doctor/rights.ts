import { denied, IN_NAMESPACE, OF_NAMESPACES } from "../clusters/kubernetes/permissions.ts";
import { CommandError, type Runner } from "../exec.ts";
import { type Check, checksOf } from "./check.ts";

/** Whether this user may do all that a run and a sweep do. @param namespace where. */
export async function rightsChecks(runner: Runner, namespace: string): Promise<Check[]> {
  const { ok, warning, wrong, unknown } = checksOf("rights");
  const ask = (words: readonly string[], options: { readonly input: string }) =>
    runner.run(["kubectl", ...words], options);
  try {
    const missing = await denied(ask, IN_NAMESPACE, namespace);
    const count = IN_NAMESPACE.reduce((sum, { verbs }) => sum + verbs.length, 0);
    const inside =
      missing.length === 0
        ? ok(`in ${namespace}`, `all ${count} that runs and sweeps need`)
        : wrong(
            `in ${namespace}`,
            `not allowed: ${missing.join(", ")}`,
            `edgetwin doctor --role --namespace ${namespace} | kubectl apply -f -, by somebody who may, and a RoleBinding`,
          );
    const all = await denied(ask, OF_NAMESPACES);
    const whole =
      all.length === 0
        ? ok("namespaces", "a run may have one of its own")
        : warning(
            "namespaces",
            `not allowed: ${all.join(", ")}`,
            "runs have to be given one that is there: --namespace NAME",
          );
    return [inside, whole];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [unknown("rights", "the cluster does not say", `${error.message.trim().split("\n").at(-1)}`)];
  }
}
