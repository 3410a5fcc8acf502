const dark = `
  color-scheme: dark;
  --page: #0c0f15; --card: #151a23; --line: #2b3342; --text: #e8ebf2; --muted: #a0a9bb; --accent: #86a8ff;
  --shadow: rgb(160 180 220 / 32%);`

/** How a site looks: light or dark as the reader's system is or as was chosen, from 320 pixels of width on. */
export const siteStyle = `:root {
  color-scheme: light;
  --page: #f7f8fa; --card: #ffffff; --line: #dfe3ea; --text: #171b26; --muted: #596174; --accent: #1f4fd6;
  --shadow: rgb(20 30 60 / 22%);
}
:root[data-theme='dark'] {${dark}
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) {${dark}
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
a { color: var(--accent); overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; z-index: 2; }
:root:not(.script) .scripted { display: none; }
header {
  display: flex; gap: 12px 24px; align-items: center; padding: 12px 20px;
  background: var(--card); border-bottom: 1px solid var(--line);
}
.home { font-weight: 650; color: var(--text); text-decoration: none; flex: 0 1 auto; }
#theme { flex: none; }
search { position: relative; flex: 1 1 160px; min-width: 0; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
search label, #found { color: var(--muted); font-size: 14px; margin: 0; }
input, button {
  font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line);
  border-radius: 8px; padding: 6px 12px; min-width: 0;
}
input { flex: 1 1 130px; }
button { cursor: pointer; }
#results {
  position: absolute; top: 100%; left: 0; right: 0; z-index: 1; max-height: 60vh; overflow: auto;
  margin: 6px 0 0; padding: 8px 16px; list-style: none; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 8px 24px rgb(0 0 0 / 18%);
}
#results li { padding: 4px 0; color: var(--muted); font-size: 14px; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: 260px minmax(0, 1fr); max-width: 1280px; margin: 0 auto; }
nav { padding: 20px; border-right: 1px solid var(--line); font-size: 15px; }
nav summary { cursor: pointer; font-weight: 650; }
nav details details { padding-top: 8px; }
nav details details summary { color: var(--muted); font-weight: 400; overflow-wrap: anywhere; }
nav p { margin: 14px 0 4px; color: var(--muted); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { padding: 2px 0; }
nav a { text-decoration: none; }
nav a[aria-current] { color: var(--text); font-weight: 650; }
main { padding: 20px 28px 60px; min-width: 0; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 32px 0 10px; }
.table {
  overflow-x: auto; margin: 12px 0; border: 1px solid var(--line); border-radius: 8px;
  /* A shadow at an edge says that it goes on behind it. */
  background:
    linear-gradient(to right, var(--card) 60%, transparent) left / 40px 100% no-repeat local,
    linear-gradient(to left, var(--card) 60%, transparent) right / 40px 100% no-repeat local,
    linear-gradient(to right, var(--shadow), transparent) left / 14px 100% no-repeat scroll,
    linear-gradient(to left, var(--shadow), transparent) right / 14px 100% no-repeat scroll,
    var(--card);
}
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { text-align: left; vertical-align: top; padding: 8px 12px; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
th { color: var(--muted); font-weight: 600; }
td { overflow-wrap: break-word; }
td a { white-space: nowrap; }
input::placeholder { color: var(--muted); opacity: 1; }
pre { overflow-x: auto; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
code { font: 0.9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 800px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  nav { border-right: 0; border-bottom: 1px solid var(--line); padding: 12px 20px; }
  nav a { display: inline-block; padding: 6px 0; }
  main { padding: 16px 20px 48px; }
}
@media (max-width: 600px) {
  header { gap: 12px; padding: 10px 16px; }
  search label { position: absolute; clip-path: inset(50%); white-space: nowrap; width: 1px; overflow: hidden; }
  /* Under the whole header: the field alone is narrow. */
  header { position: relative; }
  search { position: static; }
  #results { left: 8px; right: 8px; }
  .stacked table, .stacked tbody { display: block; }
  .stacked thead { display: none; }
  .stacked tr { display: block; padding: 10px 12px; border-bottom: 1px solid var(--line); }
  .stacked tr:last-child { border-bottom: 0; }
  .stacked td { display: flow-root; padding: 2px 0 2px 84px; border: 0; overflow-wrap: anywhere; }
  .stacked td:empty { display: none; }
  .stacked td::before { content: attr(data-label); float: left; width: 76px; margin-left: -84px; color: var(--muted); font-size: 14px; }
  .stacked td:first-child { padding: 0 0 4px; font-weight: 600; }
  .stacked td:first-child::before { content: none; }
}
`
