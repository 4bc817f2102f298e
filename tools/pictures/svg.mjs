// Drawing: a few shapes, in colours of their own for light and dark, and a check that words fit where they are put.

const STYLE = `
svg { --bg: #ffffff; --fg: #1f2328; --soft: #59636e; --line: #8c959f; --box: #f6f8fa; --bad: #b3261e; --good: #1a7f37; --mark: #0550ae; }
@media (prefers-color-scheme: dark) {
  svg { --bg: #0d1117; --fg: #e6edf3; --soft: #9198a1; --line: #6e7681; --box: #161b22; --bad: #ff8f87; --good: #4ac26b; --mark: #79c0ff; }
}
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--fg); }
.b { font-weight: 600; }
.h { font-size: 15px; font-weight: 600; }
.s { font-size: 12px; fill: var(--soft); }
.m { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12px; white-space: pre; }
.bad { fill: var(--bad); }
.good { fill: var(--good); }
.mark { fill: var(--mark); }
.end { text-anchor: end; }
.mid { text-anchor: middle; }
.bg { fill: var(--bg); }
.box { fill: var(--box); stroke: var(--line); }
.badbox { fill: var(--box); stroke: var(--bad); stroke-width: 2; }
.way { fill: none; stroke: var(--line); stroke-width: 1.5; }
.badway { fill: none; stroke: var(--bad); stroke-width: 1.5; }
.tip { fill: var(--line); }
.dash { stroke-dasharray: 4 4; }
.dot { fill: var(--bad); }
.ring { fill: none; stroke: var(--good); stroke-width: 2; }
`;

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Pixels that a text takes at most, in the widest of the fonts that may be used. */
export const widthOf = (text, cls = "") =>
  text.length *
  (/\bm\b/.test(cls) ? 7.25 : /\bh\b/.test(cls) ? 9.2 : /\bs\b/.test(cls) ? 6.9 : /\bb\b/.test(cls) ? 8 : 7.4);

/** A line of text; `room` is what it has. */
export function text(x, y, words, cls = "", room = Number.POSITIVE_INFINITY) {
  if (widthOf(words, cls) > room) throw new Error(`no room: ${words} (${Math.ceil(widthOf(words, cls))} of ${room})`);
  return `<text x="${x}" y="${y}"${cls === "" ? "" : ` class="${cls}"`}>${escaped(words)}</text>`;
}

/** Words in lines that have room. */
export function wrap(words, room, cls = "") {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (widthOf(longer, cls) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Lines below each other. */
export const block = (x, y, lines, cls = "", step = 17) =>
  lines.map((line, n) => text(x, y + n * step, line, cls)).join("\n");

export const box = (x, y, width, height, cls = "box") =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="${cls}"/>`;

export const line = (x1, y1, x2, y2, cls = "way") => `<path d="M${x1} ${y1}L${x2} ${y2}" class="${cls}"/>`;

/** An arrow along points, the last piece of which goes straight down or to the side. */
export function arrow(points, cls = "way") {
  const [[px, py], [x, y]] = points.slice(-2);
  const [dx, dy] = [Math.sign(x - px), Math.sign(y - py)];
  const [bx, by] = [x - dx * 8, y - dy * 8];
  const tip = dx === 0 ? `${x - 4},${by} ${x + 4},${by}` : `${bx},${y - 4} ${bx},${y + 4}`;
  const way = [...points.slice(0, -1), [bx, by]].map(([ax, ay], n) => `${n === 0 ? "M" : "L"}${ax} ${ay}`).join("");
  return `<path d="${way}" class="${cls}"/><polygon points="${x},${y} ${tip}" class="${cls.startsWith("bad") ? "dot" : "tip"}"/>`;
}

export const dot = (x, y) => `<circle cx="${x}" cy="${y}" r="6" class="dot"/>`;
export const ring = (x, y) => `<circle cx="${x}" cy="${y}" r="5" class="ring"/>`;

/** A whole picture; title and description are read out in place of it. */
export function picture({ width, height, title, desc, body }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(title)}</title>
<desc id="d">${escaped(desc)}</desc>
<style>${STYLE}</style>
<rect width="${width}" height="${height}" rx="8" class="bg"/>
${body.flat(Number.POSITIVE_INFINITY).filter(Boolean).join("\n")}
</svg>
`;
}
