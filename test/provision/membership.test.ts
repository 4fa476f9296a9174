import { expect, test } from "vitest";
import { CommandError, type Runner } from "../../live/exec.ts";
import { awaitMembers, type Member, membershipProblems } from "../../live/provision/k3s-membership.ts";
import { Shell } from "../../live/provision/ssh.ts";

const members: readonly Member[] = [
  { hostname: "server", target: "lab@server", service: "k3s" },
  { hostname: "xavier", target: "lab@xavier", service: "k3s-agent" },
];
const node = (name: string, kubeletVersion: string, status: string) => ({
  metadata: { name },
  status: {
    conditions: [{ type: "Ready", status, message: "cni plugin not initialized" }],
    nodeInfo: { kubeletVersion },
  },
});
const list = (...items: readonly object[]) => JSON.stringify({ items });

test("a machine that has not joined, is not ready, or is of another version", () => {
  const log = "ssh lab@xavier sudo journalctl --unit k3s-agent --lines 50";
  const server = node("server", "v2", "True");
  expect(membershipProblems(list(server), members, "v2")).toEqual([`xavier (lab@xavier) has not joined: ${log}`]);
  expect(membershipProblems(list(server, node("xavier", "v2", "False")), members, "v2")).toEqual([
    `xavier (lab@xavier) is not ready: cni plugin not initialized: ${log}`,
  ]);
  expect(membershipProblems(list(server, node("xavier", "v1", "True")), members, "v2")).toEqual([
    `xavier (lab@xavier) runs v1, not v2: ${log}`,
  ]);
  expect(membershipProblems(list(server, node("xavier", "v2", "True")), members, "v2")).toEqual([]);
});

/** A server that answers so, one after the other. */
function shell(...answers: readonly string[]) {
  let asked = 0;
  const runner: Runner = { run: async () => answers[Math.min(asked++, answers.length - 1)]! };
  return { shell: new Shell({ node: "server", ssh: "lab@server", port: null }, runner, false), asked: () => asked };
}

test("it is asked until all are members", async () => {
  const one = list(node("server", "v2", "True"));
  const both = list(node("server", "v2", "True"), node("xavier", "v2", "True"));
  const { shell: server, asked } = shell(one, one, both);
  await awaitMembers(server, members, "v2", { seconds: 60, interval: 0.001 });
  expect(asked()).toBe(3);
});

test("and if they never are, it says which is not", async () => {
  const { shell: server } = shell(list(node("server", "v1", "True")));
  await expect(awaitMembers(server, members, "v2", { seconds: 0.01, interval: 0.001 })).rejects.toThrow(CommandError);
  await expect(awaitMembers(server, members, "v2", { seconds: 0, interval: 0.001 })).rejects.toThrow(
    /server \(lab@server\) runs v1, not v2.*\nxavier \(lab@xavier\) has not joined/,
  );
});
