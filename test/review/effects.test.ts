import { describe, expect, it } from "vitest";
import { reviewMessages } from "../../src/review/review.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";
import { gitDiff, withFolder } from "../patch/git-peer.js";
import { mail } from "../patch/mail.js";

const PATH = "drivers/demo/demo.c";
const BEFORE = `static int fill(struct demo *d)
{
	mutex_lock(&d->lock);
	if (!d->ready) {
		mutex_unlock(&d->lock);
		return -ENODEV;
	}
	d->level = 1;
	mutex_unlock(&d->lock);
	return 0;
}

static int refill(struct demo *d)
{
	int ret = fill(d);

	if (ret)
		return ret;
	d->times++;
	return 0;
}
`;
const LOCK = "\tmutex_lock(&d->lock);\n";
const LAST = "\td->level = 1;\n\tmutex_unlock(&d->lock);\n";

const treeOf = (text: string): SourceTree => ({
  label: "test",
  readFile: async (path) => (path === PATH ? text : null),
  readBlob: async () => null,
  list: async (folder) => (PATH.startsWith(folder) ? [PATH] : []),
});

/** What is said of a patch to the file: message and line of each finding. */
async function said(before: string, after: string): Promise<string[]> {
  const diff = withFolder((folder) => gitDiff(folder, PATH, before, after));
  const text = `Change it.\n\nSigned-off-by: A. Author <author@example.org>\n---\n\n${diff}\n`;
  const message = mail(text, { messageId: "1@example.org", subject: "[PATCH] demo: change it" });
  const { review } = await reviewMessages([message], { tree: treeOf(before), rules, parse, version: "test" });
  return review.findings
    .filter((f) => f.rule === "locking/unbalanced" && f.status === "introduced")
    .map((f) => `${f.function}:${f.line} ${f.message}`);
}

describe("effects on locks, compared over a patch", () => {
  it("names a function that now returns with the lock, its callers being as they were", async () => {
    const kept = BEFORE.replaceAll(/\t+mutex_unlock\(&d->lock\);\n/g, "");
    expect(await said(BEFORE, kept)).toEqual(["fill:5 Does this way out of fill() mean to keep d->lock?"]);
  });

  it("names a function that now gives back what it no longer takes", async () => {
    expect(await said(BEFORE, BEFORE.replace(LOCK, ""))).toContain("fill:4 Is d->lock held here on every path?");
  });

  it("is silent where the callers were changed to give the lock back", async () => {
    const kept = BEFORE.replace(LAST, "\td->level = 1;\n").replace(
      "\td->times++;\n",
      "\td->times++;\n\tmutex_unlock(&d->lock);\n",
    );
    expect(await said(BEFORE, kept)).toEqual([]);
  });

  it("is silent where the callers were changed to take the lock", async () => {
    const asked = BEFORE.replace(LOCK, "").replace("\tint ret = fill(d);\n", `\tint ret;\n\n${LOCK}\tret = fill(d);\n`);
    expect(await said(BEFORE, asked)).toEqual([]);
  });

  it("is silent where an unlock goes into a function that is not in view and gets the object", async () => {
    const moved = BEFORE.replace(LAST, "\td->level = 1;\n\tdemo_release(d);\n");
    expect(await said(BEFORE, moved)).toEqual([]);
  });

  it("is silent on the fix of such a fault", async () => {
    expect(await said(BEFORE.replace(LOCK, ""), BEFORE)).toEqual([]);
  });
});
