import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(new URL("../../live/interrupt.ts", import.meta.url));
/** Work that takes a second to end in order, once it is interrupted. */
const PROGRAM = `
  const { interruptSignal } = await import(${JSON.stringify(MODULE)});
  interruptSignal().addEventListener("abort", () => setTimeout(() => process.exit(7), 1000));
  setInterval(() => {}, 1000);
  process.stdout.write("ready");
`;

async function interrupted(...pauses: readonly number[]): Promise<number | null> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM]);
  await once(child.stdout, "data");
  const ended = once(child, "exit");
  for (const pause of pauses) {
    await wait(pause);
    child.kill("SIGTERM");
  }
  const [code] = await ended;
  return code;
}

test("what is interrupted ends in order, also if the same signal comes twice; and at once if another comes", async () => {
  expect(await interrupted(0)).toBe(7);
  expect(await interrupted(0, 20)).toBe(7);
  expect(await interrupted(0, 500)).toBe(130);
});

test("whose terminal or reader is gone ends in order all the same", async () => {
  const command = fileURLToPath(new URL("../../live/cli/edgetwin.js", import.meta.url));
  const program = `process.argv.splice(1, Infinity, "edgetwin", "--version"); await import(${JSON.stringify(command)}); ${PROGRAM}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  let text = "";
  for await (const bytes of child.stdout) {
    text += bytes;
    if (text.endsWith("ready")) break;
  }
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([7, null]);
});
