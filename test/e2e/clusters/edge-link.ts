import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A program that does things to the link of the test cluster's edge node: `down`, `up`, `rate 10mbit`. */
const PROGRAM = process.env.EDGETWIN_EDGE_LINK;

/** Why the link can't be touched; `null` if it can. */
export const untouchable =
  PROGRAM === undefined ? "EDGETWIN_EDGE_LINK names no program that cuts and slows the edge's link" : null;

export async function edgeLink(...words: string[]): Promise<void> {
  await promisify(execFile)(PROGRAM!, words);
}
