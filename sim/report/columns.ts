/** Columns of a terminal: every table here fits. */
export const TERMINAL_WIDTH = 80;

/** A column of a table for terminals. */
export interface Column {
  readonly title: string;
  /** Characters. */
  readonly width: number;
  readonly align: "left" | "right";
}

/** Lines of a table: the title line, then the rows, columns a space apart. What does not fit a column ends with `…`. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  return [columns.map(({ title }) => title), ...rows].map((cells) =>
    columns
      .map(({ width, align }, index) => {
        const text = truncate(cells[index] ?? "", width);
        return align === "left" ? pad(text, width) : " ".repeat(width - length(text)) + text;
      })
      .join(" ")
      .trimEnd(),
  );
}

/** Breaks a line at spaces so that no part is longer than the terminal is wide; parts after the first are indented. */
export function wrap(line: string, width = TERMINAL_WIDTH): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const joined = current === "" ? word : `${current} ${word}`;
    if (length(joined) <= width || current === "") {
      current = joined;
    } else {
      lines.push(truncate(current, width));
      current = `  ${word}`;
    }
  }
  return [...lines, truncate(current, width)];
}

export function truncate(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(width - length(text));
}

/** In code points: what a terminal shows, for the texts of topologies. */
function length(text: string): number {
  return [...text].length;
}
