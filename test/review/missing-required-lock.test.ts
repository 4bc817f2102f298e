/** Patches judged by locking/missing-required-lock: what they bring is said, what they only stand beside is not. */
import { describe, expect, it } from "vitest";
import { reviewMessages } from "../../src/review/review.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";
import { gitDiff, withFolder } from "../patch/git-peer.js";
import { mail } from "../patch/mail.js";

const PATH = "drivers/case/pool.c";
const own = { ...rules, rules: rules.rules.filter((r) => r.id === "locking/missing-required-lock") };

const pool = (asserts: boolean, user: string): string => `/* A pool. */

static void put(struct pool *p)
{
${asserts ? "\tlockdep_assert_held(&p->lock);\n" : ""}\tp->n++;
}

void other_user(struct pool *p)
{
	spin_lock(&p->lock);
	put(p);
	spin_unlock(&p->lock);
}

${user}`;
const user = (body: string): string => `void user(struct pool *p, int x)\n{\n${body}}\n`;
const LOCKED = user("\tspin_lock(&p->lock);\n\tput(p);\n\tspin_unlock(&p->lock);\n");
const BARE = user("\tput(p);\n");
const LATE = user("\tput(p);\n\tspin_lock(&p->lock);\n\tp->x = x;\n\tspin_unlock(&p->lock);\n");

async function said(before: string, after: string): Promise<string[]> {
  const tree: SourceTree = {
    label: "test",
    readFile: async (path) => (path === PATH ? before : null),
    readBlob: async () => null,
    blobId: async () => null,
    list: async (folder) => (PATH.startsWith(folder) ? [PATH] : []),
  };
  const diff = withFolder((folder) => gitDiff(folder, PATH, before, after));
  const text = `Change it.\n\nSigned-off-by: A. Author <author@example.org>\n---\n\n${diff}\n`;
  const message = mail(text, { messageId: "1@example.org", subject: "[PATCH] pool: change it" });
  const { review } = await reviewMessages([message], { tree, rules: own, parse, version: "0.0.0" });
  return review.findings.map((f) => `${f.status} ${f.function}: ${f.message}`);
}

const INTRODUCED = "introduced user: Is p->lock held when user() calls put()?";

describe("a patch", () => {
  it("that takes the lock away is told, though others may call the function with the lock", async () => {
    expect(await said(pool(true, LOCKED), pool(true, BARE))).toEqual([INTRODUCED]);
  });

  it("that adds a call without the lock is told where the function itself takes it later", async () => {
    expect(await said(pool(true, user("\tp->x = x;\n")), pool(true, LATE))).toEqual([INTRODUCED]);
  });

  it("that adds an assertion is told of the caller that does not hold the lock", async () => {
    expect(await said(pool(false, LATE), pool(true, LATE))).toEqual([INTRODUCED]);
  });

  it("that adds a call with the lock, or an assertion that all heed, is passed over", async () => {
    expect(await said(pool(true, user("\tp->x = x;\n")), pool(true, LOCKED))).toEqual([]);
    expect(await said(pool(false, LOCKED), pool(true, LOCKED))).toEqual([]);
  });

  it("that passes the duty on by an assertion of its own is passed over", async () => {
    const passed = user("\tlockdep_assert_held(&p->lock);\n\tput(p);\n");
    expect(await said(pool(true, LOCKED), pool(true, passed))).toEqual([]);
  });

  it("that only touches lines nearby is not told of what was there", async () => {
    const after = pool(true, LATE).replace("p->x = x;", "p->x = x + 1;");
    expect(await said(pool(true, LATE), after)).toEqual([
      "pre-existing user: Is p->lock held when user() calls put()?",
    ]);
    expect(await said(pool(true, BARE), pool(true, BARE).replace("A pool", "The pool"))).toEqual([]);
  });
});
