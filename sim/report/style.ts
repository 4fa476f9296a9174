/** Style sheet of the report; pictures take their ink from `color`. */
export const STYLE = `
:root { --paper: #fff; --ink: #1c2024; --soft: #5b646e; --line: #d9dde2; --tint: #f4f6f8; --miss: #b3430b; --good: #087455; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181c; --ink: #e6e9ec; --soft: #a0a9b3; --line: #343b43; --tint: #1e2329; --miss: #ff9c66; --good: #4fcfa5; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 36px 0 10px; }
.lead { margin: 0 0 16px; color: var(--soft); }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 0; }
.headline div { background: var(--tint); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.headline dt { color: var(--soft); font-size: 13px; }
.headline dd { margin: 0; font-size: 22px; font-weight: 600; }
.headline dd small { font-size: 14px; font-weight: 400; }
.headline dd.note, .note { color: var(--soft); font-size: 13px; font-weight: 400; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: 13px; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12px; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 5px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); }
td.long { max-width: 108px; overflow: hidden; text-overflow: ellipsis; }
tr.size th { background: var(--tint); font-weight: 600; padding-top: 8px; white-space: normal; }
.n { text-align: right; }
tr.miss th, tr.miss td { color: var(--miss); font-weight: 600; }
.findings { list-style: none; padding: 0; }
.findings li { border-top: 1px solid var(--line); padding: 10px 0; }
.findings p { margin: 0; }
.mark { font-size: 12px; border: 1px solid; border-radius: 10px; padding: 1px 8px; white-space: nowrap; }
.holds { color: var(--good); }
.fails { color: var(--miss); }
.open { color: var(--soft); }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 8px; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; }
`;
