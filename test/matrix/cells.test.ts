import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { withModels } from "../../kernels/catalogue.ts";
import { openBench } from "../../live/workbench.ts";
import { cellsOf, MATRIX_LINKS, topologyOf } from "../../sim/matrix/cell.ts";
import { matrixExperiments } from "../../sim/matrix/experiments.ts";
import { jsonSchema } from "../../sim/topology/json-schema.ts";

const folder = join(import.meta.dirname, "../../topologies/matrix");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

describe.each(files)("topologies/matrix/%s", (file) => {
  it("checks clean, is named after its file, and matches its schema", async () => {
    const { topology, text } = await openBench(join(folder, file), {});
    expect(`${topology.name}.yaml`).toBe(file);
    expect(text.startsWith("# yaml-language-server: $schema=../schema.json\n")).toBe(true);
    const matches = new Ajv({ allErrors: true }).compile(jsonSchema(withModels(new Map(), null)));
    matches(parse(readFileSync(join(folder, file), "utf8")));
    expect(matches.errors).toBeNull();
  });

  it("gives cells of one size and link each, with plans of their own", async () => {
    const { topology, kernels } = await openBench(join(folder, file), {});
    const cells = cellsOf([topology]);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(MATRIX_LINKS.length * topology.workload.sizes.length);
    for (const cell of cells) {
      const one = topologyOf(topology, cell);
      expect(one.workload.sizes).toEqual([cell.size]);
      expect(one.links.map(({ bandwidth, delay }) => ({ bandwidth, delay }))).toEqual([
        { bandwidth: cell.link.bandwidth, delay: cell.link.delay },
      ]);
      expect(matrixExperiments(one, kernels).length).toBeGreaterThan(20);
    }
  });
});

test("every split is there in every grouping that keeps its nodes apart, high loads in the finest only", async () => {
  const { topology, kernels } = await openBench(join(folder, "thesis.yaml"), {});
  const [cell] = cellsOf([topology]);
  const experiments = matrixExperiments(topologyOf(topology, cell!), kernels);
  const at = (load: string) =>
    experiments.filter(({ id }) => id.endsWith(load)).map(({ id }) => id.replace(`-128x128-${load}`, ""));
  const placements = [
    ...["EEEE", "EEES", "EESS", "ESSS", "SSSS"],
    ...["EEEE-1+3", "ESSS-1+3", "SSSS-1+3", "EEEE-2+2", "EESS-2+2", "SSSS-2+2"],
    ...["monolith-E", "monolith-S"],
  ].sort();
  for (const load of ["saturated", "50pct", "80pct"]) expect(at(load).sort()).toEqual(placements);
  expect(at("95pct").sort()).toEqual(["EEEE", "EEES", "EESS", "ESSS", "SSSS"]);
});
