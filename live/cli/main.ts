/** The `edgetwin` command: one verb a file. Verbs load what they need when they run, so that --help answers at once. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { capacityVerb } from "./capacity.ts";
import { checkVerb } from "./check.ts";
import { clusterVerb } from "./cluster.ts";
import { compareVerb } from "./compare.ts";
import { doctorVerb } from "./doctor.ts";
import { imageVerb } from "./image.ts";
import { layersVerb } from "./layers.ts";
import { manifestsVerb } from "./manifests.ts";
import { mergeVerb } from "./merge.ts";
import { migrateVerb } from "./migrate.ts";
import { operateVerb } from "./operate.ts";
import { exitCodeOf } from "./outcome.ts";
import { placeVerb } from "./place.ts";
import { planVerb } from "./plan.ts";
import { predictVerb } from "./predict.ts";
import { profileVerb } from "./profile.ts";
import { reportVerb } from "./report.ts";
import { runVerb } from "./run.ts";
import { sweepVerb } from "./sweep.ts";
import { validateVerb } from "./validate.ts";
import { refuseTogether } from "./wrong-input.ts";

const VERBS = [
  checkVerb,
  layersVerb,
  planVerb,
  profileVerb,
  predictVerb,
  sweepVerb,
  mergeVerb,
  capacityVerb,
  placeVerb,
  runVerb,
  operateVerb,
  migrateVerb,
  compareVerb,
  reportVerb,
  validateVerb,
  imageVerb,
  manifestsVerb,
  clusterVerb,
  doctorVerb,
];

/** Does what `process.argv` asks for. @returns the exit code. */
export function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("edgetwin")
    .description("A testbed with a digital twin for image pipelines that are split between edge devices and servers.")
    .version(version)
    .showHelpAfterError("(edgetwin --help lists the verbs, edgetwin <verb> --help a verb's flags)")
    .showSuggestionAfterError()
    // A verb may have a --version of its own.
    .enablePositionalOptions()
    .configureHelp({ helpWidth: 80 })
    .exitOverride()
    .addHelpText("after", "\nStart with:\n  edgetwin validate topologies/local.yaml");
  for (const verb of VERBS) program.addCommand(refuseTogether(verb().copyInheritedSettings(program)));
  return exitCodeOf(() => program.parseAsync());
}
