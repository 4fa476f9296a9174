import type { LoggerInterface } from "vega";
import type { TopLevelSpec } from "vega-lite";
import type { DrawnPicture } from "../../sim/report/page.ts";
import type { Picture } from "../../sim/report/picture.ts";

/** Draws pictures, one after the other: drawing is compute, more at once gains nothing. */
export async function drawn(pictures: readonly Picture[]): Promise<DrawnPicture[]> {
  const all: DrawnPicture[] = [];
  for (const picture of pictures) all.push({ ...picture, svg: await renderSvg(picture.spec) });
  return all;
}

/**
 * Draws a Vega-Lite specification as SVG text, with each mark's description as its tooltip. Throws what Vega-Lite warns of:
 * a specification of ours that warns is wrong. Vega is loaded on first use, which takes about a second.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const { textMetrics } = vega as unknown as { textMetrics: { width: (item: TextItem, text: unknown) => number } };
  textMetrics.width = (item, text) => widthOf(String(text ?? "")) * (item.fontSize ?? 11);
  const { logger, problems } = collector();
  // Vega writes into the data that it is given, hence the copy.
  const runtime = vega.parse(compile(structuredClone(spec), { logger }).spec);
  if (problems.length > 0) throw new Error(`Vega-Lite: ${problems.join("; ")}`);
  const view = new vega.View(runtime, { renderer: "none" });
  try {
    return withTooltips(await view.toSVG());
  } finally {
    view.finalize();
  }
}

interface TextItem {
  readonly fontSize?: number;
}

/** Em widths of a wide sans-serif (DejaVu Sans). Without a canvas Vega takes 0.8 em for all, which leaves gaps. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /[A-Z0-9]/.test(character) ? 0.66 : /[@+%mw]/.test(character) ? 0.95 : 0.57;
  return width;
}

/** A logger for Vega that keeps warnings and errors. */
function collector() {
  const problems: string[] = [];
  const note = (...messages: readonly unknown[]) => {
    problems.push(messages.map(String).join(" "));
    return logger;
  };
  const silent = () => logger;
  const logger: LoggerInterface = {
    // Without an argument this reads the level: 2 is Vega's "Warn".
    level: ((value?: number) => (value === undefined ? 2 : logger)) as LoggerInterface["level"],
    error: note,
    warn: note,
    info: silent,
    debug: silent,
  };
  return { logger, problems };
}

/** Browsers show `<title>` when the pointer rests on a mark; Vega only writes `aria-label`, with its text already escaped. */
function withTooltips(svg: string): string {
  return svg.replace(
    /<(path|line) aria-label="([^"]*)"([^>]*?)(?:\/>|><\/\1>)/g,
    '<$1 aria-label="$2"$3><title>$2</title></$1>',
  );
}
