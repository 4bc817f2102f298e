/** The style sheet of the dashboard: that of a review's page, whose parts it shows, and what only it has. */
import { styleElement } from "../style.js";

const OWN = `
.dash{max-width:84rem}
.dash a:focus-visible,.dash button:focus-visible,.dash input:focus-visible,.dash select:focus-visible,.dash summary:focus-visible,
.dash .scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.dash main:focus{outline:none}
header.site{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;align-items:center;border-bottom:1px solid var(--line);padding-bottom:.6rem;margin-bottom:1.2rem}
.brand{margin:0;font-weight:700}.brand a{color:var(--fg);text-decoration:none}
header.site nav{flex:1 1 auto}
header.site nav ul,.pager ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:0;padding:0}
header.site nav a{display:inline-block;padding:.25rem 0;text-decoration:none;border-bottom:2px solid transparent}
header.site nav a:hover{text-decoration:underline}
header.site nav a[aria-current]{color:var(--fg);font-weight:600;border-bottom-color:var(--link)}
.account{margin:0;display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
.dash h1{margin-bottom:.6rem}
.dash h2{margin:1.6rem 0 .5rem}
.scroll{overflow-x:auto;margin:.6rem 0}
table.list{border-collapse:collapse;width:100%;font-size:.95rem}
table.list th,table.list td{text-align:left;vertical-align:top;padding:.45rem .7rem .45rem 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
table.list thead th{font-size:.85rem;font-weight:600;color:var(--soft);white-space:nowrap}
table.list tbody th{font-weight:400;overflow-wrap:anywhere;min-width:12rem}
table.list td time,table.list td.num,table.list .badge,table.list td.act{white-space:nowrap}
table.list td.num{font-variant-numeric:tabular-nums}
table.list tbody tr:hover{background:var(--panel)}
.pager{margin:1rem 0}.pager a{display:inline-block;padding:.3rem 0}
.empty{padding:1rem;background:var(--panel);border:1px solid var(--line);border-radius:6px}
.done{padding:.6rem .8rem;border:1px solid var(--line);border-left:4px solid var(--good);background:var(--panel);border-radius:6px}
.refused{padding:.6rem .8rem;border:1px solid var(--line);border-left:4px solid var(--error);background:var(--panel);border-radius:6px}
form.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;padding:.8rem;background:var(--panel);border:1px solid var(--line);border-radius:6px}
.field{display:flex;flex-direction:column;gap:.15rem;min-width:0;max-width:100%}
.field label{font-size:.85rem;font-weight:600}
.dash input,.dash select,.dash button{font:inherit;color:var(--fg);background:var(--bg);border:1px solid var(--soft);border-radius:6px;padding:.35rem .6rem;max-width:100%}
.dash button{cursor:pointer;background:var(--panel);font-weight:600}.dash button:hover{border-color:var(--fg)}
.dash button.main{background:var(--link);border-color:var(--link);color:var(--bg)}
form.act{display:inline-flex;flex-wrap:wrap;gap:.4rem;align-items:end;margin:.1rem .5rem .1rem 0}
form.sign{display:flex;flex-direction:column;gap:.8rem;max-width:22rem}
dl.about{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}
dl.about dt{color:var(--soft)}dl.about dd{margin:0;min-width:0}
.versions td.yes{font-weight:600}
@media (max-width:40rem){table.list,table.list tbody,table.list tr,table.list td,table.list tbody th{display:block;width:100%;border:0;padding:.1rem 0}
table.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.list tbody tr{border-bottom:1px solid var(--line);padding:.5rem 0}
table.list td[data-name]::before{content:attr(data-name) ": ";color:var(--soft)}
form.filter .field{flex:1 1 45%}}
`;

/** The sheet as text. */
export const SHEET = `${styleElement.text.slice("<style>".length, -"</style>".length)}${OWN}`;
