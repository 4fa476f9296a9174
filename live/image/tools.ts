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
  /** This machine's; `null` if no image is for it. */
  readonly own: Architecture | null;
  /** Image that it is built on; left out: the Containerfile's. `scratch`: none. */
  readonly base?: string;
  /** Of edgetwin, for the image's labels. */
  readonly version: string;
  readonly push: boolean;
}

/** A command of a build. */
export interface Step {
  readonly words: readonly string[];
  /** A failure means that there was nothing to do. */
  readonly mayFail?: true;
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
      why.push(`\n  ${error.message.trim().split("\n").at(-1)!.trim()}`);
    }
  }
  throw new CommandError(
    `no program that builds images works here:${why.join("")}\ninstall podman (apt-get install podman, dnf install podman, brew install podman), docker with buildx, or buildah`,
  );
}

/** Names of what a build leaves on this machine, by architecture: the reference, and if they are several one of its own for each. */
export function localNames({
  reference,
  architectures,
  own,
  push,
}: Build): ReadonlyMap<Architecture, readonly string[]> {
  const names = (architecture: Architecture): string[] => {
    if (architectures.length === 1) return [reference];
    const one = `${reference}-${architecture}`;
    return architecture === own && !push ? [reference, one] : [one];
  };
  return new Map(architectures.map((architecture) => [architecture, names(architecture)]));
}

/** The commands that build an image, and push it: all architectures under one name, from which each machine takes its own. */
export function buildSteps(tool: Tool, build: Build): readonly Step[] {
  if (tool !== "docker") return [...localSteps([tool, "build"], [], build), ...pushSteps(tool, build)];
  const docker = ["docker", "buildx", "build"];
  if (!build.push) return localSteps(docker, ["--load"], build);
  const { reference, architectures, context } = build;
  return [{ words: [...docker, ...flags(build, architectures), "--tag", reference, "--push", context] }];
}

/** An image an architecture: as a list of images under one name, podman 4.3 can't even list what else it has. */
function localSteps(program: readonly string[], more: readonly string[], build: Build): Step[] {
  return Array.from(localNames(build), ([architecture, names]) => {
    const tags = names.flatMap((name) => ["--tag", name]);
    return { words: [...program, ...flags(build, [architecture]), ...tags, ...more, build.context] };
  });
}

function pushSteps(tool: Tool, build: Build): Step[] {
  const { reference, push } = build;
  if (!push) return [];
  const names = [...localNames(build).values()].flat();
  const remote = `docker://${reference}`;
  if (names.length === 1) return [{ words: [tool, "push", reference, remote] }];
  const list = `${reference}-all`;
  const images = names.map((name) => `containers-storage:${name}`);
  return [
    // Of a push that failed.
    { words: [tool, "manifest", "rm", list], mayFail: true },
    { words: [tool, "manifest", "create", list, ...images] },
    { words: [tool, "manifest", "push", "--all", list, remote] },
    { words: [tool, "manifest", "rm", list] },
  ];
}

function flags({ context, base, version }: Build, architectures: readonly Architecture[]): string[] {
  return [
    ...["--file", `${context}/Containerfile`],
    ...["--platform", architectures.map((architecture) => `linux/${architecture}`).join(",")],
    ...["--build-arg", `VERSION=${version}`],
    ...(base === undefined ? [] : ["--build-arg", `BASE=${base}`]),
  ];
}
