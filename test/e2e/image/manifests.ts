import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";

type Json = ReturnType<typeof JSON.parse>;

/** A pod as its manifests describe it. */
export interface DescribedPod {
  readonly name: string;
  readonly image: string;
  /** For podman: its volumes and environment. */
  readonly flags: readonly string[];
  /** Where it says over HTTP that it serves. */
  readonly probe: { readonly path: string; readonly port: number };
}

/** Does what a kubelet does with Deployments, as far as podman needs it: volumes are folders, the Downward API is looked up. */
export function podsOfManifests(yaml: string, folder: string): DescribedPod[] {
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as Json);
  const maps = new Map(
    objects.filter(({ kind }) => kind === "ConfigMap").map((map) => [map.metadata.name as string, map]),
  );
  // Of another user's container.
  chmodSync(folder, 0o755);
  return objects
    .filter(({ kind }) => kind === "Deployment")
    .map((deployment): DescribedPod => {
      const { name } = deployment.metadata;
      const { spec } = deployment.spec.template;
      const [container] = spec.containers;
      const place = (volume: string) => join(folder, "volumes", name, volume);
      for (const { name: volume, configMap } of spec.volumes) {
        if (configMap !== undefined) writeVolume(place(volume), maps.get(configMap.name), configMap.items);
      }
      const fields: Record<string, string> = { "metadata.name": `${name}-0`, "spec.nodeName": "this" };
      const mounts = container.volumeMounts.filter(({ mountPath }: Json) => mountPath !== "/tmp");
      const flags = [
        ...mounts.flatMap((mount: Json) => ["--volume", `${place(mount.name)}:${mount.mountPath}:ro`]),
        ...container.env.flatMap(({ name, value, valueFrom }: Json) => {
          return ["--env", `${name}=${value ?? fields[valueFrom.fieldRef.fieldPath]}`];
        }),
      ];
      return { name, image: container.image, flags, probe: container.startupProbe.httpGet };
    });
}

function writeVolume(
  folder: string,
  { data = {}, binaryData = {} }: Json,
  items?: { key: string; path: string }[],
): void {
  const all = new Map<string, Buffer>([
    ...Object.entries(data as Record<string, string>).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...Object.entries(binaryData as Record<string, string>).map(
      ([key, text]) => [key, Buffer.from(text, "base64")] as const,
    ),
  ]);
  for (const { key, path } of items ?? [...all.keys()].map((key) => ({ key, path: key }))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), all.get(key)!);
  }
}
