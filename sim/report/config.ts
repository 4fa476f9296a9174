import type { Config } from "vega-lite";
import type { Term } from "../comparison.ts";

/** Vega-Lite's version that the specifications are written for. */
export const VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json";

/** Pixels that a picture may be wide, axis labels included. */
export const PICTURE_WIDTH = 900;

// Okabe & Ito, Color Universal Design (2008), slightly moved so that each stands out on white and on near-black alike.
const BLUE = "#1a7fc1";
const ORANGE = "#e08b00";
const GREEN = "#0c9d76";
const PURPLE = "#c777a4";
const VERMILION = "#d9601a";
const SKY = "#63b6e6";
const GREY = "#8c8c8c";
const BROWN = "#9a7b3c";

export const SOURCES = ["measured", "predicted"] as const;
export type Source = (typeof SOURCES)[number];
export const SOURCE_COLOURS = [BLUE, ORANGE];

export const TERM_COLOURS: Readonly<Record<Term, string>> = {
  link: BLUE,
  decode: SKY,
  queue: GREY,
  compute: GREEN,
  send: ORANGE,
};

/** Colours of categories without a meaning of their own, such as splits. */
export const CATEGORY_COLOURS = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BROWN, GREY];

/** Look that all pictures share. Ink is the page's own text colour, so that one picture serves dark and light pages. */
export const CONFIG: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: "currentColor", strokeOpacity: 0.15 },
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    titlePadding: 8,
    labelOverlap: true,
    domain: false,
    tickColor: "currentColor",
    tickOpacity: 0.3,
    gridColor: "currentColor",
    gridOpacity: 0.12,
    labelLimit: 160,
  },
  header: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 12,
    labelFontWeight: "bold",
    title: null,
  },
  legend: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    orient: "top",
    symbolOpacity: 1,
    labelLimit: 200,
    columnPadding: 14,
    // Room between two legends. Vega-Lite passes it on, but its types map Vega's `LegendLayout` to `undefined`.
    layout: { top: { anchor: "start", direction: "horizontal", margin: 28 } } as unknown as undefined,
  },
  title: { color: "currentColor", fontSize: 12, anchor: "start" },
  point: { size: 60 },
};
