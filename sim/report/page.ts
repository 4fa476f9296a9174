import { escapeHtml, scriptJson } from "./escape.ts";
import type { Picture } from "./picture.ts";
import { STYLE } from "./style.ts";

/** What the reader should know of a run. */
export interface RunInfo {
  /** Date and time, ISO 8601; left out: at any time it would have been the same. */
  readonly date?: string;
  /** The machine in words, one line a fact. */
  readonly machine: readonly string[];
  /** Command lines that repeat the run. */
  readonly commands: readonly string[];
  /** Version of edgetwin. */
  readonly version: string;
}

/** A picture with its drawing, SVG text that is trusted as our own. */
export type DrawnPicture = Picture & { readonly svg: string };

/** What stands under a heading of its own; `html` is trusted as our own. */
export interface Section {
  /** Unique within the page: `#id` leads there. */
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

export interface Page {
  readonly title: string;
  /** What comes first, HTML. */
  readonly lead: string;
  readonly pictures: readonly DrawnPicture[];
  readonly sections: readonly Section[];
  readonly run: RunInfo;
}

/**
 * An HTML page that needs nothing else: no network, no script; its pictures are inline SVG, with the Vega-Lite specification of each
 * beside it as JSON. It ends with how to do the run again.
 */
export function pageHtml({ title, lead, pictures, sections, run }: Page): string {
  const all = [...sections, { id: "reproduce", title: "How to reproduce", html: reproduction(run) }];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${lead}
<section id="pictures">
${pictures.map(figure).join("\n")}
</section>
${all.map(section).join("\n")}
</main>
</body>
</html>
`;
}

function section({ id, title, html }: Section): string {
  return `<section id="${escapeHtml(id)}">
<h2>${escapeHtml(title)}</h2>
${html}
</section>`;
}

function figure({ id, title, caption, spec, svg }: DrawnPicture): string {
  return `<figure id="${escapeHtml(id)}">
<h2>${escapeHtml(title)}</h2>
<div class="scroll">${svg}</div>
<figcaption>${escapeHtml(caption)}</figcaption>
<script type="application/json" data-spec="${escapeHtml(id)}">${scriptJson(spec)}</script>
</figure>`;
}

function reproduction({ commands, version, date, machine }: RunInfo): string {
  const made = date === undefined ? version : `${version}, ${dateText(date)}`;
  return `<pre><code>${commands.map(escapeHtml).join("\n")}</code></pre>
<p>edgetwin ${escapeHtml(made)}</p>
${list(machine, "The machine is not known.")}`;
}

/** `2026-01-02 03:04 UTC`; text that is no such date stays as it is. */
export function dateText(date: string): string {
  return date.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*Z$/, "$1 $2 UTC");
}

/** A list of texts, or a paragraph that says that there are none. */
export function list(items: readonly string[], none: string): string {
  if (items.length === 0) return `<p>${escapeHtml(none)}</p>`;
  return `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
}

/** A table of texts that scrolls by itself where the page is narrow. */
export function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (texts: readonly string[], tag: string) =>
    `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag.slice(0, 2)}>`).join("")}</tr>`;
  const body = rows.map((row) => cells(row, "td")).join("\n");
  return `<div class="scroll"><table><thead>${cells(head, 'th scope="col"')}</thead>\n<tbody>${body}</tbody></table></div>`;
}
