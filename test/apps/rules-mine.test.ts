/** `review rules mine`: guarded-by candidates from a tree. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const work = mkdtempSync(join(tmpdir(), "rules-mine-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const under = (name: string, field: string): string =>
  `void ${name}(struct lamp *l)\n{\n\tmutex_lock(&l->lock);\n\tl->${field}++;\n\tmutex_unlock(&l->lock);\n}\n\n`;

const FILES: Record<string, string> = {
  "drivers/leds/lamp.h": `struct lamp {
	struct mutex lock;
	spinlock_t irq_lock;
	int level;
	/* Protected by irq_lock. */
	int pending;
	int owner __guarded_by(&lock);
	int seen; /* not protected by lock */
};
`,
  "drivers/leds/lamp.c": `#include "lamp.h"

${under("up", "level")}${under("down", "level")}${under("reset", "level")}${under("own", "owner")}${under("see", "seen")}
static void asserted(struct lamp *l)
{
	lockdep_assert_held(&l->lock);
	l->level = 0;
}

void must(struct lamp *l) __must_hold(&l->lock)
{
	l->level = 1;
}

void bare(struct lamp *l)
{
	l->level = 7;
}

void irq(struct lamp *l)
{
	spin_lock(&l->irq_lock);
	l->pending = 1;
	spin_unlock(&l->irq_lock);
}

struct lamp *make(void)
{
	struct lamp *l = kzalloc(sizeof(*l), GFP_KERNEL);

	l->level = 3;
	return l;
}
`,
};
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(work, "tree", path)), { recursive: true });
  writeFileSync(join(work, "tree", path), text);
}
const mine = (...more: string[]): ReturnType<typeof runCli> =>
  runCli(["rules", "mine", "--tree", join(work, "tree"), "--paths", "drivers/leds", ...more]);

describe("review rules mine", () => {
  it("counts what is held, with the places that go without, and reads what the code says in words", () => {
    const { code, out } = mine();
    expect(code).toBe(0);
    expect(out).toMatch(/lamp\.level {2}lamp\.lock {2}8 of 9 \(5 of 6 writes\) {2}score \d/);
    expect(out).toContain("2 by a caller or an assertion");
    expect(out).toContain("        without: drivers/leds/lamp.c:52 bare() writes it\n");
    expect(out).toMatch(/lamp\.pending {2}lamp\.irq_lock {2}1 of 1 .*\[comment\]/);
    expect(out).toMatch(/lamp\.owner {2}lamp\.lock {2}2 of 2 .*\[__guarded_by\]/);
    // Two accesses in one function, and words that deny: neither tells anything.
    expect(out).not.toContain("lamp.seen");
    expect(out).not.toContain("make()");
  });

  it("gives the same bytes every time, in three forms", () => {
    for (const format of ["text", "json", "yaml"]) expect(mine("-f", format).out).toBe(mine("-f", format).out);
    const json = JSON.parse(mine("-f", "json").out);
    expect(json.find((m: { field: string }) => m.field === "lamp.level")).toMatchObject({
      lock: "lamp.lock",
      relation: "->lock",
    });
    expect(mine("-f", "yaml", "--top", "1").out).toMatch(/^- arch: ""\n {2}field: lamp\./);
  });

  it("writes candidates as folders of rules, which load and are not done", () => {
    const out = join(work, "out");
    expect(mine("--out", out).code).toBe(0);
    expect(readdirSync(join(out, "mined")).sort()).toEqual(["lamp-level", "lamp-owner", "lamp-pending"]);
    const page = readFileSync(join(out, "mined/lamp-level/README.md"), "utf8");
    expect(page).toContain("`lamp.lock` is held at 8 of 9 accesses to `lamp.level`");
    expect(page).toContain("- drivers/leds/lamp.c:52 bare() writes it");
    const tested = runCli(["rules", "test", "mined/lamp-level", "--rules", out]);
    expect(tested.code).toBe(1);
    expect(tested.out).not.toContain("not as marked");
    const scan = runCli([
      "--tree",
      join(work, "tree"),
      "--rules",
      out,
      "--scan",
      "drivers/leds",
      "--format",
      "json",
      "-q",
    ]);
    const found = JSON.parse(scan.out).findings.filter((f: { rule: string }) => f.rule === "mined/lamp-level");
    expect(found.map((f: { function: string }) => f.function)).toEqual(["bare"]);
    expect(mine("--out", out).code).toBe(3);
  });

  it("says what is wrong with its options", () => {
    expect(mine("--top", "none").code).toBe(2);
    expect(runCli(["rules", "mine", "--tree", join(work, "tree"), "--paths", "no/where"]).code).toBe(4);
  });
});
