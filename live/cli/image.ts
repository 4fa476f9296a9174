import { Command, InvalidArgumentError, Option } from "commander";
import type { Architecture } from "../image/platform.ts";
import type { Tool } from "../image/tools.ts";
import { addCheck } from "./checks.ts";
import { addOutput, type OutputOption } from "./options.ts";
import { print, say } from "./say.ts";

interface ImageFlags extends OutputOption {
  readonly tag?: string;
  readonly platform?: readonly Architecture[];
  readonly push?: string;
  readonly base?: string;
  readonly airGapped?: boolean;
  readonly onnx?: boolean;
  readonly tool?: Tool;
  readonly dryRun?: boolean;
}

/** Where the build keeps what it fetches, below the current folder. */
const FOLDER = ".edgetwin/image";

export function imageVerb(): Command {
  return new Command("image")
    .description("the container image that every pod runs")
    .addCommand(buildVerb().exitOverride().configureHelp({ helpWidth: 80 }));
}

function buildVerb(): Command {
  const command = new Command("build")
    .description("build the stage service's image with docker, podman or buildah, and push it")
    .option("--tag <name>", "name and tag (default: edgetwin-stage and edgetwin's version)", imageTag)
    .option(
      "--platform <list>",
      "linux/amd64, linux/arm64 or both (default: this machine's; with --push both)",
      platforms,
    )
    .option("--push <registry>", "push it there, all platforms as one tag: ghcr.io/me", registry)
    .option("--base <image>", "image with Node 24 to build on (default: the official slim one)")
    .option("--air-gapped", "build on nothing but Node and its libraries, asking no registry of images")
    .option("--onnx", "with onnxruntime-node, for stages that are models")
    .addOption(
      // Just the names: what is behind them loads when it runs.
      new Option("--tool <program>", "what builds it (default: the first of these that works here)").choices([
        "docker",
        "podman",
        "buildah",
      ]),
    )
    .option("--dry-run", "print the commands, run nothing")
    .action(async (options: ImageFlags) => {
      const { push, base, airGapped = false, onnx = false, tool, dryRun = false } = options;
      const { buildImage } = await import("../image/build.ts");
      const { imageReference } = await import("../image/reference.ts");
      const { ARCHITECTURES, ownArchitecture } = await import("../image/platform.ts");
      const { dryRunner, programs } = await import("../exec.ts");
      const { interruptSignal } = await import("../interrupt.ts");
      const own = ownArchitecture();
      const architectures = options.platform ?? (push !== undefined || own === null ? ARCHITECTURES : [own]);
      const reference = imageReference(options.tag, push);
      const out = (text: string) => void process.stdout.write(text);
      const signal = dryRun ? null : interruptSignal();
      const { tool: built, names } = await buildImage({
        ...{ reference, architectures, airGapped, onnx, dryRun, folder: FOLDER, push: push !== undefined },
        ...(base === undefined ? {} : { base }),
        ...(tool === undefined ? {} : { tool }),
        runner: signal === null ? dryRunner(out) : { run: (words, more) => programs.run(words, { signal, ...more }) },
        note: dryRun ? (text) => out(`# ${text}\n`) : (text) => say(`image: ${text}`),
      });
      if (dryRun) return;
      const platforms = architectures.map((architecture) => `linux/${architecture}`);
      const images = push === undefined ? names : [reference];
      print(options.output, { images, platforms, tool: built, pushed: push !== undefined }, () => images.join("\n"));
    });
  return addCheck(addOutput(command), ({ airGapped = false, base }: ImageFlags) =>
    airGapped && base !== undefined
      ? ["--base: can't be given together with --air-gapped, which builds on nothing"]
      : [],
  );
}

function imageTag(text: string): string {
  if (!/^(?:[\w.-]+(?::\d+)?\/)*[a-z\d]+(?:[._-]+[a-z\d]+)*(?::[\w][\w.-]{0,127})?$/.test(text))
    throw new InvalidArgumentError("an image's name in lower case, with a tag or without, such as stage:dev");
  return text;
}

function platforms(text: string): readonly Architecture[] {
  const names = text.split(",").map((one) => one.trim().replace(/^linux\//, ""));
  if (!names.every((name) => name === "amd64" || name === "arm64") || new Set(names).size < names.length)
    throw new InvalidArgumentError("linux/amd64, linux/arm64 or linux/amd64,linux/arm64");
  return names as Architecture[];
}

function registry(text: string): string {
  if (!/^[\w.-]+(?::\d+)?(?:\/[a-z\d._-]+)*$/.test(text))
    throw new InvalidArgumentError("a registry, and a path there or none, such as ghcr.io/me");
  return text;
}
