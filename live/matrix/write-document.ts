import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cell } from "../../sim/matrix/cell.ts";
import { documentOf } from "../../sim/matrix/document.ts";
import { type CellOutcome, plansOf } from "../../sim/matrix/outcome.ts";
import { matrixPicture } from "../../sim/matrix/picture.ts";
import { writeWhole } from "../artefacts.ts";
import { programs } from "../exec.ts";
import { renderSvg } from "../report/vega.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Writes the validation's document, and its picture beside it.
 * @param path of the document, `.md`; @param cells the whole matrix; @param outcomes what of it is finished, at least one cell.
 * @throws WriteError if a file can't be written.
 */
export async function writeDocument(
  path: string,
  command: string,
  cells: readonly Cell[],
  outcomes: readonly CellOutcome[],
): Promise<void> {
  const picture = `${path.replace(/\.md$/, "")}.svg`;
  const created = new Date().toISOString();
  const svg = await renderSvg(matrixPicture(outcomes.flatMap(plansOf)));
  writeWhole(picture, `${svg}\n`);
  const input = { created, command, commit: await commit(), cells, outcomes, picture: basename(picture) };
  writeWhole(path, documentOf(input));
}

/** Of the sources, and whether they were changed since: the document itself is none. */
async function commit(): Promise<string> {
  const git = async (...words: string[]) => (await programs.run(["git", "-C", ROOT, ...words])).trim();
  try {
    const changes = await git("status", "--porcelain", "--", "sim", "kernels", "live", "protos", "topologies");
    return `${await git("rev-parse", "--short=12", "HEAD")}${changes === "" ? "" : ", with changes"}`;
  } catch {
    // A package that was installed has no history.
    return "unknown";
  }
}
