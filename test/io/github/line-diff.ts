/** The lines in which two texts differ, as git's hunks: Myers' shortest script, three lines of context. */

export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** The function that git names behind the second @@. */
  heading: string;
  /** With their mark in front and without the newline at their end; "\ No newline at end of file" is one of them. */
  lines: string[];
}

interface Step {
  mark: " " | "-" | "+";
  text: string;
}

const CONTEXT = 3;
/** Texts that differ in more lines than this are told as replaced whole: a peer needs no shortest script of them. */
const MAX_STEPS = 1500;

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const replaced = (a: readonly string[], b: readonly string[]): Step[] => [
  ...a.map((text): Step => ({ mark: "-", text })),
  ...b.map((text): Step => ({ mark: "+", text })),
];

/** Walks the furthest reaching points back from the end: what Myers' paper calls the trace. */
function walkBack(a: readonly string[], b: readonly string[], trace: Map<number, number>[]): Step[] {
  const steps: Step[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const v = trace[d] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
    const fromX = d === 0 ? 0 : (v.get(down ? k + 1 : k - 1) ?? 0);
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    const [startX, startY] = d === 0 ? [0, 0] : down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    for (; x > startX && y > startY; x--, y--) steps.push({ mark: " ", text: a[x - 1] ?? "" });
    if (d > 0) steps.push(down ? { mark: "+", text: b[fromY] ?? "" } : { mark: "-", text: a[fromX] ?? "" });
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

function script(a: readonly string[], b: readonly string[]): Step[] {
  if (a.length === 0 || b.length === 0) return replaced(a, b);
  let v = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= Math.min(MAX_STEPS, a.length + b.length); d++) {
    trace.push(v);
    const next = new Map(v);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
      let x = down ? (v.get(k + 1) ?? 0) : (v.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace);
    }
    v = next;
  }
  return replaced(a, b);
}

function steps(oldText: string, newText: string): Step[] {
  const [a, b] = [linesOf(oldText), linesOf(newText)];
  const shorter = Math.min(a.length, b.length);
  let [front, back] = [0, 0];
  while (front < shorter && a[front] === b[front]) front++;
  while (back < shorter - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++;
  const same = (text: string): Step => ({ mark: " ", text });
  return [
    ...a.slice(0, front).map(same),
    ...script(a.slice(front, a.length - back), b.slice(front, b.length - back)),
    ...a.slice(a.length - back).map(same),
  ];
}

/** Where hunks begin and end in the steps: changes with their context, those that touch joined. */
function ranges(all: readonly Step[]): [number, number][] {
  const found: [number, number][] = [];
  for (const [n, { mark }] of all.entries()) {
    if (mark === " ") continue;
    const last = found.at(-1);
    const [from, to] = [Math.max(0, n - CONTEXT), Math.min(all.length, n + 1 + CONTEXT)];
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}

const printed = ({ mark, text }: Step): string[] =>
  text.endsWith("\n") ? [mark + text.slice(0, -1)] : [mark + text, "\\ No newline at end of file"];

export function hunksOf(oldText: string, newText: string): Hunk[] {
  const all = steps(oldText, newText);
  let [at, oldLine, newLine, heading] = [0, 0, 0, ""];
  const pass = (to: number, part: "before" | "in"): [number, number] => {
    const start: [number, number] = [oldLine, newLine];
    for (; at < to; at++) {
      const { mark, text } = all[at] as Step;
      if (mark !== "+") oldLine++;
      if (mark !== "-") newLine++;
      if (part === "before" && mark !== "+" && /^[A-Za-z_$]/.test(text)) heading = text.trimEnd().slice(0, 80);
    }
    return start;
  };
  return ranges(all).map(([from, to]) => {
    pass(from, "before");
    const named = heading;
    const [oldBefore, newBefore] = pass(to, "in");
    const [oldLines, newLines] = [oldLine - oldBefore, newLine - newBefore];
    const lines = all.slice(from, to).flatMap(printed);
    const [oldStart, newStart] = [oldBefore + (oldLines > 0 ? 1 : 0), newBefore + (newLines > 0 ? 1 : 0)];
    return { oldStart, oldLines, newStart, newLines, heading: named, lines };
  });
}
