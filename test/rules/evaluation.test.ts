/** What an evaluation takes over from the program before a patch, and what it works out anew. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Program } from "../../src/analysis/program.js";
import { evaluateRules } from "../../src/rules/evaluate.js";
import { Evaluation } from "../../src/rules/evaluation.js";
import { readC } from "../../src/source/read-file.js";
import { programOf, reader, root, rules } from "../engine.js";

const HEADER = "struct d {\n\tspinlock_t lock;\n\tint n;\n\tint m;\n};\nvoid put(struct d *d);\n";
const writer = (name: string, field: string): string =>
  `void ${name}(struct d *d)\n{\n\tspin_lock(&d->lock);\n\td->${field}++;\n\tspin_unlock(&d->lock);\n}\n\n`;
const CODE = `${writer("one", "n")}${writer("two", "n")}${writer("three", "n")}void bare(struct d *d)\n{\n\td->n = 0;\n}\n\n`;
const OTHER = `${writer("four", "m")}${writer("five", "m")}static void six(struct d *d)\n{\n\tput(d);\n}\n`;
const FILES = { "a/a.h": HEADER, "a/a.c": CODE, "a/b.c": OTHER };

/** Outcomes after an edit: taken over, by itself, and how many units were worked out. */
function edited(
  path: string,
  edit: (text: string) => string,
  files: Readonly<Record<string, string>> = FILES,
): { found: number; lines: string[] } {
  const program = programOf(files);
  const before = new Evaluation(program, rules.rules);
  evaluateRules(before, rules.rules);
  const changed = program.files.map((f) => (f.path === path ? readC(path, edit(f.text), reader, { before: f }) : f));
  const result = new Program(changed, rules.models);
  result.borrow(program);
  const evaluation = new Evaluation(result, rules.rules, before);
  const said = (own: Evaluation): string[] => evaluateRules(own, rules.rules).outcomes.map((o) => JSON.stringify(o));
  const lines = said(evaluation);
  const alone = programOf({ ...files, [path]: edit(files[path] ?? "") });
  expect(lines).toEqual(said(new Evaluation(alone, rules.rules)));
  return { found: evaluation.found, lines };
}

const whole = edited("a/a.h", (t) => t.replace("int m;", "int m;\n\tint k;")).found;

describe("an evaluation after a patch", () => {
  it("takes over all of what does not change, with its new lines", () => {
    const { found, lines } = edited("a/a.c", (t) => `\n\n\n${t}`);
    // The first function stands below other text now: it is read anew, and each rule asks it once.
    expect(found).toBeLessThan(whole / 8);
    expect(lines.some((l) => l.includes('"inconsistent-guard bare d.n"') && l.includes('"line":27'))).toBe(true);
  });

  it("works out anew what the patch reaches, and no more", () => {
    const { found } = edited("a/a.c", (t) => t.replace("\td->n = 0;", "\td->n = 1;"));
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(whole / 3);
  });

  it("sees what another function brings or takes away", () => {
    const has = (lines: readonly string[]): boolean => lines.some((l) => l.includes('"inconsistent-guard bare d.n"'));
    expect(has(edited("a/a.c", (t) => t.replace("\tspin_lock(&d->lock);\n\td->n++", "\td->n++")).lines)).toBe(true);
    expect(has(edited("a/a.c", (t) => t.replaceAll(/\tspin_(?:un)?lock.*\n/g, "")).lines)).toBe(false);
    const unlocked = (t: string): string => `${t}void seven(struct d *d)\n{\n\td->m = 0;\n}\n`;
    expect(edited("a/b.c", unlocked).lines.some((l) => l.includes("inconsistent-guard seven d.m"))).toBe(true);
  });

  it("looks at all anew where more changes than bodies", () => {
    expect(edited("a/a.h", (t) => t.replace("void put", "/* Called with d->lock held. */\nvoid put")).found).toBe(
      whole,
    );
    expect(edited("a/b.c", (t) => `${t}struct e { int x; };\n`).found).toBe(whole);
  });

  it("minds who may call what", () => {
    edited("a/b.c", (t) => t.replace("static void six", "void six"));
    edited("a/a.c", (t) => t.replace("void bare", "static void bare"));
    edited("a/b.c", (t) => t.replace("put(d);", "put(d);\n\tbare(d);"));
  });

  it("follows objects that all threads share from helper to caller", () => {
    const bind = readFileSync(join(root, "rules/net/packet-bind-lock/cases/helpers.c"), "utf8");
    const files = { "net/packet/a.c": bind };
    const named = (lines: readonly string[]): number => lines.filter((l) => l.includes("net/packet-bind-lock")).length;
    const same = edited("net/packet/a.c", (t) => `\n${t}`, files);
    const open = edited("net/packet/a.c", (t) => t.replaceAll(/\tspin_(?:un)?lock\(.*\n/g, ""), files);
    expect([named(same.lines), named(open.lines)]).toEqual([1, 2]);
    edited("net/packet/a.c", (t) => t.replace("spin_lock(&po", "spin_lock(&other"), files);
    edited("net/packet/a.c", (t) => t.replace("set_running(sk, 0);", ""), files);
    edited("net/packet/a.c", (t) => `${t}\nvoid more(struct sock *sk)\n{\n\tset_running(sk, 1);\n}\n`, files);
  });
});
