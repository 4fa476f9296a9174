import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { stripped } from "./stripped.ts";

/**
 * What a module's `digests(1)` gives in a page of a headless Chromium, as JSON.
 * @param program Chromium. @param entry The module's path from the repository's root.
 * @throws Error with what the page or Chromium has to say.
 */
export async function inChromium(program: string, entry: string): Promise<string> {
  const modules = stripped(entry);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const page = `<!doctype html><script type="module">
    const post = (path, body) => fetch(path, { method: "POST", body });
    try {
      const { digests } = await import("/${entry}");
      await post("/result", JSON.stringify(digests(1)));
    } catch (error) {
      await post("/error", String(error.stack));
    }
  </script>`;
  const server = createServer(async (request, response) => {
    const path = request.url!;
    if (request.method === "POST") {
      const body = await text(request);
      response.end();
      if (path === "/result") resolve(body);
      else reject(new Error(`in the page: ${body}`));
      return;
    }
    const code = modules.get(path.slice(1));
    if (path !== "/" && code === undefined) response.statusCode = 404;
    response.setHeader("content-type", path === "/" ? "text/html" : "text/javascript");
    response.end(path === "/" ? page : code);
  });
  const profile = mkdtempSync(join(tmpdir(), "edgetwin-chromium-"));
  let browser: ChildProcess | undefined;
  try {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    // The sandbox needs namespaces that root in a container does not have; the page is ours.
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
    browser = spawn(program, [...flags, `http://127.0.0.1:${port}/`], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    browser.stderr!.on("data", (data) => {
      errors += data;
    });
    browser.once("error", reject);
    browser.once("exit", (code) => reject(new Error(`${program} ended with ${code}: ${errors}`)));
    return await promise;
  } finally {
    server.close();
    server.closeAllConnections();
    if (browser?.pid !== undefined && browser.exitCode === null) {
      browser.kill();
      await once(browser, "exit");
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
