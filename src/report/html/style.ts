/**
 * The style of a page. It stands in the page itself and is the only thing that its Content-Security-Policy lets in, by its
 * digest. Colours keep a contrast of 4.5 and more in both schemes (WCAG 2.2, 1.4.3); a test measures them.
 */
import { html } from "./markup.js";

export const styleElement = html`<style>
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0a58ca;
--add:#dafbe1;--del:#ffebe9;--hunk:#eaf2fb;--note:#fff;--error:#b4232c;--warning:#8a5300;--info:#0b6478;--good:#1a6f37;--mark:#fff4c2}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0f141a;--fg:#dfe5ec;--soft:#9aa5b1;--line:#343c46;--panel:#171d25;--link:#79b8ff;
--add:#12301c;--del:#3b191c;--hunk:#162436;--note:#1a212a;--error:#ff8f8a;--warning:#f0b04e;--info:#6fc8dc;--good:#6fce8b;--mark:#3d3410}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
h1,h2,h3,h4,h5{line-height:1.3;margin:0}
h1{font-size:1.5rem}h2{font-size:1.3rem}h3{font-size:1.15rem}h4,h5{font-size:1rem}
p{margin:.4rem 0}
header.page{border-bottom:1px solid var(--line);padding-bottom:.8rem}
.verdict{font-weight:600;font-size:1.1rem}.good{color:var(--good)}
.soft,.meta,footer{color:var(--soft);font-size:.9rem}
.meta{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.3rem 0;padding:0}
section.series,section.patch,section.loose,section.remarks{margin-top:2rem}
section.series section.patch{margin-top:1.5rem}
section.patch>h2,section.patch>h3,section.series>h2{border-bottom:1px solid var(--line);padding-bottom:.2rem}
pre,code,.diff{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.82rem}
pre{white-space:pre-wrap;margin:.6rem 0;padding:.6rem .8rem;background:var(--panel);border:1px solid var(--line);border-radius:6px}
summary{cursor:pointer}summary>h3,summary>h4,summary>h5{display:inline}
details.file{margin:.8rem 0;border:1px solid var(--line);border-radius:6px}
details.file>summary{padding:.4rem .7rem;background:var(--panel);border-radius:6px}
details.file>p{padding:0 .7rem}details.file[open]>summary{border-bottom:1px solid var(--line);border-radius:6px 6px 0 0}
.count{color:var(--soft);font-size:.85rem;white-space:nowrap;margin-left:.5rem}
.diff{width:100%;border-collapse:collapse;table-layout:fixed;line-height:1.45;tab-size:8}
.diff col.n{width:3.4rem}
.diff td{padding:0 .5rem;vertical-align:baseline;white-space:pre-wrap}
.diff td.n{text-align:right;color:var(--soft);user-select:none;padding:0 .35rem;font-size:.75rem;white-space:nowrap;overflow-wrap:normal}
.diff .a td{background:var(--add)}.diff .d td{background:var(--del)}
.diff .h td{background:var(--hunk);color:var(--soft)}
.diff tr.a td.n,.diff tr.d td.n{color:var(--fg)}
.diff tr:target td,.diff tr.at td.n{background:var(--mark)}
.diff tr.at td.n{color:var(--fg);font-weight:700}
.diff td.c{padding:.5rem;white-space:normal;font:1rem/1.5 system-ui,sans-serif;background:var(--panel)}
.finding{margin:.5rem 0;padding:.6rem .9rem;background:var(--note);border:1px solid var(--line);border-left:4px solid var(--soft);
border-radius:6px;max-width:56rem}
.finding.error{border-left-color:var(--error)}.finding.warning{border-left-color:var(--warning)}.finding.note{border-left-color:var(--info)}
.sev{font-weight:700}.error .sev{color:var(--error)}.warning .sev{color:var(--warning)}.note .sev{color:var(--info)}
.finding dl{margin:.5rem 0 0}
.finding dt{font-weight:600;margin-top:.5rem}.finding dd{margin:0}
.finding div.asked{display:flex;flex-wrap:wrap;gap:0 .5rem}.finding .asked dt{margin-top:.2rem}.finding .asked dd{margin-top:.2rem}
.finding dl.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.88rem;color:var(--soft);border-top:1px solid var(--line);padding-top:.5rem}
.finding dl.facts div{display:flex;gap:.4rem;flex-wrap:wrap}.finding dl.facts dt{margin:0;font-weight:400}.finding dl.facts dd{color:var(--fg)}
.fate{font-weight:600}
.sites{margin:.2rem 0;padding-left:1.4rem}.sites code{display:block;white-space:pre-wrap;background:var(--panel);padding:.1rem .4rem;border-radius:4px}
.meet{width:100%;border-collapse:collapse;table-layout:fixed;font-size:.93rem}
.meet th{text-align:left;font-weight:600;border-bottom:1px solid var(--line);padding:.15rem .5rem}
.meet td{padding:.15rem .5rem;vertical-align:top}.meet td+td,.meet th+th{border-left:1px solid var(--line)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
nav ol{padding-left:1.6rem;margin:.4rem 0}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.6rem}
@media (max-width:40rem){body{padding:.6rem}.diff{tab-size:4;font-size:.74rem}.diff col.n{width:2.1rem}.diff td.n{padding:0 .15rem;font-size:.62rem}
.diff td{padding:0 .3rem}.diff td.c{padding:.3rem}.finding{padding:.5rem .6rem}}
@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}
details::details-content{content-visibility:visible;display:block;block-size:auto}
.finding,.diff tr{break-inside:avoid}h1,h2,h3,h4,h5,summary{break-after:avoid}
.diff td,.finding{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
</style>`;

/** SHA-256 in base64 of what stands in {@link styleElement}; written out, as pure code has no digest at hand. A test compares. */
export const STYLE_DIGEST = "fPeZd/zg9A5Xpiz0RYwbgbjIICpXLhiBORLtYpKrXEw=";
