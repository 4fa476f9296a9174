/**
 * Files that are made from the sources: `npm run update` writes them, `npm run verify` fails if one differs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withModels } from "../../kernels/catalogue.ts";
import { comparisonSchemaText } from "../../sim/compare/schema.ts";
import { jsonSchemaText } from "../../sim/topology/json-schema.ts";
import { tinyModel } from "../onnx/tiny.ts";
import { engineModuleText, kernelsModuleText } from "./wasm.ts";

/** What each example prints, beside it. */
const EXAMPLES = Object.fromEntries(
  readdirSync(fileURLToPath(new URL("../../notebooks/examples", import.meta.url)))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => {
      const program = fileURLToPath(new URL(`../../notebooks/examples/${file}`, import.meta.url));
      const printed = () => execFileSync(process.execPath, [program], { encoding: "utf8" });
      return [`notebooks/examples/${file.replace(/ts$/, "txt")}`, printed];
    }),
);

const GENERATED: Readonly<Record<string, () => string | Uint8Array | Promise<string>>> = {
  "topologies/models/tiny.onnx": tinyModel,
  "topologies/schema.json": () => jsonSchemaText(withModels(new Map(), null)),
  "sim/comparison.schema.json": comparisonSchemaText,
  "kernels/simd/wasm.generated.ts": kernelsModuleText,
  "sim/compiled/wasm.generated.ts": engineModuleText,
  ...EXAMPLES,
};

const [, , verb] = process.argv;
if (verb !== "update" && verb !== "verify") throw new Error(`usage: generated.ts update|verify, not ${verb}`);
const stale: string[] = [];
for (const [name, make] of Object.entries(GENERATED)) {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const content = Buffer.from((await make()) as string);
  if (existsSync(path) && readFileSync(path).equals(content)) continue;
  stale.push(name);
  if (verb === "update") writeFileSync(path, content);
}
if (verb === "update") process.stdout.write(stale.length === 0 ? "nothing to update\n" : `updated ${stale.join(", ")}\n`);
else if (stale.length > 0) {
  process.stderr.write(`not as their sources make them: ${stale.join(", ")}; run: npm run update\n`);
  process.exitCode = 1;
} else process.stdout.write(`${Object.keys(GENERATED).length} generated files verified\n`);
