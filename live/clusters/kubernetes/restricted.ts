// What the restricted Pod Security Standard asks for; and nothing writable but what is mounted.

/** Of a pod. */
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
};

/** Of a container. */
export const RESTRICTED_CONTAINER = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

/** Starts one of the image's programs besides the pod itself (`live/image/bundle.ts`). */
export function programOfImage(name: "gateway" | "sweep-shard", ...args: readonly string[]): string[] {
  return ["node", `/edgetwin/live/stage/${name}.js`, ...args];
}
