import { describe, expect, it } from "vitest";
import type { Finding } from "../../sim/compare/finding.ts";
import { findingsOf, findingsOfPredictions } from "../../sim/compare/findings.ts";
import { comparisonOf, pair, prediction, SATURATED, type Spec, samplePairs, specs, summary } from "./fixture.ts";

const exact = () => findingsOf(comparisonOf(specs().map(pair)));

function byId(findings: readonly Finding[], id: string): Finding {
  const found = findings.find((finding) => finding.id === id);
  if (!found) throw new Error(`no finding ${id}`);
  return found;
}

describe("findings", () => {
  it("come in the order of the experiments, with unique ids", () => {
    const ids = exact().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.map((id) => id.slice(0, 2))).toEqual(ids.map((id) => id.slice(0, 2)).sort());
    expect(ids).toEqual(expect.arrayContaining(["E1@E", "E1@S", "E2@E", "E2@S", "E3@E", "E3@S", "E4@E", "E5", "E6"]));
  });

  it("hold in a world made like the thesis'", () => {
    const findings = exact();
    for (const id of [
      "E1@E",
      "E1@S",
      "E1-compute@S",
      "E2@E",
      "E2@S",
      "E3@E",
      "E3@S",
      "E4@S",
      "E5",
      "E6",
      "E6-bottleneck",
    ]) {
      expect(byId(findings, id), id).toMatchObject({ holds: true });
    }
  });

  it("state figures measured and predicted, with the thesis' gain beside", () => {
    const e3 = byId(findingsOf(comparisonOf(samplePairs())), "E3@S");
    expect(e3.statement).toContain("+76.58 %");
    expect(e3.evidence).toMatch(/^Measured: .* \/s -> .* \/s \(\+\d.* %\) at 1024x1024; predicted: /);
    expect(e3.why).toContain("in the thesis 56.6 %");
  });

  it("say where they do not hold, and why", () => {
    // The last stage alone on the server pays for the link, far more than 10 % of a small image's latency.
    const finding = byId(exact(), "E5-EEES");
    expect(finding.holds).toBe(false);
    expect(finding.why).toContain("Not so at 256x256");
  });

  it("tell the cause of what is not so by the sizes at which it is not", () => {
    const pairs = specs().map((spec: Spec) => {
      const one = pair(spec);
      if (spec.split !== "monolith@S" || spec.load.kind === "saturated") return one;
      // Slower in pods of their own by 40 % at one size, faster by 1 % at the others.
      const factor = spec.size[0] === 256 ? 1 / 1.4 : 1.01;
      const scale = (name: string) => (name.endsWith("/compute") ? factor : 1);
      return { ...one, measured: [summary(one.plan, scale)], prediction: prediction(one.plan, scale) };
    });
    const { holds, why } = byId(findingsOf(comparisonOf(pairs)), "E1-compute@S");
    expect(holds).toBe(false);
    expect(why).toMatch(/^Not so at 256x256\. Compute is slower in pods of their own/);
  });

  it("say when the twin disagrees with the measurement", () => {
    const pairs = specs().map((spec: Spec) => {
      const one = pair(spec);
      if (spec.split !== "monolith@S" || spec.load.kind === "saturated") return one;
      return { ...one, prediction: prediction(one.plan, () => 2) };
    });
    const e1 = byId(findingsOf(comparisonOf(pairs)), "E1@S");
    expect(e1.holds).toBe(true);
    expect(e1.why).toContain("The twin says otherwise");
  });

  it("are open where the run does not cover them", () => {
    const findings = findingsOf(comparisonOf([pair({ split: "EESS", size: [64, 64], load: SATURATED })]));
    expect(findings.map(({ holds }) => holds)).toEqual(findings.map(() => null));
    for (const { evidence } of findings) expect(evidence).toMatch(/^Not covered by this run; it needs /);
  });

  it("are the twin's word on predictions alone, except where only a measurement can tell", () => {
    const findings = findingsOfPredictions(specs().map(pair));
    expect(byId(findings, "E1@S")).toMatchObject({
      holds: true,
      evidence: expect.stringMatching(/^Not measured; predicted: /),
    });
    expect(byId(findings, "E5")).toMatchObject({ holds: null });
  });
});
