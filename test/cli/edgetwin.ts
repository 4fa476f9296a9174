import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { main } from "../../live/cli/main.ts";

const PROGRAM = fileURLToPath(new URL("../../live/cli/edgetwin.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command in this process, one at a time, and waits for its end. All that it has of a process is lent to it: arguments,
 * environment, folder, exit code, output, signals.
 */
export async function edgetwin(
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd = process.cwd(),
): Promise<Ended> {
  const { argv, exitCode, stdout, stderr } = process;
  const folder = process.cwd();
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  const writes = [stdout.write, stderr.write];
  const written = { stdout: "", stderr: "" };
  const handlers = SIGNALS.map((name) => process.listeners(name));
  const into = (name: "stdout" | "stderr") => (text: string | Uint8Array) => {
    written[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    return true;
  };
  try {
    process.argv = [process.execPath, PROGRAM, ...args];
    // In place: what runs programs has got hold of it.
    Object.assign(process.env, environment);
    process.exitCode = undefined;
    process.chdir(cwd);
    stdout.write = into("stdout");
    stderr.write = into("stderr");
    const code = await main();
    return { code, ...written };
  } finally {
    [stdout.write, stderr.write] = writes as [typeof stdout.write, typeof stderr.write];
    Object.assign(process, { argv, exitCode });
    process.chdir(folder);
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    SIGNALS.forEach((name, i) => {
      for (const handler of process.listeners(name)) if (!handlers[i]!.includes(handler)) process.off(name, handler);
    });
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs the command as a user does, in a process of its own, and waits for its end. */
export function typed(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return started(args, environment).ended;
}

/** The same, with the process at hand. */
export function started(args: readonly string[], environment: Record<string, string> = {}, cwd = process.cwd()) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...environment },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => {
    stdout += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}
