/**
 * Exam: a month of the list as pipermail kept it (text month, HTML pages) gives the same patches as the mailbox: ids,
 * parents and diffs, ` at ` undone.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInputs } from "../../dist/io/read-input.js";
import { readPatches } from "../../dist/patch/read-patch.js";
import { loadCorpus, share, sharedCorpus, skipped, table } from "./corpus.mjs";

const archive = join(sharedCorpus, "pipermail-linux-riscv-2019-05.tar.gz");

async function collect(input) {
  const messages = [];
  for await (const message of readInputs([input])) messages.push(message);
  return messages;
}

/** Compares a month's messages with those of the mailbox that bear the same id. */
function compare(messages, originals) {
  const sum = { messages: messages.length, ids: 0, parents: 0, patches: 0, same: 0, differing: [], missing: [] };
  const seen = new Set();
  for (const message of messages) {
    const original = originals.get(message.messageId);
    if (original === undefined) continue;
    sum.ids += 1;
    seen.add(message.messageId);
    if (message.inReplyTo[0] === original.inReplyTo[0]) sum.parents += 1;
    const wanted = readPatches(original).patch;
    if (wanted === null) continue;
    sum.patches += 1;
    const found = readPatches(message).patch;
    if (found !== null && found.diff === wanted.diff) sum.same += 1;
    else sum.differing.push(message.messageId);
  }
  return sum;
}

function rows(name, sum, threads) {
  return [
    [`${name}: messages`, `${sum.messages}`],
    [`${name}: Message-ID found in the mailbox`, share(sum.ids, sum.messages)],
    ...(threads ? [[`${name}: same parent`, share(sum.parents, sum.ids)]] : []),
    [`${name}: same diff, byte for byte`, share(sum.same, sum.patches)],
    ...sum.differing.map((id) => [`  ${id}`, "differs"]),
  ];
}

export default async function pipermailExam() {
  const mails = await loadCorpus();
  if (mails === null || !existsSync(archive)) return skipped("pipermail-exam");
  const originals = new Map(mails.map(({ message }) => [message.messageId, message]));
  const folder = mkdtempSync(join(tmpdir(), "pipermail-"));
  try {
    execFileSync("tar", ["xzf", archive, "-C", folder]);
    const month = compare(await collect(join(folder, "2019-May.txt")), originals);
    const pages = compare(await collect(join(folder, "2019-May")), originals);
    table("May 2019 as pipermail kept it, against the mailbox", [
      ...rows("month .txt", month, true),
      ...rows("HTML pages", pages, false),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
