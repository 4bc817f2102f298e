/** What the rules that rest on the code's own evidence say of a patch: of what it brings, and of nothing else. */
import { describe, expect, it } from "vitest";
import { reviewMessages } from "../../src/review/review.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";
import { gitDiff, withFolder } from "../patch/git-peer.js";
import { mail } from "../patch/mail.js";

const PATH = "drivers/pump/tank.c";
const HEAD = "struct tank {\n\tstruct mutex lock;\n\tint level;\n\tint state;\n};\n";
const locked = (name: string, body: string): string =>
  `\nvoid ${name}(struct tank *t)\n{\n\tmutex_lock(&t->lock);\n\t${body}\n\tmutex_unlock(&t->lock);\n}\n`;
const bare = (name: string, body: string): string => `\nvoid ${name}(struct tank *t)\n{\n\t${body}\n}\n`;
const FILL = locked("fill", "t->level = 1;");
const DRAIN = locked("drain", "if (t->level)\n\t\tt->level = 0;");

const treeOf = (text: string): SourceTree => ({
  label: "test",
  readFile: async (path) => (path === PATH ? text : null),
  readBlob: async () => null,
  blobId: async () => null,
  list: async (folder) => (PATH.startsWith(folder) ? [PATH] : []),
});

/** What these rules say of a patch from one text to another. */
async function said(before: string, after: string, rule: string): Promise<string[]> {
  const diff = withFolder((folder) => gitDiff(folder, PATH, HEAD + before, HEAD + after));
  const message = mail(`Change it.\n\nSigned-off-by: A. Author <author@example.org>\n---\n\n${diff}\n`, {
    messageId: "1@example.org",
    subject: "[PATCH] pump: change it",
  });
  const { review } = await reviewMessages([message], { tree: treeOf(HEAD + before), rules, parse, version: "0.0.0" });
  return review.findings
    .filter((f) => f.rule === rule)
    .map((f) => `${f.status} ${f.severity} ${f.function}${f.nursery ? " nursery" : ""}`);
}

const GUARD = "locking/inconsistent-guard";
const STALE = "locking/stale-after-unlock";

describe("a field that others write under a lock", () => {
  it("is named where the patch takes the lock away, or adds a write without it", async () => {
    const set = locked("set", "t->level = 5;");
    expect(await said(FILL + DRAIN + set, FILL + DRAIN + bare("set", "t->level = 5;"), GUARD)).toEqual([
      "introduced warning set nursery",
    ]);
    expect(await said(FILL + DRAIN, FILL + DRAIN + bare("add", "t->level += 5;"), GUARD)).toEqual([
      "introduced warning add nursery",
    ]);
  });

  it("is not named for a plain store in a new function: that may be what makes the object ready", async () => {
    expect(await said(FILL + DRAIN, FILL + DRAIN + bare("ready", "t->level = 5;"), GUARD)).toEqual([]);
  });

  it("is not named where the patch changes neighbouring lines, moves the function, or only adds to the evidence", async () => {
    const odd = bare("odd", "t->level += 5;");
    const next = bare("next", "t->state = 1;");
    expect(await said(FILL + DRAIN + odd + next, FILL + DRAIN + odd + bare("next", "t->state = 2;"), GUARD)).toEqual(
      [],
    );
    expect(
      await said(FILL + DRAIN + odd, odd + FILL + DRAIN, GUARD).then((f) => f.filter((s) => /^intro/.test(s))),
    ).toEqual([]);
    expect(
      await said(
        FILL + locked("top", "t->level = 9;") + odd,
        FILL + DRAIN + locked("top", "t->level = 9;") + odd,
        GUARD,
      ),
    ).toEqual([]);
  });

  it("is not named where the lock moves to every caller", async () => {
    const set = locked("set", "t->level = 5;");
    const helper = "\nstatic void store(struct tank *t)\n{\n\tt->level = 5;\n}\n";
    expect(await said(FILL + DRAIN + set, FILL + DRAIN + helper + locked("set", "store(t);"), GUARD)).toEqual([]);
  });
});

describe("a check under a lock", () => {
  const act = (middle: string, again: string): string =>
    `\nint turn(struct tank *t)\n{\n\tmutex_lock(&t->lock);\n\tif (!t->level) {\n\t\tmutex_unlock(&t->lock);\n\t\treturn -1;\n\t}\n` +
    `${middle}${again}\tt->level = 3;\n\tmutex_unlock(&t->lock);\n\treturn 0;\n}\n`;
  const DROP = "\tmutex_unlock(&t->lock);\n\trest();\n\tmutex_lock(&t->lock);\n";
  const AGAIN = "\tif (!t->level)\n\t\tgoto out;\n";

  it("is old when the patch drops the lock before the write that rests on it", async () => {
    expect(await said(FILL + DRAIN + act("", ""), FILL + DRAIN + act(DROP, ""), STALE)).toEqual([
      "introduced warning turn nursery",
    ]);
  });

  it("is fresh when it is made again", async () => {
    const again = act(DROP, AGAIN).replace(
      "\tmutex_unlock(&t->lock);\n\treturn 0;",
      "out:\n\tmutex_unlock(&t->lock);\n\treturn 0;",
    );
    expect(await said(FILL + DRAIN + act("", ""), FILL + DRAIN + again, STALE)).toEqual([]);
  });
});
