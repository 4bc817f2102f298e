/**
 * Which arm of an #if group is read. One arm is kept, as a build would keep one: the first, unless it is the one that a
 * usual configuration drops (#if 0, #ifndef CONFIG_X, #if !IS_ENABLED(X)) and there is another.
 */

export interface Directive {
  at: number;
  end: number;
  text: string;
}

interface Group {
  arms: { start: number; end: number; head: string }[];
}

const OFF = /^#\s*(?:if\s+0\b|ifndef\s+CONFIG_|if\s+!\s*(?:defined|IS_ENABLED|IS_BUILTIN|IS_REACHABLE)\b)/;

function keptArm(group: Group): number {
  const first = group.arms[0];
  if (first !== undefined && OFF.test(first.head)) {
    return group.arms.length > 1 ? 1 : /^#\s*if\s+0\b/.test(first.head) ? -1 : 0;
  }
  return 0;
}

/**
 * Spans (sorted, disjoint) of the arms that are dropped, and how many directives had no partner. An #if that never closes
 * drops nothing.
 */
export function pickArms(
  directives: readonly Directive[],
  length: number,
): { dropped: { start: number; end: number }[]; unbalanced: number } {
  const open: Group[] = [];
  const spans: { start: number; end: number }[] = [];
  let unbalanced = 0;
  for (const { at, end, text } of directives) {
    const word = /^#\s*([a-z]+)/.exec(text)?.[1];
    if (word === "if" || word === "ifdef" || word === "ifndef") {
      open.push({ arms: [{ start: end, end: length, head: text }] });
      continue;
    }
    if (word !== "else" && word !== "elif" && word !== "endif") continue;
    const group = open.at(-1);
    const arm = group?.arms.at(-1);
    if (group === undefined || arm === undefined) {
      unbalanced++;
      continue;
    }
    arm.end = at;
    if (word !== "endif") {
      group.arms.push({ start: end, end: length, head: text });
      continue;
    }
    open.pop();
    const kept = keptArm(group);
    group.arms.forEach((a, i) => {
      if (i !== kept && a.end > a.start) spans.push({ start: a.start, end: a.end });
    });
  }
  return { dropped: mergeSpans(spans), unbalanced: unbalanced + open.length };
}

function mergeSpans(spans: { start: number; end: number }[]): { start: number; end: number }[] {
  spans.sort((a, b) => a.start - b.start);
  const out: { start: number; end: number }[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else out.push({ ...span });
  }
  return out;
}
