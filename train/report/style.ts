/** Style sheet of the page, in light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf8, #16181c);
  --card: light-dark(#ffffff, #1d2026);
  --ink: light-dark(#1d2430, #e6e8ec);
  --quiet: light-dark(#5d6675, #9aa3b2);
  --line: light-dark(#e5e2dc, #2d323b);
  --student: light-dark(#c2570c, #ff9d5c);
  --teacher: light-dark(#5b4bd6, #a79bff);
  --run-0: light-dark(#0b6bcb, #62b0ff);
  --run-1: light-dark(#d1495b, #ff8a98);
  --run-2: light-dark(#2a8c55, #5fd38d);
  --run-3: light-dark(#b4690e, #f4b04c);
  --run-4: light-dark(#7b4bc4, #b99bff);
  --run-5: light-dark(#0d8a93, #4fd5df);
  --run-6: light-dark(#a53c8d, #f08bd8);
  --run-7: light-dark(#6b7280, #b7bec9);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem;
  background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 0.95rem; margin: 1rem 0 0.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: baseline; margin-bottom: 1.5rem; }
header p, .note, figcaption p, small { color: var(--quiet); margin: 0; }
.note { font-size: 0.85rem; margin-top: 0.5rem; max-width: 60rem; }
small { font-size: 0.85em; }
small.running { color: var(--run-2); }
small.stopped { color: var(--run-3); }
.unreadable b { color: var(--run-1); }
code, pre { font: 12.5px/1.45 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; overflow-x: auto; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table.runs { border-collapse: collapse; width: 100%; font-size: 0.9rem; white-space: nowrap; }
.runs th, .runs td { padding: 0.45rem 0.8rem; text-align: left; font-weight: 400; }
.runs thead th { color: var(--quiet); font-size: 0.8rem; border-bottom: 1px solid var(--line); }
.runs tbody tr + tr > * { border-top: 1px solid var(--line); }
.runs .number, .classes .number { text-align: right; font-variant-numeric: tabular-nums; }
.dot {
  display: inline-block; width: 0.65em; height: 0.65em; border-radius: 50%; margin-right: 0.5em;
  background: var(--colour);
}
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
figure.chart {
  margin: 0; padding: 0.75rem 1rem 0.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  min-width: 0; display: flex; flex-direction: column;
}
figcaption h3 { margin: 0; }
figcaption p { font-size: 0.8rem; }
.plot { margin-top: auto; padding-top: 0.5rem; }
.u-legend { font-size: 0.8rem; margin: 0.25rem 0 0 !important; text-align: left !important; line-height: 1.35 !important; }
.u-legend th { font-weight: 400 !important; }
.u-legend .u-marker { border-radius: 50%; width: 0.65em !important; height: 0.65em !important; }
.u-legend .u-series:first-child { color: var(--quiet); }
.u-legend .u-value { font-variant-numeric: tabular-nums; min-width: 3.2em; }
.u-legend [hidden] { display: none !important; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.85rem; }
.classes { list-style: none; margin: 0; padding: 0; columns: 21rem; column-gap: 2.5rem; font-size: 0.8rem; }
.classes li {
  display: grid; grid-template-columns: 8.5rem 1fr 2.75rem; gap: 0.6rem; align-items: center; break-inside: avoid;
}
.classes li > :first-child { text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.track { position: relative; height: 2px; margin: 0 0.4rem; background: var(--line); }
.track .dot { position: absolute; width: 9px; height: 9px; margin: -3.5px 0 0 -4.5px; opacity: 0.85; }
.confusions {
  list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
}
.confusions p { margin: 0 0 0.3rem; font-size: 0.85rem; }
.confusions img { image-rendering: pixelated; width: 44px; height: 44px; border-radius: 4px; margin-right: 4px; }
.run { border-top: 1px solid var(--line); margin-top: 2.5rem; }
details { margin-top: 1.25rem; }
summary { cursor: pointer; color: var(--quiet); }
#connection::before { content: '● '; color: var(--run-2); }
@media print { .chart, li { break-inside: avoid; } }
`
