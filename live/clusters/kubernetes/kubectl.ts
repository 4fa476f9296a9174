import { commandText, type Running, type Starter } from "../../exec.ts";
import type { Json } from "./api.ts";
import type { KubernetesObject } from "./yaml.ts";
import { manifestsYaml } from "./yaml.ts";

interface Options {
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Of one namespace, and of what a cluster has beside them. */
export class Kubectl {
  readonly #starter: Starter;
  readonly #namespace: string;

  constructor(starter: Starter, namespace: string) {
    this.#starter = starter;
    this.#namespace = namespace;
  }

  /** @throws CommandError with what kubectl says. */
  run(words: readonly string[], options: Options = {}): Promise<string> {
    return this.#starter.run(this.#words(words), options);
  }

  /** By the server: apply by the client keeps a second copy in an annotation, of at most 256 KiB. */
  async apply(objects: readonly KubernetesObject[], signal?: AbortSignal): Promise<void> {
    const input = manifestsYaml(objects);
    await this.run(["apply", "--server-side", "--filename", "-"], { input, ...(signal && { signal }) });
  }

  /** The objects of some kinds; none in a dry run. */
  async list<T extends Json>(kinds: string, flags: readonly string[] = [], signal?: AbortSignal): Promise<T[]> {
    const text = await this.run(["get", kinds, ...flags, "--output", "json"], signal && { signal });
    return text.trim() === "" ? [] : (JSON.parse(text) as { readonly items: T[] }).items;
  }

  /** Tells each change of some objects, and at first what they are. */
  watch(kind: string, flags: readonly string[], onChange: (object: Json) => void): Running {
    const documents = new Documents<Json>(onChange);
    const words = ["get", kind, ...flags, "--watch", "--output", "json"];
    return this.#starter.start(this.#words(words), (line) => documents.line(line));
  }

  start(words: readonly string[], onLine: (line: string) => void): Running {
    return this.#starter.start(this.#words(words), onLine);
  }

  /** As one would type it. */
  text(words: readonly string[]): string {
    return commandText(this.#words(words));
  }

  #words(words: readonly string[]): string[] {
    return ["kubectl", "--namespace", this.#namespace, ...words];
  }
}

/** JSON documents one after the other, of which each ends, as kubectl indents them, in a line that is a brace. */
export class Documents<T> {
  readonly #onDocument: (document: T) => void;
  #lines: string[] = [];

  constructor(onDocument: (document: T) => void) {
    this.#onDocument = onDocument;
  }

  line(line: string): void {
    this.#lines.push(line);
    if (line !== "}") return;
    const text = this.#lines.join("\n");
    this.#lines = [];
    this.#onDocument(JSON.parse(text) as T);
  }
}
