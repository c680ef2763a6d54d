/** How a report looks: in light and dark, on a phone, and on paper. */

export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --card: #f5f6f8; --ink: #1d2430; --quiet: #545d6c; --edge: #d7dbe2; --link: #1a56a8;
  --good: #1b6e3c; --bad: #a3251d; --unsure: #7a5200;
  --line-1: #1f6fb5; --line-2: #c2570c; --line-3: #1f7d54; --line-4: #97388f;
  --line-5: #7d6608; --line-6: #0f7a85; --line-7: #b3364e; --line-8: #5a5f69;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --card: #1d2128; --ink: #e4e8ee; --quiet: #a3adbb; --edge: #363c47; --link: #84b6f4;
    --good: #74cf98; --bad: #f59a90; --unsure: #e3b95a;
    --line-1: #64aef0; --line-2: #f2994a; --line-3: #5ec799; --line-4: #dc8ad5;
    --line-5: #d9bf4f; --line-6: #55c7d3; --line-7: #f08499; --line-8: #a9b0bc;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 66rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 48rem; overflow-wrap: break-word; }
.quiet, figcaption, th { color: var(--quiet); }
a { color: var(--link); }
code, pre { font: .875em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: var(--card); padding: .75rem 1rem; border-radius: .5rem; margin: .5rem 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .75rem 0 0; font-size: .95rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.tiles div { background: var(--card); border-radius: .5rem; padding: .65rem .9rem; }
.tiles dt { color: var(--quiet); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
.tiles small { display: block; font-size: .875rem; font-weight: 400; color: var(--quiet); }
.good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem 2rem; }
figure { margin: 0; min-width: 0; }
figure > svg { width: 100%; height: auto; }
figure img { display: block; width: 100%; height: auto; border-radius: .5rem; }
figcaption { font-size: .9rem; }
figcaption strong { color: var(--ink); display: block; font-size: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .15rem 0 0; padding: 0; list-style: none; font-size: .875rem; color: var(--ink); }
.legend svg { width: 26px; height: 10px; vertical-align: middle; margin-right: .35rem; overflow: visible; }
.scroll { overflow-x: auto; margin: .75rem 0; }
.scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: .9rem; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.path { min-width: 12rem; overflow-wrap: anywhere; }
td:first-child code { white-space: nowrap; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--link); }
ul.missing { padding-left: 1.2rem; } ul.missing li { margin: .3rem 0; }
@media (max-width: 30rem) { body { padding: 1rem .9rem 3rem; } h1 { font-size: 1.5rem; } .tiles { grid-template-columns: 1fr 1fr; } }
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; --ground: #fff; --card: #f3f4f6; --ink: #000; --quiet: #444; --edge: #bbb; --link: #000;
    --good: #14532d; --bad: #7f1d1d; --unsure: #5c3d00;
    --line-1: #1f6fb5; --line-2: #c2570c; --line-3: #1f7d54; --line-4: #97388f;
    --line-5: #7d6608; --line-6: #0f7a85; --line-7: #b3364e; --line-8: #5a5f69; }
  body { font-size: 10.5pt; padding: 0; max-width: none; }
  nav { display: none; }
  .charts { grid-template-columns: 1fr 1fr; gap: .9rem 1.25rem; }
  figure, tr, .tiles div, li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  details > summary { list-style: none; color: var(--ink); font-weight: 600; }
  table { font-size: 8pt; }
  th, td { padding-right: .5rem; }
  td.number, th.number, td:first-child code { white-space: normal; }
  td.path { min-width: 6rem; }
  .tiles div { border: 1px solid var(--edge); }
  * { print-color-adjust: exact; }
}
`;
