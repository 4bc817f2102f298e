/**
 * What the mails of a series say about their base: the lines that git-format-patch(1) writes with --base, those of b4, and
 * the `Depends-on:` that people write by hand, in whatever form a mail can be named.
 */

/**
 * Something that has to be applied first. `version` is null when none is named; "other" is text that names nothing that can
 * be looked up, cut to {@link MAX_TEXT}.
 */
export type Prerequisite =
  | { kind: "patch-id"; id: string }
  | { kind: "change-id"; id: string; version: number | null }
  | { kind: "message-id"; id: string }
  | { kind: "other"; text: string };

export interface BaseNotes {
  /** Lower-case commit id, whole or abbreviated, or the name of a release tag; null when there is none or it is malformed. */
  baseCommit: string | null;
  /** True when a base commit is named that is no such thing. */
  malformed: boolean;
  /** The series' own change-id (b4). */
  changeId: string | null;
  /** In the order in which they have to be applied, each once. */
  prerequisites: Prerequisite[];
}

/** Longer lines are no notes: a Message-ID is bounded by the length of a mail's line, 998 (RFC 5322, 2.1.1). */
const MAX_LINE = 1100;
/** Nobody names more; what comes after is passed over. */
const MAX_PREREQUISITES = 200;
const MAX_TEXT = 200;

const KEY =
  /^(base-commit|change-id|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id|depends-on|depends|based-on)[ \t]*:/i;

/** A commit id, or a release tag as people write it by hand. */
const COMMIT = /^(?:[0-9a-f]{7,40}|[0-9a-f]{64}|v\d{1,3}\.\d{1,3}(?:\.\d{1,4})?(?:-rc\d{1,2})?|next-\d{8})$/;

/** b4: `date-slug-hash`, 12 digits of hash; `:v3` behind it where a version is meant. */
const CHANGE_ID = /^(\d{8}-[\w.-]{1,150}-[0-9a-f]{4,40})(?::v(\d{1,4}))?$/i;

/** Reads the bodies of a series' mails, the cover first. Linear in their length; never throws. */
export function readBaseNotes(texts: readonly string[]): BaseNotes {
  const notes: BaseNotes = { baseCommit: null, malformed: false, changeId: null, prerequisites: [] };
  const known = new Set<string>();
  for (const text of texts) {
    for (const { key, value } of noteLines(text)) readNote(key, value, notes, known);
  }
  return notes;
}

/** Lines that begin with a known key; lines of a diff or a quote begin with something else. */
function* noteLines(text: string): Generator<{ key: string; value: string }> {
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf("\n", from);
    const end = at < 0 ? text.length : at;
    const head = text.slice(from, Math.min(end, from + 40));
    const match = /^[bcdp]/i.test(head) ? KEY.exec(head) : null;
    if (match !== null) {
      const value = end - from > MAX_LINE ? "" : text.slice(from + match[0].length, end).trim();
      yield { key: (match[1] ?? "").toLowerCase(), value };
    }
    from = end + 1;
  }
}

function readNote(key: string, value: string, notes: BaseNotes, known: Set<string>): void {
  if (key === "base-commit") {
    const [word = ""] = value.split(/[\s,;()]+/);
    const id = word.toLowerCase();
    // The first one counts: b4 lets the cover speak for the series.
    if (COMMIT.test(id)) notes.baseCommit ??= id;
    else notes.malformed = true;
    return;
  }
  if (key === "change-id") {
    notes.changeId ??= CHANGE_ID.exec(value)?.[1] ?? null;
    return;
  }
  for (const found of readPrerequisites(key, value)) {
    const name = JSON.stringify(found);
    if (known.has(name) || known.size >= MAX_PREREQUISITES) continue;
    known.add(name);
    notes.prerequisites.push(found);
  }
}

function readPrerequisites(key: string, value: string): Prerequisite[] {
  if (key === "prerequisite-patch-id") {
    const id = value.toLowerCase();
    return [/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id) ? { kind: "patch-id", id } : other(value)];
  }
  const found = namedMails(value);
  // "Depends:" alone also begins sentences and lists of packages.
  return found.length > 0 || key === "depends" ? found : [other(value)];
}

const other = (text: string): Prerequisite => ({ kind: "other", text: text.slice(0, MAX_TEXT) });

/** Every mail or change that a line names; words beside them (a title, "series") are passed over. */
function namedMails(value: string): Prerequisite[] {
  const found: Prerequisite[] = [];
  for (const word of value.split(/[\s,;"']+/)) {
    const plain = word.replace(/^[<([]+/, "").replace(/[>)\].]+$/, "");
    const change = CHANGE_ID.exec(plain);
    if (change !== null) {
      const version = change[2] === undefined ? null : Number(change[2]);
      found.push({ kind: "change-id", id: change[1] ?? "", version });
    } else if (/^I[0-9a-f]{40}$/.test(plain)) {
      // Gerrit's own Change-Id.
      found.push({ kind: "change-id", id: plain, version: null });
    } else {
      const id = /^https?:\/\//i.test(plain) ? urlMessageId(plain) : plain;
      if (id !== null && /^[^\s<>@]+@[^\s<>@]+$/.test(id)) found.push({ kind: "message-id", id });
    }
  }
  return found;
}

/**
 * The Message-ID in an address of a public-inbox (lore.kernel.org/LIST/ID/T/#u), of its redirectors (/r/ID) or of
 * patchwork: the first part of the path with an `@`.
 */
function urlMessageId(url: string): string | null {
  const [path = ""] = url.replace(/^https?:\/\//i, "").split(/[?#]/);
  for (const part of path.split("/").slice(1)) {
    const plain = decode(part);
    if (plain.includes("@")) return plain;
  }
  return null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
