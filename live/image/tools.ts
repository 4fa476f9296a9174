import { CommandError, type Runner } from "../exec.ts";
import type { Architecture } from "./platform.ts";

/** Programs that build images, in the order in which they are tried. */
export const TOOLS = ["docker", "podman", "buildah"] as const;
export type Tool = (typeof TOOLS)[number];

/** What is to be built of a folder that is ready. */
export interface Build {
  /** Folder with the Containerfile. */
  readonly context: string;
  /** Name of the image, its registry and tag included. */
  readonly reference: string;
  readonly architectures: readonly Architecture[];
  /** Image that it is built on; left out: the Containerfile's. `scratch`: none. */
  readonly base?: string;
  /** Of edgetwin, for the image's labels. */
  readonly version: string;
  readonly push: boolean;
}

/** A command of a build. */
export interface Step {
  readonly words: readonly string[];
  /** Of a failure that means that there was nothing to do. */
  readonly mayFail?: RegExp;
}

/** What says that a tool is there and can build. */
const CHECKS: Readonly<Record<Tool, readonly (readonly string[])[]>> = {
  // The client alone builds nothing.
  docker: [
    ["docker", "buildx", "version"],
    ["docker", "info"],
  ],
  podman: [["podman", "info"]],
  buildah: [["buildah", "info"]],
};

/** The first tool that works here. @throws CommandError that says of each why it doesn't, and what to install. */
export async function findTool(runner: Runner, asked: Tool | undefined): Promise<Tool> {
  const why: string[] = [];
  for (const tool of asked === undefined ? TOOLS : [asked]) {
    try {
      for (const words of CHECKS[tool]) await runner.run(words);
      return tool;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      why.push(`\n  ${error.message.split("\n").at(-1)!.trim()}`);
    }
  }
  throw new CommandError(
    `no program that builds images works here:${why.join("")}\ninstall podman (apt-get install podman, dnf install podman, brew install podman), docker with buildx, or buildah`,
  );
}

/**
 * The commands that build an image, and push it. Several architectures become one name, a list from which each machine takes
 * its own.
 * @throws CommandError if docker is to keep several architectures here: its store has room for one under a name.
 */
export function buildSteps(tool: Tool, build: Build): readonly Step[] {
  return tool === "docker" ? [{ words: dockerCommand(build) }] : podmanSteps(tool, build);
}

function dockerCommand(build: Build): readonly string[] {
  const { reference, architectures, push, context } = build;
  if (!push && architectures.length > 1) {
    throw new CommandError(
      `docker keeps one architecture under a name: --push REGISTRY, or one --platform instead of ${architectures.join(", ")}`,
    );
  }
  const where = push ? "--push" : "--load";
  return ["docker", "buildx", "build", ...flags(build), "--tag", reference, where, context];
}

/** Of podman, and of buildah, which has the same flags. */
function podmanSteps(tool: "podman" | "buildah", build: Build): readonly Step[] {
  const { reference, architectures, push, context } = build;
  const list = architectures.length > 1;
  const made = [tool, "build", ...flags(build), list ? "--manifest" : "--tag", reference, context];
  const pushed = list ? ["manifest", "push", "--all"] : ["push"];
  return [
    // What an earlier build left under the name would stay in the list.
    ...(list ? [{ words: [tool, "rmi", reference], mayFail: /not known|no such/i }] : []),
    { words: made },
    ...(push ? [{ words: [tool, ...pushed, reference, `docker://${reference}`] }] : []),
  ];
}

function flags({ context, architectures, base, version }: Build): string[] {
  return [
    ...["--file", `${context}/Containerfile`],
    ...["--platform", architectures.map((architecture) => `linux/${architecture}`).join(",")],
    ...["--build-arg", `VERSION=${version}`],
    ...(base === undefined ? [] : ["--build-arg", `BASE=${base}`]),
  ];
}
