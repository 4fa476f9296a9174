import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PodConfigInput } from "../stage/config.ts";
import type { Identity } from "../stage/security.ts";
import { type Authority, newAuthority } from "./certificates.ts";
import type { PodSpec } from "./cluster.ts";

/** Certificates and keys of pods that are processes of this machine, in a folder for this user alone. */
export class LocalKeys {
  readonly #authority: Authority;
  readonly #folder = mkdtempSync(join(tmpdir(), "edgetwin-keys-"));

  private constructor(authority: Authority) {
    this.#authority = authority;
  }

  static async create(): Promise<LocalKeys> {
    return new LocalKeys(await newAuthority());
  }

  get driver(): Identity {
    return this.#authority.driver;
  }

  /** @returns where a pod finds its own. */
  async sign(pod: PodSpec): Promise<NonNullable<PodConfigInput["tls"]>> {
    const { ca, certificate, key } = await this.#authority.sign(pod);
    const write = (kind: string, text: string) => {
      const file = join(this.#folder, `${pod.name}.${kind}.pem`);
      writeFileSync(file, text);
      return file;
    };
    const files = { ca: write("ca", ca), certificate: write("certificate", certificate), key: write("key", key) };
    return { ...files, upstream: pod.upstream !== null && "pod" in pod.upstream ? pod.upstream.pod : null };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
