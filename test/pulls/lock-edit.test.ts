import { beforeAll, describe, expect, it } from "vitest";
import { loadParser, loadRules } from "../../src/io/load-rules.js";
import { lockAround } from "../../src/pulls/lock-edit.js";
import { makeReader } from "../../src/review/sides.js";
import type { RuleSet } from "../../src/rules/rule-set.js";
import type { ParseC } from "../../src/source/parse-c.js";
import { readC } from "../../src/source/read-file.js";

let rules: RuleSet;
let parse: ParseC;
beforeAll(async () => {
  rules = await loadRules();
  parse = await loadParser();
});

const TAKES = `static void other(struct box *b)
{
	spin_lock_bh(&b->in.lock);
	b->x = 1;
	spin_unlock_bh(&b->in.lock);
}
`;
const edit = (body: string, at = "here", file = TAKES) => {
  const text = `${file}\nstatic void f(struct box *p, int c)\n{\n${body}}\n`;
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.includes(at)) + 1;
  const to = lines.findIndex((line, n) => n >= from - 1 && line.includes(";")) + 1;
  const read = (changed: string) => readC("a.c", changed, makeReader(parse, rules));
  return lockAround(text, { from, to }, { object: "p", field: "in.lock", function: "f" }, rules.models.locks, read);
};

describe("a lock around a statement", () => {
  it("is taken by the calls that the file uses, with the indentation of the line", () => {
    expect(edit("\tif (c) {\n\t\there(p);\n\t}\n")).toEqual([
      "\t\tspin_lock_bh(&p->in.lock);",
      "\t\there(p);",
      "\t\tspin_unlock_bh(&p->in.lock);",
    ]);
    expect(edit("\tint x;\n\n\there(p,\n\t     c);\n\tx = 1;\n")).toHaveLength(4);
    expect(edit("\tswitch (c) {\n\tcase 1:\n\t\there(p);\n\t\tbreak;\n\t}\n")).toHaveLength(3);
  });

  it.each([
    ["the arm of an if without a block", "\tif (c)\n\t\there(p);\n"],
    ["the body of a loop without a block", "\tfor_each(c)\n\t\there(p);\n"],
    ["a return", "\treturn here(p);\n"],
    ["a declaration", "\tint x = here(p);\n"],
    ["two statements on a line", "\there(p); c++;\n"],
    ["a statement behind another on its line", "\tc++; here(p);\n"],
    ["a condition", "\tif (here(p)) {\n\t\tc++;\n\t}\n"],
  ])("is not put around %s", (_, body) => {
    expect(edit(body)).toBeNull();
  });

  it.each([
    ["nowhere", "\n"],
    ["only by a trylock", TAKES.replace("spin_lock_bh(&b->in.lock);", "if (!spin_trylock(&b->in.lock)) return;")],
    ["with flags", TAKES.replace("spin_lock_bh(&b->in.lock)", "spin_lock_irqsave(&b->in.lock, flags)")],
    ["only for reading", TAKES.replace(/spin_(un)?lock_bh/g, (_, un) => `read_${un ?? ""}lock`)],
    ["of another path", TAKES.replaceAll("in.lock", "lock")],
  ])("is not made up where the file takes it %s", (_, file) => {
    expect(edit("\there(p);\n", "here", file)).toBeNull();
  });
});
