/** The style of the HTML report: system fonts and colours alone, with a contrast of 4.5 to 1 at least. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --muted: #5c6470; --critical: #b3001b; --high: #c2410c;
  --medium: #8a6100; --low: #1d5fa8; --info: #5c6470; --soon: #ffd9d4; --later: #dbeafe; --ink: #1a1d21; }
@media (prefers-color-scheme: dark) { :root { --muted: #a3abb8; --critical: #ff8080; --high: #ff9d66;
  --medium: #e8c15a; --low: #7fb8ff; --info: #a3abb8; --soon: #6b2020; --later: #1e3a5f; --ink: #f0f2f5; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0; } h2 { margin: 2rem 0 .5rem; }
.muted { color: var(--muted); }
.warning { border: 2px solid var(--critical); border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem;
  list-style: none; padding: 0; }
.numbers li { border: 1px solid var(--line); border-top: .3rem solid currentColor; border-radius: .5rem;
  padding: .6rem .8rem; }
.numbers b { font-size: 1.8rem; } .numbers span { display: block; color: var(--muted); font-size: .85rem; }
.numbers .none { opacity: .6; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .info { color: var(--info); }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
details table { table-layout: fixed; } .when { width: 8.5rem; } th.what { width: 36%; }
.calendar { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: 1rem; }
.calendar table { font-size: .8rem; table-layout: fixed; align-self: start; }
.calendar caption { text-align: left; font-weight: 600; padding-bottom: .2rem; }
.calendar th, .calendar td { text-align: center; padding: .15rem; border: 0; height: 2.4rem; }
.calendar th { height: auto; color: var(--muted); font-weight: 400; }
.calendar td b { display: block; line-height: 1; }
.calendar .past { color: var(--muted); } .calendar .today { outline: 2px solid currentColor; }
.calendar .soon { background: var(--soon); color: var(--ink); } .calendar .later { background: var(--later);
  color: var(--ink); }
@media print { details { break-inside: avoid; } main { max-width: none; padding: 0; }
  .calendar .soon, .calendar .later { print-color-adjust: exact; } }
`;
