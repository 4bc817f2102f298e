/**
 * Exam: recover the hunks of a patch from the replies that quote it. The parent is hidden from the reader; afterwards its
 * hunks are compared with what was recovered: equal lines, or equal with leading white space left aside. "Ceiling" counts
 * the parent's hunks of which every line still stands somewhere in the reply's quotes, or that were recovered from pieces
 * of their lines: what is left of the parent's hunks was trimmed away.
 */
import { parseHunkHeader } from "../../dist/patch/hunk-header.js";
import { readHunkLines } from "../../dist/patch/hunk-lines.js";
import { readPatches } from "../../dist/patch/read-patch.js";
import { loadCorpus, share, skipped, table } from "./corpus.mjs";

const loose = (line) => line.replace(/\s+/g, "");

function hunkKey(hunk, squeeze) {
  const text = (line) => (squeeze ? loose(line.text) : line.text);
  const side = (without) => hunk.lines.filter((line) => line.kind !== without).map(text);
  return `${hunk.oldStart},${hunk.newStart}\n${side("+").join("\n")}\n=>\n${side("-").join("\n")}`;
}

const headKey = (hunk) => `${hunk.oldStart},${hunk.oldLines},${hunk.newStart},${hunk.newLines}`;

/** Plain stripping: one mark and a space off each quoted line, then hunks strictly by their counts. */
function peer(text) {
  const lines = text.split("\n").flatMap((line) => (line.startsWith(">") ? [line.replace(/^> ?/, "")] : []));
  const hunks = [];
  for (const [i, line] of lines.entries()) {
    const header = parseHunkHeader(line);
    if (header === null) continue;
    const read = readHunkLines({ lines, at: null }, i + 1, lines.length, header);
    if (read.closed) hunks.push({ ...header, lines: read.lines });
  }
  return hunks;
}

function ceilingKeys(text) {
  const found = new Set();
  for (const line of text.split("\n")) {
    const quoted = /^(?:[A-Z]{0,4}[ ]?[>|])+ ?(.*)$/.exec(line);
    if (quoted !== null) found.add(loose(quoted[1]));
  }
  return found;
}

/** Runs the exam and returns its figures, with samples of what failed when asked. */
export async function examine(onMiss = () => {}) {
  const mails = await loadCorpus();
  if (mails === null) return null;
  const parents = new Map();
  for (const { message } of mails) {
    const { patch } = readPatches(message);
    if (patch !== null && message.messageId !== null && !parents.has(message.messageId)) {
      parents.set(
        message.messageId,
        patch.files.flatMap((file) => file.hunks),
      );
    }
  }
  const sum = {
    replies: 0,
    hunks: 0,
    quotedHeads: 0,
    ceiling: 0,
    peer: 0,
    exact: 0,
    loose: 0,
    extra: 0,
    recovered: 0,
    peerExtra: 0,
  };
  const union = { hunks: new Set(), exact: new Set(), loose: new Set() };
  for (const { message } of mails) {
    const related = [...new Set([...message.inReplyTo, ...message.references])];
    const known = related.flatMap((id) => parents.get(id) ?? []);
    for (const parent of related) {
      const hunks = parents.get(parent);
      if (hunks === undefined || hunks.length === 0 || parent === message.messageId) continue;
      const text = message.body.text;
      if (!text.includes("@@ -")) continue;
      const heads = hunks.filter((hunk) => text.includes(`@@ -${rangeOf(hunk)} @@`));
      if (heads.length === 0) continue;
      count(message, parent, hunks, heads, known, sum, union, onMiss);
    }
  }
  return { sum, union };
}

function rangeOf(hunk) {
  const range = (start, lines) => (lines === 1 ? `${start}` : `${start},${lines}`);
  return `${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)}`;
}

function count(message, parent, hunks, heads, known, sum, union, onMiss) {
  const text = message.body.text;
  const quoted = readPatches(message).quoted.filter((diff) => diff.depth > 0);
  const closed = quoted.flatMap((diff) => diff.files.flatMap((file) => file.hunks)).filter((hunk) => hunk.closed);
  const exact = new Set(closed.map((hunk) => hunkKey(hunk, false)));
  const squeezed = new Set(closed.map((hunk) => hunkKey(hunk, true)));
  const peerFound = peer(text);
  const peerKeys = new Set(peerFound.map((hunk) => hunkKey(hunk, false)));
  const present = ceilingKeys(text);
  sum.replies += 1;
  sum.hunks += hunks.length;
  sum.quotedHeads += heads.length;
  const wanted = new Set(known.map((hunk) => hunkKey(hunk, true)));
  const wantedHeads = new Set(hunks.map(headKey));
  for (const [i, hunk] of hunks.entries()) {
    const id = `${parent} ${i}`;
    union.hunks.add(id);
    if (peerKeys.has(hunkKey(hunk, false))) sum.peer += 1;
    const whole =
      heads.includes(hunk) &&
      hunk.lines.every((line) => present.has(loose(line.kind + line.text)) || present.has(loose(line.text)));
    if (whole || squeezed.has(hunkKey(hunk, true))) sum.ceiling += 1;
    if (exact.has(hunkKey(hunk, false))) {
      sum.exact += 1;
      union.exact.add(id);
    }
    if (squeezed.has(hunkKey(hunk, true))) {
      sum.loose += 1;
      union.loose.add(id);
    } else if (whole) onMiss({ message, parent, hunk, closed, quoted });
    if (whole && squeezed.has(hunkKey(hunk, true)) && !exact.has(hunkKey(hunk, false)))
      onMiss({ message, parent, hunk, closed, quoted, white: true });
  }
  for (const hunk of closed) {
    if (!wantedHeads.has(headKey(hunk))) continue;
    sum.recovered += 1;
    if (!wanted.has(hunkKey(hunk, true))) {
      sum.extra += 1;
      onMiss({ message, parent, hunk, closed, quoted, extra: true, known });
    }
  }
  for (const hunk of peerFound)
    if (wantedHeads.has(headKey(hunk)) && !wanted.has(hunkKey(hunk, true))) sum.peerExtra += 1;
}

export default async function quotedExam() {
  const found = await examine();
  if (found === null) return skipped("quoted-exam");
  const { sum, union } = found;
  table("quoted diffs: hunks of hidden parents recovered from the replies that quote them", [
    ["replies that quote a hunk header of a patch here", `${sum.replies}`],
    ["hunks of those patches", `${sum.hunks}`],
    ["plain stripping of one mark (peer)", share(sum.peer, sum.hunks)],
    ["recovered, every line equal", share(sum.exact, sum.hunks)],
    ["recovered, white space left aside", share(sum.loose, sum.hunks)],
    ["ceiling: hunks of which every line is still quoted", share(sum.ceiling, sum.hunks)],
    ["of the ceiling: every line equal", share(sum.exact, sum.ceiling)],
    ["of the hunks whose @@ line is quoted: plain stripping", share(sum.peer, sum.quotedHeads)],
    ["of the hunks whose @@ line is quoted: every line equal", share(sum.exact, sum.quotedHeads)],
    ["of the hunks whose @@ line is quoted: white space aside", share(sum.loose, sum.quotedHeads)],
    ["closed hunks that are not the parent's (ours)", share(sum.extra, sum.recovered)],
    ["closed hunks that are not the parent's (peer)", `${sum.peerExtra}`],
    ["all replies to a patch together: every line equal", share(union.exact.size, union.hunks.size)],
  ]);
}
