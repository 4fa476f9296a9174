import { truncate } from "../report/columns.ts";

/** Characters of a table's row in the document, bars included. */
export const ROW_WIDTH = 100;

/** A column of a Markdown table. */
export interface MarkdownColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/**
 * A Markdown table whose rows have their columns below each other; the first column is cut where a row would be longer than 100
 * characters.
 * @throws RangeError if the other columns alone are longer than that.
 */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => [...(row[i] ?? "")].length)),
  );
  const bars = 3 * columns.length + 1;
  const others = widths.slice(1).reduce((sum, width) => sum + width, 0);
  const first = Math.min(widths[0]!, ROW_WIDTH - bars - others);
  if (first < columns[0]!.title.length)
    throw new RangeError(
      `columns ${columns.map(({ title }) => title).join(", ")} are wider than ${ROW_WIDTH} characters`,
    );
  const all = [first, ...widths.slice(1)];
  const line = (cells: readonly string[]) => {
    const padded = columns.map(({ align }, i) => {
      const text = truncate(cells[i] ?? "", all[i]!);
      const space = " ".repeat(all[i]! - [...text].length);
      return align === "left" ? text + space : space + text;
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = columns.map(({ align }, i) => "-".repeat(all[i]! + 1) + (align === "left" ? "-" : ":"));
  return [line(columns.map(({ title }) => title)), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

const TEXT_WIDTH = 120;

/** A paragraph with its lines broken at spaces, but not before a per cent sign. */
export function paragraph(text: string): string {
  const lines: string[] = [""];
  for (const word of text.trim().split(/ (?!%)/)) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= TEXT_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
