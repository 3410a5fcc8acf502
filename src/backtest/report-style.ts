/** How a report looks: light or dark as the reader's system is, from 360 pixels of width on. */
export const reportStyle = `
:root {
  color-scheme: light;
  --page: #f4f5f8; --card: #ffffff; --line: #e3e6ec; --grid: #eef0f4;
  --text: #171b26; --muted: #656d80; --accent: #2962ff; --accent-soft: rgba(41, 98, 255, 0.16);
  --gain: #08806f; --loss: #c62f3b; --gain-soft: rgba(8, 128, 111, 0.14); --loss-soft: rgba(198, 47, 59, 0.2);
}
:root[data-theme='dark'] {
  color-scheme: dark;
  --page: #0c0f15; --card: #151a23; --line: #262d3a; --grid: #1d232e;
  --text: #e8ebf2; --muted: #949db0; --accent: #6d95ff; --accent-soft: rgba(109, 149, 255, 0.2);
  --gain: #35c4ab; --loss: #ff6b73; --gain-soft: rgba(53, 196, 171, 0.16); --loss-soft: rgba(255, 107, 115, 0.24);
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) {
    color-scheme: dark;
    --page: #0c0f15; --card: #151a23; --line: #262d3a; --grid: #1d232e;
    --text: #e8ebf2; --muted: #949db0; --accent: #6d95ff; --accent-soft: rgba(109, 149, 255, 0.2);
    --gain: #35c4ab; --loss: #ff6b73; --gain-soft: rgba(53, 196, 171, 0.16); --loss-soft: rgba(255, 107, 115, 0.24);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, footer, .top { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
.top { display: flex; gap: 16px; align-items: flex-start; justify-content: space-between; padding-top: 28px; }
h1 { margin: 0; font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 16px; }
.period { margin: 4px 0 0; color: var(--muted); }
button, select {
  font: inherit; font-size: 13px; color: var(--text); background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; padding: 5px 11px; cursor: pointer;
}
select { max-width: min(100%, 240px); }
button:hover, select:hover { border-color: var(--muted); }
button:disabled { opacity: 0.4; cursor: default; }
button[aria-pressed='true'] { background: var(--accent-soft); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
:root:not(.scripted) .needs-script { display: none; }
#theme { flex: none; }
.cards { display: grid; grid-template-columns: repeat(5, 1fr); gap: 12px; margin: 22px 0 14px; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 13px 15px; min-width: 0; }
.figure dt { color: var(--muted); font-size: 13px; }
.figure dd { margin: 1px 0 0; }
.figure .value { font-size: 22px; font-weight: 650; letter-spacing: -0.01em; white-space: nowrap; }
.figure .note { color: var(--muted); font-size: 12.5px; overflow-wrap: anywhere; }
.gain { color: var(--gain); }
.loss { color: var(--loss); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 15px 16px; margin: 14px 0; min-width: 0; }
section > header { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; justify-content: space-between; margin-bottom: 10px; }
.tools { max-width: 100%; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; min-height: 21px; margin: 0 0 6px; color: var(--muted); font-size: 13px; }
.legend b { color: var(--text); font-weight: 600; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
#charts { height: 470px; }
#charts.with-prices { height: 780px; }
.scroll { overflow-x: auto; margin: 0 -16px; padding: 0 16px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 550; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0; }
tbody tr:hover { background: var(--grid); }
.text { text-align: left; }
th button { all: unset; cursor: pointer; }
th button:hover { color: var(--text); }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort='ascending'] button::after { content: ' \\2191'; }
th[aria-sort='descending'] button::after { content: ' \\2193'; }
.pages { display: flex; gap: 8px; align-items: center; justify-content: flex-end; margin-top: 10px; color: var(--muted); font-size: 13px; }
:root:not(.scripted) .pages, .pages[hidden] { display: none; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 14px; align-items: start; }
.figures { columns: 3; column-gap: 32px; margin: 0; }
.figures div { break-inside: avoid; display: flex; justify-content: space-between; gap: 12px; padding: 6px 0; border-bottom: 1px solid var(--line); font-size: 13.5px; }
.figures dt { color: var(--muted); }
.figures dd { margin: 0; text-align: right; }
.figures .note { color: var(--muted); font-size: 12.5px; }
.bar { width: 45%; min-width: 60px; }
.bar span { display: block; height: 8px; min-width: 2px; border-radius: 4px; background: var(--accent); }
.facts { margin: 0; font-size: 13.5px; }
.facts div { padding: 6px 0; border-bottom: 1px solid var(--line); }
.facts div:last-child { border-bottom: 0; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 12.5px; }
.notices ul { margin: 0; padding: 0 0 0 18px; }
.notices { border-left: 4px solid var(--loss, #c0392b); }
.notes { color: var(--muted); font-size: 13px; margin: 8px 0 0; padding-left: 18px; }
footer { color: var(--muted); font-size: 13px; padding-top: 6px; padding-bottom: 32px; }
footer a { color: inherit; }
footer pre { overflow-x: auto; font-size: 11px; }
noscript p { color: var(--muted); }
noscript svg { width: 100%; height: 260px; }
@media (max-width: 1000px) {
  .cards { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
  .figures { columns: 2; }
}
@media (max-width: 720px) {
  main, footer, .top { padding-left: 12px; padding-right: 12px; }
  .top { padding-top: 18px; }
  h1 { font-size: 21px; }
  .cards { grid-template-columns: 1fr 1fr; gap: 8px; }
  .figure { padding: 10px 12px; }
  .figure .value { font-size: 19px; }
  .pair { grid-template-columns: 1fr; }
  .figures { columns: 1; }
  #charts { height: 380px; }
  #charts.with-prices { height: 640px; }
}
@media print {
  .tools, .pages { display: none !important; }
  section, .figure { break-inside: avoid; }
}
`
