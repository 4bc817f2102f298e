/** Edits of C files as patches make them, and as they do not: sound or not, each changes what the analysis sees in another way. */
import type { CFunction } from "../../src/source/ast.js";

/** A number below `n`. */
export type Pick = (n: number) => number;

/** The same numbers for the same seed (linear congruential; Numerical Recipes' constants). */
export function picker(seed: number): Pick {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** The text with one function changed, or what is around it; null where there is nothing to change. */
type Edit = (text: string, fn: CFunction, pick: Pick) => string | null;

/** Changes the lines of a function, of which some are given by their numbers. */
const inLines =
  (isMeant: RegExp, change: (lines: string[], at: number, pick: Pick) => void): Edit =>
  (text, fn, pick) => {
    const lines = text.slice(fn.at, fn.end).split("\n");
    const meant = lines.flatMap((line, i) => (isMeant.test(line) ? [i] : []));
    if (meant.length === 0) return null;
    change(lines, meant[pick(meant.length)] as number, pick);
    return text.slice(0, fn.at) + lines.join("\n") + text.slice(fn.end);
  };

const remove = (lines: string[], at: number): void => {
  lines.splice(at, 1);
};

/** Puts something behind the opening brace of a function, and something before the closing one. */
const inBody =
  (first: string, last: string): Edit =>
  (text, fn) => {
    const [from, to] = [text.indexOf("{", fn.at) + 1, text.lastIndexOf("}", fn.end)];
    return from === 0 || to < from
      ? null
      : `${text.slice(0, from)}${first}${text.slice(from, to)}${last}${text.slice(to)}`;
  };

const above =
  (added: (fn: CFunction) => string): Edit =>
  (text, fn) =>
    text.slice(0, fn.at) + added(fn) + text.slice(fn.at);

const newCaller = ({ name }: CFunction): string =>
  `static void brand_new(struct kvm_vcpu *vcpu)\n{\n\tmutex_lock(&vcpu->kvm->lock);\n\t${name}(vcpu);\n\tvcpu->mode = 1;\n\tmutex_unlock(&vcpu->kvm->lock);\n}\n\n`;

export const EDITS: Readonly<Record<string, Edit>> = {
  "a lock less": inLines(/(?:lock|mutex|srcu|kfree|assert).*;\s*$/, remove),
  "a statement less": inLines(/^\t+(?!struct|int|u\d+|unsigned|bool|long)\S.*;\s*$/, remove),
  "a call twice": inLines(/^\t+\w+\(.*;\s*$/, (lines, at) => lines.splice(at, 0, lines[at] as string)),
  "a statement elsewhere": inLines(/^\t+\S.*;\s*$/, (lines, at, pick) =>
    lines.splice(pick(lines.length), 0, ...lines.splice(at, 1)),
  ),
  "a lock around all": inBody("\n\tmutex_lock(&kvm->slots_lock);", "\tmutex_unlock(&kvm->slots_lock);\n"),
  "an assertion": inBody("\n\tlockdep_assert_held(&kvm->lock);", ""),
  "a guarded write more": inBody("", "\tmutex_lock(&kvm->lock);\n\tkvm->nr = 1;\n\tmutex_unlock(&kvm->lock);\n"),
  "a comment that asks for a lock": above(() => "/* Called with kvm->lock held. */\n"),
  "lines above all": (text) => `/* one\n * two\n */\n${text}`,
  "a new caller": above(newCaller),
  "a function less": (text, fn) => text.slice(0, fn.at) + text.slice(fn.end),
  "another name": (text, fn) => text.replaceAll(new RegExp(`\\b${fn.name}\\b`, "g"), `${fn.name}_x`),
  "another name where it is defined": (text, fn) =>
    text.slice(0, fn.at) + text.slice(fn.at, fn.end).replace(fn.name, `${fn.name}_x`) + text.slice(fn.end),
};

/** An edit as a unified diff of one hunk. */
export function diffOf(path: string, before: string, after: string): string {
  const [was, is] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < was.length && was[start] === is[start]) start++;
  let end = 0;
  while (end < Math.min(was.length, is.length) - start && was.at(-1 - end) === is.at(-1 - end)) end++;
  const from = Math.max(0, start - 3);
  const lead = was.slice(from, start);
  const tail = was
    .slice(was.length - end, was.length - end + 3)
    .filter((_, i) => was.length - end + i < was.length - 1);
  const [gone, come] = [was.slice(start, was.length - end), is.slice(start, is.length - end)];
  const lines = [
    ...lead.map((l) => ` ${l}`),
    ...gone.map((l) => `-${l}`),
    ...come.map((l) => `+${l}`),
    ...tail.map((l) => ` ${l}`),
  ];
  const size = (own: readonly string[]): number => lead.length + own.length + tail.length;
  return `--- a/${path}\n+++ b/${path}\n@@ -${from + 1},${size(gone)} +${from + 1},${size(come)} @@\n${lines.join("\n")}\n`;
}
