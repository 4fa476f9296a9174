import { ownManifest } from "./modules.ts";

/** Of images that were not pushed: podman's name for those of this machine, and fine with docker. */
const HERE = "localhost";

/**
 * The full name of the stage service's image: `localhost/edgetwin-stage:0.1.0`, `ghcr.io/me/edgetwin-stage:0.1.0`.
 * @param tag name and tag; one with a registry's name in front keeps it unless it is pushed elsewhere.
 */
export function imageReference(tag?: string, registry?: string): string {
  const named = tag ?? "edgetwin-stage";
  const name = named.slice(named.lastIndexOf("/") + 1).includes(":") ? named : `${named}:${ownManifest().version}`;
  const [first] = name.split("/");
  const whole = name.includes("/") && (/[.:]/.test(first!) || first === HERE);
  if (registry !== undefined) return `${registry}/${whole ? name.slice(first!.length + 1) : name}`;
  return whole ? name : `${HERE}/${name}`;
}
