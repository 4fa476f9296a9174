import { type LinkObservation, observeLink } from "../../sim/operate/observe-link.ts";
import type { Profile } from "../../sim/profile.ts";
import type { Link } from "../../sim/topology/topology.ts";
import type { Deployment } from "../clusters/cluster.ts";
import { Driver } from "../driver.ts";
import { linkLine, rectangle } from "../measure/link-costs.ts";

/** Frames of one look, one after the other; each takes so many seconds, by what is believed of the link. */
const FRAMES = 6;
const SECONDS = 0.02;
/** Bytes of a frame. */
const [LEAST, MOST] = [4096, 1 << 20];
const TIMEOUT_SECONDS = 10;

/** Looks at links that the pipeline does not use: how else would it find out that one has become better? */
export class LinkProbe {
  readonly #deployment: Deployment;
  readonly #profile: Profile;
  readonly #drivers = new Map<string, Driver>();
  readonly #closing = new AbortController();

  constructor(deployment: Deployment, profile: Profile) {
    this.#deployment = deployment;
    this.#profile = profile;
  }

  /** @param bandwidth that is believed, bytes per second; `null`: none that one would notice. @returns `null` if the link told nothing in time. */
  async look(link: Link, bandwidth: number | null): Promise<LinkObservation | null> {
    const cost = this.#profile.links.find(({ between }) => between.join() === link.between.join());
    if (cost === undefined || this.#closing.signal.aborted) return null;
    // A multiple of 64: a frame of that many bytes is a rectangle, not a line.
    const bytes = 64 * Math.round(Math.min(MOST, Math.max(LEAST, (bandwidth ?? MOST / SECONDS) * SECONDS)) / 64);
    const run = { frames: FRAMES, rate: 0, ...rectangle(bytes), window: 1, digests: 0 };
    try {
      const driver = await this.#driver(link);
      const options = { timeout: TIMEOUT_SECONDS, signal: this.#closing.signal };
      const { trace } = await driver.run(`probe ${link.between.join("-")}`, 0, 0, run, options);
      return observeLink(trace.pods[0]!, trace.pods[1]!, cost, this.#profile.acknowledgement);
    } catch {
      // A link that is cut, say: nothing is known of it.
      return null;
    }
  }

  /** Looks no more; a look in progress tells nothing. */
  close(): void {
    this.#closing.abort();
    for (const driver of this.#drivers.values()) driver.close();
  }

  /** Its pods stay: they do nothing until the next look. */
  async #driver(link: Link): Promise<Driver> {
    const name = link.between.join("-");
    const known = this.#drivers.get(name);
    if (known !== undefined) return known;
    const pods = linkLine(link, ".");
    await this.#deployment.extend(pods);
    this.#closing.signal.throwIfAborted();
    const driver = new Driver(this.#deployment, pods);
    this.#drivers.set(name, driver);
    return driver;
  }
}
