import { Command, InvalidArgumentError, Option } from "commander";
import { namespaceName } from "./flags.ts";
import { InputError } from "./folder.ts";
import { addWorkload, overridesOf, type WorkloadOptions } from "./options.ts";
import { say } from "./say.ts";

interface ManifestsFlags extends WorkloadOptions {
  readonly image?: string;
  readonly namespace?: string;
  readonly existing?: boolean;
  readonly kubernetes: number;
  readonly plaintext?: boolean;
  readonly withSecrets?: boolean;
  readonly output: "yaml" | "json";
}

export function manifestsVerb(): Command {
  const command = new Command("manifests")
    .description("print what runs one placement on Kubernetes, for kubectl apply --server-side or GitOps")
    .argument("<topology>", "topology file (YAML)")
    .option("--image <image>", "the stage service's (default: what edgetwin image build makes)")
    .option("--namespace <name>", "of the run (default: edgetwin- and the topology's name)", namespaceName)
    .option("--existing", "the namespace is there already: leave it out")
    .option("--kubernetes <version>", "of the cluster, e.g. 1.20 (default: 1.25 or later)", minorVersion, 25)
    .addOption(new Option("--plaintext", "pods do not prove who they are (default: mTLS)").conflicts("withSecrets"))
    .option(
      "--with-secrets",
      "print the pods' keys too, made anew each time, good for a week (default: Secrets NAME.tls are there, by cert-manager or another)",
    )
    .addOption(new Option("--output <format>", "what goes to stdout").choices(["yaml", "json"]).default("yaml"))
    .action(async (file: string, options: ManifestsFlags) => {
      const { openBench, saturatedPlans } = await import("../workbench.ts");
      const { placementName, placements, podSpecs } = await import("../testbed.ts");
      const { manifests } = await import("../clusters/kubernetes/manifests.ts");
      const { manifestsYaml } = await import("../clusters/kubernetes/yaml.ts");
      const { stageFiles } = await import("../clusters/kubernetes/stage-files.ts");
      const { imageReference } = await import("../image/reference.ts");
      const { ownManifest } = await import("../image/modules.ts");
      // One pod per stage, if nothing else is asked for: a letter of a split is a stage.
      const stages = options.splits?.split(",")[0]?.trim();
      const groupings = options.groupings ?? (stages && Array.from(stages, () => 1).join("+"));
      const bench = await openBench(file, overridesOf({ ...options, groupings }));
      const { topology, baseDirectory } = bench;
      const found = placements(saturatedPlans(bench));
      if (found.length !== 1) {
        const names = found.map(([plan]) => placementName(plan!)).join(", ");
        throw new InputError(
          `${file}: manifests are of one placement, these are ${found.length}: ${names}; choose with --splits, --groupings, --compression, --workers`,
        );
      }
      const slow = topology.nodes.filter(({ speed }) => speed < 1).map(({ name }) => name);
      if (!options.plaintext && !options.withSecrets) {
        say(
          "manifests: pods read their keys from Secrets NAME.tls, which are not printed: see --with-secrets, --plaintext",
        );
      }
      if (slow.length > 0) say(`manifests: on Kubernetes nodes are real: speed of ${slow.join(", ")} is not emulated`);
      const pods = podSpecs(found[0]!, null, baseDirectory);
      const {
        image = imageReference(),
        namespace = `edgetwin-${topology.name}`,
        existing = false,
        kubernetes,
      } = options;
      const { version } = ownManifest();
      const { newAuthority, signAll } = await import("../clusters/certificates.ts");
      const signed = async () => signAll(await newAuthority(), pods);
      const certificates = options.plaintext ? "none" : options.withSecrets ? await signed() : "elsewhere";
      const { name, nodes } = topology;
      const files = stageFiles(pods);
      const of = { topology: name, namespace, existing, image, version, minor: kubernetes };
      const settings = { ...of, nodes, files, certificates } as const;
      try {
        const items = manifests(pods, settings);
        const list = { apiVersion: "v1", kind: "List", items };
        process.stdout.write(options.output === "json" ? `${JSON.stringify(list, null, 2)}\n` : manifestsYaml(items));
      } catch (error) {
        throw error instanceof RangeError ? new InputError(`${file}: ${error.message}`) : error;
      }
    });
  return addWorkload(command);
}

/** 20 of `1.20`, `v1.20.2`. */
function minorVersion(text: string): number {
  const match = /^v?1\.(\d+)(?:[.+-].*)?$/.exec(text);
  if (match === null || Number(match[1]) < 19) throw new InvalidArgumentError("a version from 1.19 on, such as 1.28");
  return Number(match[1]);
}
