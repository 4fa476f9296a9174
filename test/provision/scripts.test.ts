import { execFileSync, spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { FACTS_SCRIPT, parseFacts } from "../../live/provision/k3s-facts.ts";
import {
  agentScript,
  labelScript,
  missingFiles,
  serverScript,
  uninstallScript,
} from "../../live/provision/k3s-scripts.ts";
import { parseTarget } from "../../live/provision/target.ts";

const copied = { binary: "k3s-arm64", images: "k3s-airgap-images-arm64.tar", installer: "install.sh" };
const SCRIPTS = {
  facts: FACTS_SCRIPT,
  server: serverScript("10.0.0.1", { version: "v1.33.6+k3s1" }),
  agent: agentScript("https://10.0.0.1:6443", "it's a token", { version: "v1.33.6+k3s1" }),
  copied: agentScript("https://10.0.0.1:6443", "token", { copied }),
  label: labelScript("xavier", ["role=edge"]),
  uninstall: uninstallScript("agent"),
};

describe.runIf(process.platform === "linux")("scripts, by a shell", () => {
  test.each(Object.entries(SCRIPTS))("%s is one", (_, script) => {
    expect(spawnSync("sh", ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  test("this machine tells its facts, by nothing but what a machine has", () => {
    const text = execFileSync("sh", ["-s"], { input: FACTS_SCRIPT, encoding: "utf8" });
    const { facts } = parseFacts(text, true);
    expect(facts).toMatchObject({
      hostname: hostname().toLowerCase(),
      architecture: process.arch === "x64" ? "amd64" : "arm64",
    });
  });

  test("an agent that can't reach its server says so, and installs nothing", () => {
    const fakes = "curl() { return 7; }\nwget() { return 4; }\nmktemp() { echo touched >&2; }\n";
    const { status, stderr } = spawnSync("sh", ["-s"], { input: `${fakes}${SCRIPTS.agent}`, encoding: "utf8" });
    expect([status, stderr]).toEqual([1, "the server does not answer at https://10.0.0.1:6443 from here\n"]);
  });

  test("there is nothing to uninstall where nothing is", () => {
    const script = uninstallScript("agent").replaceAll(/\/usr\/local\/bin|\/opt\/bin/g, "/nowhere");
    expect(execFileSync("sh", ["-s"], { input: script, encoding: "utf8" })).toBe("no k3s agent here\n");
  });
});

test("targets", () => {
  expect(parseTarget("lab@xavier", "edge")).toEqual({ node: "edge", ssh: "lab@xavier", port: null });
  expect(parseTarget("cam-2=xavier:2222", "edge")).toEqual({ node: "cam-2", ssh: "xavier", port: 2222 });
  for (const text of ["", "lab@", "-oProxyCommand=x", "a b", "x:0y", "edge=-x", "x:70000", "a@b; reboot"])
    expect(parseTarget(text, "edge"), text).toBeNull();
});

test("a release's files, by architecture", () => {
  expect(missingFiles("arm64", ["k3s-arm64", "k3s-airgap-images-arm64.tar.gz", "install.sh"])).toEqual([]);
  expect(missingFiles("amd64", ["k3s-arm64", "install.sh"])).toEqual([
    "k3s",
    "k3s-airgap-images-amd64.tar.zst (or .tar.gz, .tar)",
  ]);
});
