import { describe, expect, it } from "vitest";
import { renderReport } from "../../live/report/report.ts";
import { renderSweep } from "../../live/report/sweep-page.ts";
import { outcomeOf } from "../../live/sweep/run.ts";
import { compare } from "../../sim/compare/compare.ts";
import { reportHtml } from "../../sim/report/html.ts";
import type { RunInfo } from "../../sim/report/page.ts";
import { Predictor, unitsOf } from "../../sim/sweep/unit.ts";
import { pair, SATURATED, samplePairs, TOLERANCE } from "../compare/fixture.ts";
import { sweepOfTwo } from "../sweep/fixture.ts";

const CREATED = "2026-01-02T03:04:05.678Z";
const RUN: RunInfo = {
  date: CREATED,
  machine: ["2 cores"],
  commands: ["edgetwin validate a.yaml > out.txt"],
  version: "0.1.0",
};

const comparison = compare({
  name: "<b>&\"'",
  created: CREATED,
  pairs: samplePairs(),
  tolerance: TOLERANCE,
  emulated: ["The edge is emulated </script><script>alert(1)</script>"],
});

describe.each([
  ["report", () => renderReport(comparison, RUN)],
  ["sweep's page", sweepPage],
])("a %s", async (_, made) => {
  const html = await made();

  it("needs no network and runs no script", () => {
    // Names of XML namespaces and the `$schema` of specifications are names, not references.
    const rest = html.replace(/xmlns(:\w+)?="[^"]*"/g, "").replace(/"\$schema":"[^"]*"/g, "");
    expect(rest).not.toMatch(/https?:|\/\/\w+\.\w+/);
    expect(html).not.toMatch(/<(link|img|iframe|object|embed)\b|url\(\s*['"]?(?!#)|@import|\bon\w+=/);
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toMatch(/^<script type="application\/json" data-spec="[\w-]+">$/);
  });

  it("has every id once, and as many ends of elements as beginnings", () => {
    const ids = [...html.matchAll(/<(?:section|figure) id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("reproduce");
    for (const name of ["section", "figure", "table", "tr", "th", "td", "p", "ul", "li", "svg"]) {
      const count = (pattern: string) => html.match(new RegExp(pattern, "g"))?.length ?? 0;
      expect([name, count(`<${name}[\\s>]`)]).toEqual([name, count(`</${name}>`)]);
    }
  });

  it("keeps the specification of each picture beside it", () => {
    const specs = [...html.matchAll(/<script type="application\/json"[^>]*>(.*?)<\/script>/g)];
    expect(specs).toHaveLength(html.match(/<figure /g)!.length);
    for (const [, text] of specs) expect(JSON.parse(text!).$schema).toMatch(/vega-lite\/v6\.json$/);
  });
});

async function sweepPage() {
  const { sweep, profiles } = await sweepOfTwo(["link.bandwidth=1,8,64Mbit/s", "window=1,4"]);
  const predictor = new Predictor(sweep, profiles);
  const results = unitsOf(sweep).map((unit) => predictor.predict(unit));
  const outcome = outcomeOf(sweep, results, "throughput");
  return renderSweep(outcome, [], profiles[0], ["sweep", "a <b>.yaml", "--set", "window=1, 4"]);
}

describe("a sweep's page", async () => {
  const html = await sweepPage();

  it("says how to do it again as one would type it, and whose costs they are", () => {
    expect(html).toContain("npx edgetwin sweep &#39;a &lt;b&gt;.yaml&#39; --set &#39;window=1, 4&#39;");
    expect(html).toContain("costs were measured on not measured: ");
  });

  it("has a row per point", () => {
    const section = html.slice(html.indexOf('<section id="points">'), html.indexOf('<section id="reproduce">'));
    expect(section.match(/<tr>/g)).toHaveLength(1 + 6);
  });
});

describe("a report", async () => {
  const html = await renderReport(comparison, RUN);

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

  it("says so when every plan is within tolerance and nothing is emulated", () => {
    const pairs = [pair({ split: "EEEE", size: [64, 64], load: SATURATED })];
    const good = compare({ name: "good", created: CREATED, pairs, tolerance: TOLERANCE, emulated: [] });
    const text = reportHtml({ comparison: good, findings: [], run: RUN, pictures: [] });
    expect(text).toContain("No plan: every prediction is within tolerance.");
    expect(text).toContain("Nothing: the nodes and links are those of the topology.");
    expect(text).toContain("measured once");
  });
});
