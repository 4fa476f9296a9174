import { describe, expect, it } from "vitest";
import { renderReport } from "../../live/report/report.ts";
import { compare } from "../../sim/compare/compare.ts";
import { type RunInfo, reportHtml } from "../../sim/report/html.ts";
import { pair, SATURATED, samplePairs, TOLERANCE } from "../compare/fixture.ts";

const RUN: RunInfo = {
  date: "2026-01-02T03:04:05.678Z",
  machine: ["2 cores"],
  commands: ["edgetwin validate a.yaml > out.txt"],
  version: "0.1.0",
};

const comparison = compare({
  name: "<b>&\"'",
  created: RUN.date,
  pairs: samplePairs(),
  tolerance: TOLERANCE,
  emulated: ["The edge is emulated </script><script>alert(1)</script>"],
});

describe("report", async () => {
  const html = await renderReport(comparison, RUN);

  it("needs no network and runs no script", () => {
    // Names of XML namespaces and the `$schema` of specifications are names, not references.
    const rest = html.replace(/xmlns(:\w+)?="[^"]*"/g, "").replace(/"\$schema":"[^"]*"/g, "");
    expect(rest).not.toMatch(/https?:|\/\/\w+\.\w+/);
    expect(html).not.toMatch(/<(link|img|iframe|object|embed)\b|url\(\s*['"]?(?!#)|@import|\bon\w+=/);
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toMatch(/^<script type="application\/json" data-spec="[\w-]+">$/);
  });

  it("escapes what topologies and flags say", () => {
    expect(html).toContain("<title>edgetwin: &lt;b&gt;&amp;&quot;&#39;</title>");
    expect(html).not.toContain("<script>");
    expect(html).toContain("edgetwin validate a.yaml &gt; out.txt");
  });

  it("opens with what was run, the best split and the worst errors", () => {
    const head = html.slice(html.indexOf("<h1>"), html.indexOf('<section id="pictures">'));
    expect(head).toContain("54 plans at 256x256, 512x512, 1024x1024");
    expect(head).toContain("2026-01-02 03:04 UTC");
    expect(head).toContain(comparison.decision.measured);
    expect(head).toMatch(/Worst throughput<\/dt><dd>[+-][\d.]+ %/);
    expect(head).toMatch(/Worst p50<\/dt><dd>[+-][\d.]+ %/);
  });

  it("has a row per plan, and a paragraph per plan out of tolerance", () => {
    expect(html.match(/<th scope="row">/g)).toHaveLength(comparison.plans.length);
    const section = html.slice(html.indexOf('<section id="misses">'), html.indexOf('<section id="findings">'));
    expect(section.match(/<p>/g)).toHaveLength(comparison.plans.filter((plan) => !plan.within).length);
  });

  it("keeps the specification of each picture beside it", () => {
    const specs = [...html.matchAll(/<script type="application\/json"[^>]*>(.*?)<\/script>/g)];
    expect(specs).toHaveLength(html.match(/<figure /g)!.length);
    for (const [, text] of specs) expect(JSON.parse(text!).$schema).toMatch(/vega-lite\/v6\.json$/);
  });

  it("says so when every plan is within tolerance and nothing is emulated", () => {
    const pairs = [pair({ split: "EEEE", size: [64, 64], load: SATURATED })];
    const good = compare({ name: "good", created: RUN.date, pairs, tolerance: TOLERANCE, emulated: [] });
    const text = reportHtml({ comparison: good, findings: [], run: RUN, pictures: [] });
    expect(text).toContain("No plan: every prediction is within tolerance.");
    expect(text).toContain("Nothing: the nodes and links are those of the topology.");
    expect(text).toContain("measured once");
  });
});
