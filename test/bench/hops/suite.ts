import { cpus, release, totalmem } from "node:os";
import { wrap } from "../../../sim/report/columns.ts";
import { delayed } from "./delayed.ts";
import { loopback } from "./loopback.ts";
import { cppPeer, pythonPeer } from "./peers.ts";
import { pipeline } from "./pipeline.ts";
import { shaped } from "./shaped.ts";

const PARTS = ["loopback", "shaped", "delayed", "pipeline"] as const;

/**
 * edgetwin's hop beside C++ gRPC and others: `npm run bench hops`, or some of its parts (`npm run bench hops shaped`).
 * @param parts of PARTS; none: all.
 */
export async function bench(parts: readonly string[]): Promise<void> {
  const unknown = parts.filter((part) => !PARTS.some((known) => known === part));
  if (unknown.length > 0) {
    process.stderr.write(`error: hops has no part ${unknown.join(", ")}; there are: ${PARTS.join(", ")}\n`);
    process.exit(2);
  }
  const say = (text: string) => void process.stdout.write(`${text.length > 80 ? wrap(text).join("\n") : text}\n`);
  const wanted = (part: (typeof PARTS)[number]) => parts.length === 0 || parts.includes(part);
  const machine = `${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  say(`${machine}; ${process.platform} ${release()}; Node ${process.versions.node}; ${date}`);
  const ends = wanted("loopback") || wanted("shaped");
  const cpp = ends ? await cppPeer() : { missing: "" };
  if (ends && "missing" in cpp) say(`C++ gRPC: skipped: ${cpp.missing}`);
  if (wanted("loopback")) {
    const python = await pythonPeer();
    if ("missing" in python) say(`Python grpcio: skipped: ${python.missing}`);
    say("");
    await loopback(cpp, python, say);
  }
  if (wanted("shaped")) {
    say("");
    await shaped(cpp, say);
  }
  if (wanted("delayed")) {
    say("");
    await delayed(say);
  }
  if (wanted("pipeline")) {
    say("");
    await pipeline(say);
  }
}
