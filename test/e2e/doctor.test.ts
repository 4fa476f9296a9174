import { expect, test } from "vitest";
import { typed } from "../cli/edgetwin.ts";

// On the cluster that KUBECONFIG names; skipped where there is none.
test.skipIf(process.env.KUBECONFIG === undefined)(
  "doctor looks at a real cluster, and changes nothing there",
  async () => {
    const { code, stdout, stderr } = await typed(["doctor", "--on", "kubernetes", "--output", "json"]);
    expect(stderr).toBe("");
    const { checks, counts } = JSON.parse(stdout) as {
      checks: { area: string; what: string; status: string; found: string }[];
      counts: Record<string, number>;
    };
    const status = (area: string, what: string) => checks.find((one) => one.area === area && one.what === what)?.status;
    expect(status("cluster", "server")).toBe("ok");
    expect(status("cluster", "nodes")).toBe("ok");
    expect(status("rights", "in default")).toBe("ok");
    expect(code).toBe(counts.wrong === 0 ? 0 : 1);
  },
);
