import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../live/clusters/kubernetes/yaml.ts";
import { imageReference } from "../../live/image/reference.ts";
import { edgetwin } from "../cli/edgetwin.ts";

type Json = ReturnType<typeof JSON.parse>;
const LOCAL = fileURLToPath(new URL("../../topologies/local.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "edgetwin-manifests-"));
afterAll(() => rmSync(folder, { recursive: true }));

const asYaml = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Json);
const find = (objects: Json[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

test("a split of the example, with its images, what is not real said on stderr", async () => {
  const { code, stdout, stderr } = await edgetwin(["manifests", LOCAL, "--splits", "EESS"]);
  expect([code, stderr]).toEqual([
    0,
    "manifests: pods read their keys from Secrets NAME.tls, which are not printed: see --with-secrets, --plaintext\n" +
      "manifests: on Kubernetes nodes are real: speed of edge, server is not emulated\n",
  ]);
  const objects = asYaml(stdout);
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  expect(deployments.map(({ metadata }) => metadata.name)).toEqual(["source", "conv", "relu", "maxpool"]);
  const nodes = deployments.map(({ spec }) => spec.template.spec.nodeSelector["edgetwin.dev/node"]);
  expect(nodes).toEqual(["edge", "edge", "server", "server"]);
  expect(deployments[0].spec.template.spec.containers[0].image).toBe(imageReference());
  const { spec } = deployments[0].spec.template;
  const { items, name } = spec.volumes.find((volume: Json) => volume.name === "data-1").configMap;
  const street = items.find(({ path }: Json) => path === "2-street.png");
  const image = readFileSync(fileURLToPath(new URL("../../topologies/images/2-street.png", import.meta.url)));
  expect(find(objects, "ConfigMap", name).binaryData[street.key]).toBe(image.toString("base64"));
});

test("JSON is the same objects as one List; flags reach them", async () => {
  const flags = ["--groupings", "4", "--splits", "SSSS", "--image", "lab/stage:2", "--namespace", "mine", "--existing"];
  const args = ["manifests", LOCAL, ...flags, "--kubernetes", "v1.20.2"];
  const { stdout } = await edgetwin([...args, "--output", "json"]);
  const { kind, items } = JSON.parse(stdout) as { kind: string; items: KubernetesObject[] };
  expect(kind).toBe("List");
  expect(items).toEqual(asYaml((await edgetwin(args)).stdout));
  const [deployment] = items.filter((item) => item.kind === "Deployment") as Json[];
  expect(deployment.metadata).toMatchObject({ name: "source-conv-relu-maxpool", namespace: "mine" });
  const [{ image, startupProbe }] = deployment.spec.template.spec.containers;
  expect(image).toBe("lab/stage:2");
  expect(startupProbe).toHaveProperty("httpGet");
  expect(items.filter((item) => item.kind === "Namespace")).toEqual([]);
});

test("keys are printed where that is asked for, others each time; in plaintext there are none", async () => {
  const args = ["manifests", LOCAL, "--groupings", "2+2", "--splits", "EESS"];
  const secrets = async () =>
    asYaml((await edgetwin([...args, "--with-secrets"])).stdout).filter(({ kind }) => kind === "Secret");
  const one = await secrets();
  const other = await secrets();
  expect(one.map(({ metadata }) => metadata.name)).toEqual(["source-conv.tls", "relu-maxpool.tls"]);
  const certificate = new X509Certificate(Buffer.from(one[0].data["tls.crt"], "base64"));
  const authority = new X509Certificate(Buffer.from(one[1].data["ca.crt"], "base64"));
  expect(new X509Certificate(Buffer.from(one[1].data["tls.crt"], "base64")).subjectAltName).toBe(
    "DNS:relu-maxpool, URI:edgetwin:pulls-from:source-conv",
  );
  expect(certificate.checkHost("source-conv")).toBe("source-conv");
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(Buffer.from(one[0].data["tls.key"], "base64")))).toBe(true);
  expect(new Set([...one, ...other].map(({ data }) => data["tls.key"])).size).toBe(4);
  const plain = asYaml((await edgetwin([...args, "--plaintext"])).stdout);
  expect(plain.filter(({ kind, spec }) => kind === "Secret" || /secretName/.test(JSON.stringify(spec)))).toEqual([]);
  expect(await edgetwin([...args, "--plaintext", "--with-secrets"])).toMatchObject({ code: 2 });
});

test("several placements are too many: it says which there are, and how to choose", async () => {
  const { code, stdout, stderr } = await edgetwin(["manifests", LOCAL, "--splits", "EESS,SSSS"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/one placement, these are 2: EESS-1\+1\+1\+1, SSSS-1\+1\+1\+1; choose with --splits/);
});

test.each([
  [["--namespace", "Mine"], /Mine.* is not allowed.*lower-case/s],
  [["--kubernetes", "2.0"], /2\.0.* is not allowed.*1\.28/s],
  [["--kubernetes", "1.18"], /1\.18.* is not allowed.*1\.19/s],
  [["--splits", "EES"], /EES/],
])("%j is wrong input", async (flags, message) => {
  const { code, stderr } = await edgetwin(["manifests", LOCAL, "--splits", "EESS", ...flags]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test("images that are not there are wrong input", async () => {
  const file = join(folder, "x.yaml");
  writeFileSync(file, readFileSync(LOCAL, "utf8").replace("folder: images", "folder: pictures"));
  const { code, stderr } = await edgetwin(["manifests", file, "--splits", "EESS"]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/error: stage source: .*pictures/)]);
});
