/** The look of the HTML report: light, dark, and on paper. Set as is in the page; its hash stands in the page's policy. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1b1f; --line: #c8c8cd; --soft: #f3f3f5; --mark: #ffe08a; --alert: #b3131f; --suspect: #9a4b00; --review: #7a5d00; --unknown: #1d5f8a; --ok: #1c6b35; }
@media (prefers-color-scheme: dark) { :root { --paper: #17171b; --ink: #e6e6ea; --line: #4a4a52; --soft: #232329; --mark: #6b5200; --alert: #ff8a8f; --suspect: #ffb066; --review: #e8cf6a; --unknown: #8cc8f0; --ok: #8fd6a4; } }
* { box-sizing: border-box; }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 90rem; padding: 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { border-bottom: 1px solid var(--line); font-size: 1.25rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { background: var(--soft); margin: .25rem 0; padding: .4rem .6rem; white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; }
dl { display: grid; gap: .1rem 1rem; grid-template-columns: max-content 1fr; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-left-width: .4rem; border-radius: .25rem; break-inside: avoid; margin: 0 0 1rem; padding: .75rem 1rem; }
article.critical, article.high { border-left-color: var(--alert); }
article.medium { border-left-color: var(--suspect); }
article.low { border-left-color: var(--review); }
article p { margin: .25rem 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
caption { font-weight: 600; padding: .25rem 0; text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
td { min-width: 6.5rem; overflow-wrap: anywhere; }
td:first-child { min-width: 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.alert { color: var(--alert); } .suspect { color: var(--suspect); } .review { color: var(--review); } .unknown { color: var(--unknown); } .ok { color: var(--ok); }
.verdict { font-weight: 600; white-space: nowrap; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print { :root { --paper: #ffffff; --ink: #000000; --line: #999999; --soft: #ffffff; --mark: #ffe08a; --alert: #b3131f; --suspect: #9a4b00; --review: #7a5d00; --unknown: #1d5f8a; --ok: #1c6b35; } body { font-size: 10pt; max-width: none; padding: 0; } .wide { overflow: visible; } table { font-size: 7.5pt; } td { min-width: 3.4rem; } tbody th { min-width: 6rem; overflow-wrap: anywhere; } a { color: inherit; text-decoration: none; } }
`;
