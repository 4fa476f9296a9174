import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { manifests } from "../../live/clusters/kubernetes/manifests.ts";
import { GRPC_PORT, POD_LABEL } from "../../live/clusters/kubernetes/settings.ts";
import { type KubernetesObject, MOST_BYTES, manifestsYaml } from "../../live/clusters/kubernetes/yaml.ts";
import { readPodConfig } from "../../live/stage/config.ts";
import { HEALTH_PATH } from "../../live/stage/health-path.ts";
import { certificatesOf, FILES, podsOf, SETTINGS } from "./fixture.ts";

type Json = ReturnType<typeof JSON.parse>;
const LINE = podsOf("EESS");
const golden = (name: string) => join(import.meta.dirname, `../golden/manifests/${name}.yaml`);

/** What the API server would be given. */
function applied(objects: readonly KubernetesObject[]): Json[] {
  return parseAllDocuments(manifestsYaml(objects)).map((document) => document.toJS() as Json);
}

const ofKind = (objects: readonly Json[], kind: string) => objects.filter((object) => object.kind === kind);
const named = (objects: readonly Json[], kind: string, name: string) =>
  ofKind(objects, kind).find(({ metadata }) => metadata.name === name);
const configOf = (objects: readonly Json[], pod: string) =>
  readPodConfig({ EDGETWIN_POD: named(objects, "ConfigMap", pod).data["pod.json"] });

describe("golden", () => {
  test.each([
    ["1.28", LINE, SETTINGS],
    [
      "1.20-existing",
      podsOf("EEEE", [1, 3]),
      {
        ...{ ...SETTINGS, minor: 20, existing: true, files: new Map() },
        certificates: certificatesOf(podsOf("EEEE", [1, 3])),
      },
    ],
  ] as const)("%s", async (name, pods, settings) => {
    await expect(manifestsYaml(manifests(pods, settings))).toMatchFileSnapshot(golden(name));
  });
});

describe("a line of pods", () => {
  const objects = applied(manifests(LINE, SETTINGS));

  test("is pulled from pod to pod, each by the Service of the one before it, which nobody else may call", () => {
    for (const [i, { name }] of LINE.entries()) {
      const { upstream, port, host } = configOf(objects, name);
      expect([host, port]).toEqual(["0.0.0.0", GRPC_PORT]);
      const before = LINE[i - 1];
      expect(upstream).toBe(before === undefined ? null : `dns:${before.name}:${port}`);
      const { spec } = named(objects, "Service", name);
      expect(spec.ports[0].port).toBe(port);
      expect(spec.clusterIP).toBe("None");
      expect(named(objects, "Deployment", name).spec.template.metadata.labels).toMatchObject(spec.selector);
      const { ingress, podSelector } = named(objects, "NetworkPolicy", name).spec;
      expect(podSelector.matchLabels).toEqual(spec.selector);
      const callers = ingress.map(({ from }: Json) => from[0].podSelector.matchLabels);
      const next = LINE[i + 1];
      expect(callers).toEqual([
        ...(next === undefined ? [] : [expect.objectContaining({ [POD_LABEL]: next.name })]),
        expect.objectContaining({ "app.kubernetes.io/component": "driver" }),
      ]);
    }
  });

  test("does what its plan says: compression on the link, workers, stages", () => {
    const configs = LINE.map(({ name }) => configOf(objects, name));
    expect(configs.map(({ compression }) => compression)).toEqual(["none", "none", "zstd", "none"]);
    expect(configs.map(({ workers }) => workers)).toEqual([1, 1, 1, 1]);
    expect(configs.map(({ stages }) => stages.map(({ kernel }) => kernel))).toEqual([
      ["noise"],
      ["blur"],
      ["relu"],
      ["pool"],
    ]);
  });

  test("finds its files where the configuration says", () => {
    const { spec } = named(objects, "Deployment", "source").spec.template;
    const config = configOf(objects, "source");
    const { folder } = config.stages[0]!.params;
    const [{ name }] = spec.containers[0].volumeMounts.filter(
      ({ mountPath }: Json) => mountPath === `${config.baseDirectory}/${folder}`,
    );
    const volume = spec.volumes.find((one: Json) => one.name === name);
    const { binaryData } = named(objects, "ConfigMap", volume.configMap.name);
    const content = volume.configMap.items.map(({ key, path }: Json) => [
      path,
      Buffer.from(binaryData[key], "base64").toString(),
    ]);
    expect(content).toEqual([
      ["a.png", "one"],
      ["b c.jpg", "two"],
    ]);
    expect(configOf(objects, "conv").stages[0]!.params.model).toBe("conv/net.onnx");
  });

  test("has room for its drain", () => {
    for (const { name } of LINE) {
      const { spec } = named(objects, "Deployment", name).spec.template;
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(configOf(objects, name).gracePeriod);
    }
  });

  test("keeps to the restricted Pod Security Standard", () => {
    const deployments = ofKind(objects, "Deployment");
    expect(deployments).toHaveLength(LINE.length);
    const allowed = new Set(["configMap", "emptyDir", "secret"]);
    for (const { spec } of deployments.map(({ spec }) => spec.template)) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(spec.automountServiceAccountToken).toBe(false);
      for (const key of ["hostNetwork", "hostPID", "hostIPC"]) expect(spec).not.toHaveProperty(key);
      for (const container of spec.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        for (const port of container.ports) expect(port).not.toHaveProperty("hostPort");
      }
      const kinds = spec.volumes.flatMap(({ name, ...source }: Json) => Object.keys(source));
      expect(kinds.filter((kind: string) => !allowed.has(kind))).toEqual([]);
    }
    expect(ofKind(objects, "Namespace")[0].metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  test("can be deleted by one name: everything is in the run's namespace", () => {
    const outside = objects.filter(
      ({ kind, metadata }) => kind !== "Namespace" && metadata.namespace !== SETTINGS.namespace,
    );
    expect(outside).toEqual([]);
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

test("the same line gives the same bytes; another split moves the pods of what moved, and no others", () => {
  const before = applied(manifests(LINE, SETTINGS));
  expect(manifestsYaml(manifests(podsOf("EESS"), SETTINGS))).toBe(manifestsYaml(manifests(LINE, SETTINGS)));
  const after = applied(manifests(podsOf("ESSS"), SETTINGS));
  const changed = after.filter((object, i) => JSON.stringify(object) !== JSON.stringify(before[i]));
  // The link's compression moves with the boundary.
  expect(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    // As many as a node has may be away.
    "PodDisruptionBudget stages",
    "ConfigMap conv",
    "Deployment conv",
    "ConfigMap relu",
    "Deployment relu",
  ]);
  const nodeOf = (objects: Json[]) => named(objects, "Deployment", "conv").spec.template.spec.nodeSelector;
  expect([nodeOf(before), nodeOf(after)]).toEqual([
    { role: "edge", "kubernetes.io/arch": "arm64" },
    { "edgetwin.dev/node": "server" },
  ]);
});

describe("pods prove who they are", () => {
  const certificates = certificatesOf(LINE);
  const objects = applied(manifests(LINE, { ...SETTINGS, certificates }));

  test("by keys in Secrets of their own, which the image's user may read", () => {
    const containerfile = readFileSync(join(import.meta.dirname, "../../live/image/Containerfile"), "utf8");
    for (const { name } of LINE) {
      const { data, type } = named(objects, "Secret", `${name}.tls`);
      expect(type).toBe("kubernetes.io/tls");
      const { spec } = named(objects, "Deployment", name).spec.template;
      const volume = spec.volumes.find((one: Json) => one.secret?.secretName === `${name}.tls`);
      expect(volume.secret.defaultMode).toBe(0o440);
      expect(containerfile).toContain(`USER ${spec.securityContext.fsGroup}:${spec.securityContext.fsGroup}\n`);
      const { mountPath } = spec.containers[0].volumeMounts.find((one: Json) => one.name === volume.name);
      const { tls } = configOf(objects, name);
      const content = (path: string) => Buffer.from(data[path.replace(`${mountPath}/`, "")], "base64").toString();
      const { ca, certificate, key } = certificates.get(name)!;
      expect([tls!.ca, tls!.certificate, tls!.key].map(content)).toEqual([ca, certificate, key]);
    }
  });

  test("to the pod before them, whose name they expect to find", () => {
    const peers = LINE.map(({ name }) => configOf(objects, name).tls!.upstream);
    expect(peers).toEqual([null, "source", "conv", "relu"]);
  });

  test("but not to kubelets, which ask for their health over HTTP", () => {
    const { spec } = named(objects, "Deployment", "conv").spec.template;
    const { metricsPort } = configOf(objects, "conv");
    expect(spec.containers[0].readinessProbe.httpGet).toEqual({ path: HEALTH_PATH, port: metricsPort });
  });

  test("again when their certificates are new; and not at all where that is asked for", () => {
    const annotations = (of: Json[]) => named(of, "Deployment", "relu").spec.template.metadata.annotations;
    const fresh = new Map([...certificates, ["relu", { ca: "", certificate: "another", key: "" }]]);
    const after = applied(manifests(LINE, { ...SETTINGS, certificates: fresh }));
    expect(annotations(after)).not.toEqual(annotations(objects));
    const plain = applied(manifests(LINE, { ...SETTINGS, certificates: "none" }));
    expect(ofKind(plain, "Secret")).toEqual([]);
    expect(configOf(plain, "relu")).toMatchObject({ tls: null });
    expect(JSON.stringify(plain)).not.toMatch(/tls|fsGroup/);
  });
});

test("a pod that reads something else is another pod", () => {
  const annotation = (files: typeof FILES) =>
    named(applied(manifests(LINE, { ...SETTINGS, files })), "Deployment", "source").spec.template.metadata.annotations;
  const changed = new Map([
    ...FILES,
    ["source", { param: "folder", files: new Map([["a.png", Buffer.from("1")]]) } as const],
  ]);
  expect(annotation(changed)).not.toEqual(annotation(FILES));
});

test.each([
  [19, "policy/v1beta1", "httpGet"],
  [20, "policy/v1beta1", "httpGet"],
  [21, "policy/v1", "httpGet"],
  [23, "policy/v1", "httpGet"],
  [24, "policy/v1", "grpc"],
  [33, "policy/v1", "grpc"],
])("Kubernetes 1.%i has %s and probes by %s", (minor, policy, probe) => {
  const objects = applied(manifests(LINE, { ...SETTINGS, minor, certificates: "none" }));
  expect(ofKind(objects, "PodDisruptionBudget")[0].apiVersion).toBe(policy);
  const [container] = named(objects, "Deployment", "conv").spec.template.spec.containers;
  for (const name of ["startupProbe", "readinessProbe", "livenessProbe"]) expect(container[name]).toHaveProperty(probe);
});

test("files that no ConfigMap takes are told, all of them", () => {
  const large = (bytes: number) => ({ param: "model", files: new Map([["x", Buffer.alloc(bytes)]]) }) as const;
  const files = new Map([
    ["conv", large(MOST_BYTES)],
    ["relu", large(9)],
    ["maxpool", large(MOST_BYTES * 2)],
  ]);
  const together = podsOf("EEEE", [1, 3]);
  expect(() => manifests(together, { ...SETTINGS, files })).toThrow(
    /at most 750000 bytes:\n {2}conv: 1000002 bytes\n {2}maxpool: 2000001 bytes$/,
  );
});
