/**
 * Markers by which our own posts are found again: HTML comments, which GitHub does not show. They stand at the end of a body, each
 * on a line of its own, and are read only there: nothing that is quoted in a body can be taken for one.
 */

export const MARK_KINDS = ["finding", "review", "answer", "fixed", "back"] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** A marker as it was read. The key of `fixed` and `back` is the finding's id and the head, a blank between. */
export interface Mark {
  kind: MarkKind;
  key: string;
}

const ID = "[0-9a-f]{16}";
const HEAD = "(?:[0-9a-f]{64}|[0-9a-f]{40})";
const KEYS: Record<MarkKind, RegExp> = {
  finding: new RegExp(`^${ID}$`),
  review: new RegExp(`^${HEAD}$`),
  answer: /^[1-9][0-9]{0,15}$/,
  fixed: new RegExp(`^${ID} ${HEAD}$`),
  back: new RegExp(`^${ID} ${HEAD}$`),
};

const mark = (kind: MarkKind, key: string): string => {
  if (!KEYS[kind].test(key)) throw new RangeError(`not the key of a marker "${kind}"`);
  return `<!-- patchwitness:${kind} ${key} -->`;
};

/** Of what tells a finding: 16 hex digits. */
export const findingMark = (id: string): string => mark("finding", id);

/** Of the review of a head. */
export const reviewMark = (head: string): string => mark("review", head);

/** Of the answer to a comment that held a command. */
export const answerMark = (commentId: number): string => mark("answer", String(commentId));

/** Of what says that a finding is not there any more at a head. */
export const fixedMark = (id: string, head: string): string => mark("fixed", `${id} ${head}`);

/** Of what says that a finding is there again at a head. */
export const backMark = (id: string, head: string): string => mark("back", `${id} ${head}`);

const isMarkKind = (kind: string): kind is MarkKind => MARK_KINDS.some((one) => one === kind);

const readMark = (line: string): Mark | null => {
  const [, kind = "", key = ""] = /^<!-- patchwitness:([a-z]{1,10}) ([0-9a-f ]{1,90}) -->$/.exec(line) ?? [];
  return isMarkKind(kind) && KEYS[kind].test(key) ? { kind, key } : null;
};

/** The markers at the end of a body, in their order. Anyone can write one: whose body it is has to be looked at as well. */
export const readMarks = (body: string): Mark[] => {
  const marks: Mark[] = [];
  let end = body.length;
  while (end > 0) {
    const start = body.lastIndexOf("\n", end - 1) + 1;
    const line = body.slice(start, end).trim();
    const found = readMark(line);
    if (line !== "" && found === null) break;
    if (found !== null) marks.push(found);
    end = start - 1;
  }
  return marks.reverse();
};
