/** Prints what this platform computes, as JSON: digests by what they are of. */
import { digests } from "./simulations.ts";

console.log(JSON.stringify(digests(1)));
