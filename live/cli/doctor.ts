import { Command, InvalidArgumentError, Option } from "commander";
import type { Place } from "../doctor/tools.ts";
import { addCheck } from "./checks.ts";
import { addOutput, addRuns, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

interface DoctorFlags extends OutputOption {
  readonly on: Place;
  readonly namespace: string;
  readonly image?: string;
  readonly runs: string;
  readonly role?: boolean;
}

export function doctorVerb(): Command {
  const command = new Command("doctor")
    .description("look at all that a run needs: this machine, tools, cluster, rights, nodes, links")
    .argument("[topology]", "topology file (YAML) that is to run there")
    .addOption(
      // Just the names: what is behind them loads when it runs.
      new Option("--on <cluster>", "where pods are to run: kind and k3s as edgetwin cluster makes them")
        .choices(["processes", "podman", "kubernetes", "kind", "k3s"])
        .default("processes"),
    )
    .option("--namespace <name>", "whose rights are looked at", namespace, "default")
    .option("--image <image>", "that pods run (default: what edgetwin image build makes)")
    .option("--role", "print the Role that a run in that namespace needs, and nothing else")
    .addHelpText("after", "\nEnds with 1 if something is wrong. Nothing is changed anywhere.")
    .action(async (file: string | undefined, options: DoctorFlags) => {
      const { on: place, namespace, image, runs, output } = options;
      if (options.role === true) {
        const { roleManifest } = await import("../clusters/kubernetes/permissions.ts");
        process.stdout.write(roleManifest(namespace));
        say(`then: kubectl create rolebinding edgetwin --role edgetwin --user NAME --namespace ${namespace}`);
        return;
      }
      const { examine } = await import("../doctor/doctor.ts");
      const { countsOf, reportText } = await import("../doctor/check.ts");
      const { ownMachine } = await import("../doctor/own-machine.ts");
      const { imageReference } = await import("../image/reference.ts");
      const { openBench } = await import("../workbench.ts");
      const { programs } = await import("../exec.ts");
      const bench = file === undefined ? null : await openBench(file, {}, place !== "processes");
      const checks = await examine({
        ...{ place, bench, namespace, runs, file: file ?? "TOPOLOGY", image: imageReference(image) },
        ...{ runner: programs, machine: await ownMachine() },
      });
      const counts = countsOf(checks);
      print(output, { checks, counts }, () => reportText(checks));
      if (counts.wrong > 0) process.exitCode = 1;
    });
  return addCheck(addOutput(addRuns(command)), ({ role, output }: DoctorFlags) =>
    role === true && output === "json" ? ["--output: --role prints YAML"] : [],
  );
}

function namespace(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError("at most 63 lower-case letters, digits and '-'");
  return text;
}
