import type { Runner } from "../../exec.ts";

/** Minor version of the cluster that kubectl talks to: 24 for Kubernetes 1.24; `null` where it does not say, as in a dry run. */
export async function serverMinor(runner: Runner, signal?: AbortSignal): Promise<number | null> {
  const text = await runner.run(["kubectl", "version", "--output", "json"], signal === undefined ? {} : { signal });
  if (text.trim() === "") return null;
  const { serverVersion } = JSON.parse(text) as { readonly serverVersion?: { readonly minor?: string } };
  // Some clouds say "24+".
  const minor = Number.parseInt(serverVersion?.minor ?? "", 10);
  return Number.isNaN(minor) ? null : minor;
}
