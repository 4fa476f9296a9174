#!/usr/bin/env node
/** The `edgetwin` command: one verb a file. Verbs load what they need when they run, so that --help answers at once. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { capacityVerb } from "./capacity.ts";
import { checkVerb } from "./check.ts";
import { compareVerb } from "./compare.ts";
import { imageVerb } from "./image.ts";
import { layersVerb } from "./layers.ts";
import { manifestsVerb } from "./manifests.ts";
import { mergeVerb } from "./merge.ts";
import { placeVerb } from "./place.ts";
import { planVerb } from "./plan.ts";
import { predictVerb } from "./predict.ts";
import { profileVerb } from "./profile.ts";
import { reportVerb } from "./report.ts";
import { runVerb } from "./run.ts";
import { sweepVerb } from "./sweep.ts";
import { validateVerb } from "./validate.ts";

/** 0: good; 1: the work failed; 2: the input is wrong. */
const FAILED = 1;
const WRONG_INPUT = 2;
const INTERRUPTED = 130;

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("edgetwin")
  .description("A testbed with a digital twin for image pipelines that are split between edge devices and servers.")
  .version(version)
  .showHelpAfterError("(edgetwin --help lists the verbs, edgetwin <verb> --help a verb's flags)")
  .showSuggestionAfterError()
  .configureHelp({ helpWidth: 80 })
  .exitOverride();

const verbs = [
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
  compareVerb,
  reportVerb,
  validateVerb,
  imageVerb,
  manifestsVerb,
];
for (const verb of verbs) {
  program.addCommand(verb().exitOverride().configureHelp({ helpWidth: 80 }));
}
program.addHelpText("after", "\nStart with:\n  edgetwin validate topologies/local.yaml");

/** Errors of the user's making, by name: their modules are loaded only with the verb that throws them. */
const INPUT_ERRORS = new Set(["TopologyError", "ArtefactError", "InputError", "ProfileError", "OnnxRuntimeError"]);

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_INPUT;
    const { name, message, stack } = error as Error;
    if (name === "Interrupted") return INTERRUPTED;
    // A RangeError is a bug or a machine's limit; its stack helps whoever reports it.
    const known = INPUT_ERRORS.has(name) || ["RunError", "DeploymentError", "CommandError"].includes(name);
    process.stderr.write(`${known ? `error: ${message}` : stack}\n`);
    return INPUT_ERRORS.has(name) ? WRONG_INPUT : FAILED;
  }
}

// Not process.exit: what is still on its way to a pipe would be cut off.
process.exitCode = await main();
