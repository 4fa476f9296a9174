import { expect, test } from "vitest";
import type { PodJson } from "../../../live/clusters/kubernetes/api.ts";
import { allServe, lastWords, troubleOfPod, troublesOf } from "../../../live/clusters/kubernetes/troubles.ts";
import { recorded } from "./recorded.ts";

type Status = NonNullable<PodJson["status"]["containerStatuses"]>[number];

function pod(status: Partial<Status>, more: Partial<PodJson["status"]> = {}, deleted = false): PodJson {
  return {
    kind: "Pod",
    metadata: {
      name: "conv-1-2",
      labels: { "edgetwin.dev/pod": "conv" },
      ...(deleted ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: { containers: [{ name: "stage", image: "x" }] },
    status: { containerStatuses: [{ ready: false, restartCount: 0, ...status }], ...more },
  };
}
const waiting = (reason: string) => ({ state: { waiting: { reason, message: "why" } } });
const ended = { terminated: { exitCode: 137, reason: "OOMKilled", message: "one\n\ntwo\n" } };

test.each([
  ["that starts", pod(waiting("ContainerCreating")), null],
  ["that serves", pod({ ready: true, restartCount: 5, state: {}, lastState: ended }), null],
  ["that is deleted", pod(waiting("CrashLoopBackOff"), {}, true), null],
  ["that ended once", pod({ restartCount: 1, lastState: ended }), null],
  ["whose image is not pulled yet", pod(waiting("ErrImagePull")), { cause: "image", final: false }],
  ["whose image is never pulled", pod(waiting("ErrImageNeverPull")), { cause: "image", final: true }],
  ["whose image is not found", pod(waiting("ImagePullBackOff")), { cause: "image", final: true }],
  ["without its ConfigMap", pod(waiting("CreateContainerConfigError")), { cause: "configuration", final: false }],
  [
    "that ends again and again",
    pod({ ...waiting("CrashLoopBackOff"), restartCount: 1, lastState: ended }),
    { cause: "crash", final: true, message: "it ended with exit code 137 (OOMKilled), again and again" },
  ],
  ["that ended three times", pod({ restartCount: 2, lastState: ended }), { cause: "crash", final: true }],
  ["that was evicted", pod({}, { phase: "Failed", reason: "Evicted", message: "disk" }), { message: "Evicted: disk" }],
])("a pod %s", (_, one, trouble) => {
  const found = troubleOfPod(one);
  if (trouble === null) expect(found).toBeNull();
  else expect(found).toMatchObject({ pod: "conv", ...trouble });
});

test("a Deployment whose pods the API refuses is in trouble, one that has its pod is not", () => {
  const { objects } = recorded("quota");
  expect(troublesOf(objects)).toMatchObject([
    { pod: "conv", cause: "refused", final: false, message: expect.stringContaining("exceeded quota") },
    { pod: "edgetwin-gateway", cause: "refused" },
  ]);
  expect(allServe(objects, ["source-1a2b3c"])).toBe(true);
  expect(allServe(objects, ["source-1a2b3c", "conv-1a2b3c"])).toBe(false);
});

test("of a pod with several troubles the final one is told", () => {
  const mending = pod(waiting("ErrImagePull"));
  const final = pod(waiting("ErrImageNeverPull"));
  for (const objects of [
    [mending, final],
    [final, mending],
  ])
    expect(troublesOf(objects)).toMatchObject([{ final: true }]);
});

test("last words are of the container that ended", () => {
  expect(lastWords(pod({ lastState: ended }))).toEqual(["one", "two"]);
  expect(lastWords(pod({}))).toEqual([]);
});
