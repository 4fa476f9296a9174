import { readdirSync, readFileSync } from "node:fs";
import { processes } from "../../../live/clusters/processes.ts";
import { nodeOf } from "./candidate.ts";
import { conformance } from "./conformance.ts";

/** Inherited by all that this test starts, and by what that starts. */
const MARK = "EDGETWIN_CONFORMANCE";

/** Processes that are pods with this test's mark, as Linux tells: their ids, and their names. */
function marked(topology: string): { pid: number; pod: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      let environment: string[];
      try {
        environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      } catch {
        return [];
      }
      const config = environment.find((variable) => variable.startsWith("EDGETWIN_POD="));
      if (config === undefined || !environment.includes(`${MARK}=${topology}`)) return [];
      const { name } = JSON.parse(config.slice(config.indexOf("=") + 1)) as { name: string };
      return [{ pid: Number(pid), pod: name }];
    });
}

conformance({
  name: "processes",
  why: process.platform === "linux" ? null : "only Linux tells by /proc what is left behind",
  nodes: [nodeOf("edge", "E"), nodeOf("server", "S")],
  async open({ name }) {
    process.env[MARK] = name;
    return processes;
  },
  flags: [],
  async kill(topology, pod) {
    for (const one of marked(topology)) if (one.pod === pod) process.kill(one.pid, "SIGKILL");
  },
  leftovers: async (topology) => marked(topology).map(({ pid, pod }) => `process ${pid}: ${pod}`),
});
