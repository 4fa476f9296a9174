import type { KernelCatalogue } from "./catalogue.ts";
import type { Draft } from "./draft.ts";
import { notOneOf } from "./findings.ts";
import type { Finding } from "./problem.ts";
import { shapesOf } from "./shapes.ts";
import { sizeText } from "./size.ts";
import type { Stage } from "./topology.ts";

/** Names, nodes and order of the stages, and whether each takes what the one before it gives, at every size. */
export function checkStages(draft: Draft, catalogue: KernelCatalogue): Finding[] {
  return [
    ...checkNames(draft),
    ...checkPlaces(draft),
    ...checkRoles(draft, catalogue),
    ...checkShapes(draft, catalogue),
  ];
}

function checkNames({ stages }: Draft): Finding[] {
  return stages.flatMap(({ name }, index) => {
    const first = stages.findIndex((stage) => stage.name === name);
    if (name === undefined || first === index) return [];
    const message = `${name} is already the name of stages[${first}]`;
    return [{ path: ["stages", index, "name"], value: name, message, allowed: "a name of its own for each stage" }];
  });
}

function checkPlaces({ stages, nodes }: Draft): Finding[] {
  const names = nodes.map((node) => node.name);
  return stages.flatMap((stage, index) =>
    (stage.nodes ?? []).flatMap((node, place) => notOneOf(node, names, "node", ["stages", index, "nodes", place])),
  );
}

function checkRoles({ stages }: Draft, catalogue: KernelCatalogue): Finding[] {
  const sources = [...catalogue.values()].filter(({ role }) => role === "source").map(({ name }) => name);
  return stages.flatMap(({ kernel }, index) => {
    if (kernel === undefined || sources.includes(kernel) === (index === 0)) return [];
    const path = ["stages", index, "kernel"];
    if (index > 0) {
      const message = `${kernel} is a source and can't take frames`;
      return [{ path, value: kernel, message, allowed: "a source as the first stage only" }];
    }
    return [
      {
        path,
        value: kernel,
        message: `the first stage can't be ${kernel}, which needs frames`,
        allowed: `a source: ${sources.join(", ")}`,
      },
    ];
  });
}

/** Only the first size at which a stage fails is told: the others mostly fail for the same reason. */
function checkShapes({ stages, workload }: Draft, catalogue: KernelCatalogue): Finding[] {
  // A stage without parameters or in the wrong place has been found before; what comes behind it can't be told.
  const end = stages.findIndex(({ kernel, params }, index) => {
    if (kernel === undefined || params === undefined) return true;
    return (catalogue.get(kernel)?.role === "source") !== (index === 0);
  });
  const sound = stages.slice(0, end === -1 ? undefined : end) as readonly Stage[];
  const found = new Map<number, Finding>();
  for (const [index, size] of (workload.sizes ?? []).entries()) {
    const shapes = shapesOf(sound, catalogue, size);
    if (!("problem" in shapes) || found.has(shapes.stage)) continue;
    found.set(shapes.stage, {
      path: ["stages", shapes.stage],
      value: sizeText(size),
      message: `stage ${sound[shapes.stage]!.name ?? shapes.stage + 1} does not work at size ${sizeText(size)}`,
      allowed: shapes.problem,
      causes: [["workload", "sizes", index]],
    });
  }
  return [...found.values()];
}
