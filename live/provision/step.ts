import { CommandError, type Runner } from "../exec.ts";

/** What every way of setting a cluster up is given. */
export interface Provisioning {
  readonly runner: Runner;
  /** The runner only prints; nothing is asked, written or waited for. */
  readonly dryRun: boolean;
  /** Told of each step that begins, and of what needs none. */
  readonly note: (text: string) => void;
}

/** How pods get an image: it is on this machine and is copied to each node, or nodes pull it from its registry. */
export interface ImageChoice {
  readonly reference: string;
  /** Nodes have it, or get it otherwise: it is not copied. */
  readonly skip: boolean;
}

/** Images of this machine have no registry that a node could ask. */
export function isLocal(reference: string): boolean {
  return reference.startsWith("localhost/");
}

/**
 * Does a step.
 * @param what it does and where: `install k3s on lab@server`. @param remedy what to do if it fails.
 * @throws CommandError that says all of that, and what the program said.
 */
export async function step<T>(what: string, remedy: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`${what} failed:\n${indented(error.message)}\n${remedy}`);
  }
}

export function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
