import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { CommandError } from "../exec.ts";
import type { Architecture } from "../image/platform.ts";
import type { Provisioning } from "./step.ts";

/** Programs that keep images on this machine and can hand them out; what buildah built, podman has. */
export const ENGINES = ["docker", "podman"] as const;
export type Engine = (typeof ENGINES)[number];

/** An image on this machine. */
export interface LocalImage {
  readonly engine: Engine;
  /** Its name here: those for other architectures than this machine's have names of their own (`live/image/tools.ts`). */
  readonly name: string;
  readonly architecture: Architecture;
}

/**
 * Finds an image for an architecture on this machine, whose own is `own`. In a dry run it is taken to be there.
 * @throws CommandError that says how to build it.
 */
export async function findImage(
  reference: string,
  architecture: Architecture,
  engines: readonly Engine[],
  { runner, dryRun, own }: Provisioning & { readonly own: Architecture | null },
): Promise<LocalImage> {
  const names = architecture === own ? [reference] : [`${reference}-${architecture}`, reference];
  const found: string[] = [];
  for (const engine of engines) {
    for (const name of names) {
      try {
        const words = [engine, "image", "inspect", "--format", "{{.Architecture}}", name];
        const text = (await runner.run(words)).trim();
        if (dryRun || text === architecture) return { engine, name, architecture };
        found.push(`${engine} has ${name} for ${text}`);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
      }
    }
  }
  const there = found.length === 0 ? "" : ` (${[...new Set(found)].join("; ")})`;
  throw new CommandError(
    `${reference} for ${architecture} is not on this machine${there}: edgetwin image build --platform ${architecture}`,
  );
}

/** Writes an image to a file as `docker load` and containerd take it, has that used, and deletes it. */
export async function withArchive<T>(
  { engine, name }: LocalImage,
  file: string,
  { runner, dryRun }: Provisioning,
  use: () => Promise<T>,
): Promise<T> {
  if (!dryRun) mkdirSync(dirname(file), { recursive: true });
  try {
    await runner.run([engine, "save", "--output", file, name]);
    return await use();
  } finally {
    if (!dryRun) rmSync(file, { force: true });
  }
}
