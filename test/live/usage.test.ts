import { expect, test } from "vitest";
import { Driver } from "../../live/driver.ts";
import { PodClient } from "../../live/measure/pod-client.ts";
import { deployLine, lineOf } from "./line.ts";

test("a pod tells the CPU time of its own thread and of what compiles it, which warming it up adds to", async () => {
  const pods = lineOf({ grouping: [2, 2] });
  const deployment = await deployLine(pods);
  const driver = new Driver(deployment, pods);
  const client = new PodClient(pods[0]!.name, deployment.address(pods[0]!.name), null);
  try {
    const before = await client.usage();
    await driver.warmUp({ height: 64, width: 64 }, 0);
    const after = await client.usage();
    expect(after.threadCpu).toBeGreaterThan(before.threadCpu);
    if (process.platform === "linux") expect(after.compilerCpu).toBeGreaterThan(before.compilerCpu);
    else expect(after.compilerCpu).toBeNaN();
  } finally {
    client.close();
    driver.close();
    await deployment.stop();
  }
});
