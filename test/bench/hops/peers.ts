import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NODE_FLAGS, POD_ENVIRONMENT } from "../../../live/stage/runtime.ts";
import { atEnd } from "./cleanup.ts";
import type { Peer } from "./pair.ts";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PROTOS = here("../../../protos");
/** Debian's packages of grpcio are for Debian's Python, whatever comes first in PATH. */
const PYTHON = "/usr/bin/python3";

/** A peer, or why it is not here. */
export type Found = Peer | { readonly missing: string };

export const OURS: Peer = nodePair("server.ts", "client.ts");

/** Peers that come with Node. A bare socket gets a pod's flags too: it stands for what Node can do. */
export const GRPC_JS: Peer = {
  server: [process.execPath, here("grpc-js.ts")],
  client: [process.execPath, here("grpc-js.ts")],
  environment: {},
};
export const HTTP2: Peer = nodePair("http2.ts", "http2.ts");
export const TCP: Peer = nodePair("tcp.ts", "tcp.ts");

function nodePair(server: string, client: string): Peer {
  return {
    server: [process.execPath, ...NODE_FLAGS, here(server)],
    client: [process.execPath, ...NODE_FLAGS, here(client)],
    environment: POD_ENVIRONMENT,
  };
}

/** A folder that goes with this process. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "edgetwin-bench-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** With glibc's own settings of malloc: some processes map and unmap every large message then, and are seven times slower. */
export function asItComes(peer: Found): Found {
  return "missing" in peer ? peer : { ...peer, environment: {} };
}

/** Compiles peer.cc, ten seconds or so. */
export async function cppPeer(): Promise<Found> {
  const folder = scratch();
  try {
    const plugin = (await run("which", ["grpc_cpp_plugin"])).stdout.trim();
    const outputs = [`--cpp_out=${folder}`, `--grpc_out=${folder}`, `--plugin=protoc-gen-grpc=${plugin}`];
    await run("protoc", [`-I${PROTOS}`, ...outputs, "edgetwin/v1/hop.proto"]);
    const flags = (await run("pkg-config", ["--cflags", "--libs", "grpc++", "protobuf"])).stdout.trim().split(/\s+/);
    // One unit of translation: most of the time goes into the library's headers.
    const sources = ["edgetwin/v1/hop.pb.cc", "edgetwin/v1/hop.grpc.pb.cc", here("peer.cc")];
    writeFileSync(join(folder, "peer.cc"), sources.map((source) => `#include "${source}"\n`).join(""));
    const program = join(folder, "peer");
    await run("g++", ["-O2", "-std=c++17", `-I${folder}`, join(folder, "peer.cc"), "-o", program, ...flags]);
    return { server: [program], client: [program], environment: POD_ENVIRONMENT };
  } catch (error) {
    return { missing: reason(error, { which: "grpc_cpp_plugin is not installed" }) };
  }
}

export async function pythonPeer(): Promise<Found> {
  try {
    await run(PYTHON, ["-c", "import grpc, google.protobuf"]);
    const stubs = scratch();
    await run("protoc", [`-I${PROTOS}`, `--python_out=${stubs}`, "edgetwin/v1/hop.proto"]);
    const command = [PYTHON, here("peer.py")];
    return { server: command, client: command, environment: { ...POD_ENVIRONMENT, PYTHONPATH: stubs } };
  } catch (error) {
    return { missing: reason(error, {}) };
  }
}

/** One line: a command that is not there, or the last thing that it said. */
function reason(error: unknown, silent: Readonly<Record<string, string>>): string {
  const { code, path, cmd, stderr, message } = error as NodeJS.ErrnoException & { cmd?: string; stderr?: string };
  if (code === "ENOENT") return `${path} is not installed`;
  const said = (stderr ?? message).trim().split("\n");
  return said.find((line) => /error/i.test(line)) ?? silent[cmd?.split(" ")[0] ?? ""] ?? said.at(-1) ?? message;
}
