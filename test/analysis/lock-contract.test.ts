import { describe, expect, it } from "vitest";
import { Contracts } from "../../src/analysis/lock-contract.js";
import { Reaches } from "../../src/analysis/reach.js";
import { LockDuty } from "../../src/rules/lock-duty.js";
import { indexOf, programOf } from "../engine.js";

/** What functions of a file ask for, as "how lock"; every name counts as a lock's. */
function asks(files: Record<string, string>, name: string): string[] {
  const program = programOf(files);
  const contracts = new Contracts(program, () => true, indexOf(program));
  const f = program.functions.find((x) => x.fn.name === name);
  if (f === undefined) throw new Error(`no function ${name}`);
  return contracts.of(f).map((c) => `${c.how} ${c.lock.show}${c.write ? " write" : ""}`);
}
const inF = (body: string, params = "struct d *d, int x", above = ""): string[] =>
  asks({ "a/a.c": `${above}static void f(${params})\n{\n${body}\n}\n` }, "f");

describe("a function asks for a lock", () => {
  it.each([
    ["lockdep_assert_held(&d->lock); d->n++;", ["assert d->lock"]],
    ["struct e *e = d->e; lockdep_assert_held(&e->lock);", ["assert d->e->lock"]],
    ["lockdep_assert_held_write(&d->sem);", ["assert d->sem write"]],
    ["lockdep_assert_held_read(&d->sem);", ["assert d->sem"]],
    ["assert_spin_locked(&d->lock);", ["assert d->lock"]],
    ["ASSERT_RTNL();", ["assert rtnl_mutex"]],
    ["WARN_ON(!mutex_is_locked(&d->m));", ["assert d->m"]],
    ["WARN_ON_ONCE(!lockdep_is_held(&d->m));", ["assert d->m"]],
    ["lockdep_assert(lockdep_is_held(&d->m));", ["assert d->m"]],
    ["lockdep_assert_held(&all_lock);", ["assert all_lock"]],
    ["lockdep_assert_held(&ACCESS_PRIVATE(d, lock));", ["assert d->lock"]],
    ["struct big *b = container_of(d, struct big, d); lockdep_assert_held(&b->lock);", ["assert d->lock"]],
  ])("%s", (body, locks) => {
    expect(inF(body)).toEqual(locks);
  });

  it.each([
    ["on one branch only", "if (x) lockdep_assert_held(&d->lock);"],
    ["where it has taken the lock", "spin_lock(&d->lock); lockdep_assert_held(&d->lock); spin_unlock(&d->lock);"],
    [
      "where it has given the lock back",
      "spin_unlock(&d->lock); y(); spin_lock(&d->lock); lockdep_assert_held(&d->lock);",
    ],
    ["of something it looks up", "struct e *e = find(x); lockdep_assert_held(&e->lock);"],
    ["as one of two", "lockdep_assert(lockdep_is_held(&d->m) || rcu_read_lock_held());"],
    ["to be free", "lockdep_assert_not_held(&d->lock);"],
    ["to be free in other words", "WARN_ON(mutex_is_locked(&d->m));"],
  ])("but not %s", (_, body) => {
    expect(inF(body)).toEqual([]);
  });

  it("through a helper that does nothing else", () => {
    const helper = "static void check(struct d *d)\n{\n\tlockdep_assert_held(&d->lock);\n}\n\n";
    expect(inF("check(d); d->n++;", "struct d *d", helper)).toEqual(["assert d->lock"]);
  });

  it("by an annotation at the definition or a prototype", () => {
    expect(asks({ "a/a.c": "static void f(struct d *d) __must_hold(&d->lock)\n{\n\td->n++;\n}\n" }, "f")).toEqual([
      "annotation d->lock",
    ]);
    const files = {
      "a/a.c": "void f(struct d *d)\n{\n\td->n++;\n}\n",
      "a/a.h": "void f(struct d *d) __must_hold(&d->lock);\n",
    };
    expect(asks(files, "f")).toEqual(["annotation d->lock"]);
  });

  it("by __releases() where it is seen to give the lock back", () => {
    const f = (body: string): string => `static void f(struct d *d) __releases(&d->lock)\n{\n\t${body}\n}\n`;
    expect(asks({ "a/a.c": f("spin_unlock(&d->lock);") }, "f")).toEqual(["annotation d->lock"]);
    expect(asks({ "a/a.c": f("put(d);") }, "f")).toEqual([]);
  });

  it("by a comment whose lock is a field of the one parameter that has it, or a global", () => {
    const struct = "struct d {\n\tspinlock_t lock;\n\tint n;\n};\n\n";
    const f = (comment: string): string =>
      `${struct}/* ${comment} */\nstatic void f(struct d *d, int x)\n{\n\td->n++;\n}\n`;
    expect(asks({ "a/a.c": f("Caller must hold d->lock.") }, "f")).toEqual(["comment d->lock"]);
    expect(asks({ "a/a.c": f("Called with big_mutex held.") }, "f")).toEqual(["comment big_mutex"]);
    expect(asks({ "a/a.c": f("Caller must hold the RTNL lock.") }, "f")).toEqual(["comment rtnl_mutex"]);
    expect(asks({ "a/a.c": f("Caller must hold other->lock.") }, "f")).toEqual([]);
    expect(asks({ "a/a.c": f("Must not be called with d->lock held.") }, "f")).toEqual([]);
  });
});

describe("who can call a function", () => {
  const reach = (text: string, more: Record<string, string> = {}): string => {
    const program = programOf({ "a/a.c": text, ...more });
    const f = program.functions.find((x) => x.fn.name === "f");
    return f === undefined ? "" : new Reaches(program).of(f);
  };
  const body = "(struct d *d)\n{\n\td->n++;\n}\n";

  it("is known for a static function whose address is not taken", () => {
    expect(reach(`static void f${body}`)).toBe("closed");
    expect(reach(`static void f${body}static struct ops o = {\n\t.go = f,\n};\n`)).toBe("open");
    expect(reach(`static void f${body}module_init(f);\n`)).toBe("open");
    expect(reach(`static void f${body}void g(struct d *d)\n{\n\td->go = f;\n}\n`)).toBe("open");
  });

  it("is the kernel itself for a work item", () => {
    expect(reach(`static void f${body}void g(struct d *d)\n{\n\tINIT_WORK(&d->work, f);\n}\n`)).toBe("spawned");
    expect(reach(`static void f${body}static DECLARE_WORK(w, f);\n`)).toBe("spawned");
    expect(reach(`static void f${body}void g(struct d *d)\n{\n\tINIT_WORK(&d->work, f);\n\td->go = f;\n}\n`)).toBe(
      "open",
    );
  });

  it("is the folder for a function that only its own header declares", () => {
    const header = "void f(struct d *d);\n";
    expect(reach(`void f${body}`)).toBe("open");
    expect(reach(`void f${body}`, { "a/a.h": header })).toBe("closed");
    expect(reach(`void f${body}`, { "a/a.h": header, "include/linux/a.h": header })).toBe("open");
    expect(reach(`void f${body}EXPORT_SYMBOL(f);\n`, { "a/a.h": header })).toBe("open");
  });
});

describe("a lock that is asked for", () => {
  /** Where the duty of the first call of asker() in `name` ends. */
  const judged = (text: string, name: string): unknown => {
    const asker = "static void asker(struct d *d)\n{\n\tlockdep_assert_held(&d->lock);\n\td->n++;\n}\n\n";
    const program = programOf({ "a/a.c": asker + text });
    const duty = new LockDuty(program, indexOf(program));
    const f = duty.program.functions.find((x) => x.fn.name === name);
    const event = f && duty.program.facts(f).events.find((e) => e.kind === "call" && e.name === "asker");
    if (f === undefined || event?.kind !== "call" || event.args[0] === undefined) throw new Error("no call");
    const lock = duty.program.facts(f).values.field(event.args[0], "lock", null, true);
    const found = duty.judge({ f, event, lock, write: false });
    return typeof found === "string"
      ? found
      : found.map((m) => `${m.f.fn.name} ${m.standing}${m.doubt ? " doubt" : ""}`);
  };
  const take = "spin_lock(&d->lock);";
  const give = "spin_unlock(&d->lock);";

  it("is met by the path, by its own word, or by every caller", () => {
    expect(judged(`void f(struct d *d)\n{\n${take} asker(d); ${give}\n}\n`, "f")).toBe("met");
    expect(judged("void f(struct d *d)\n{\nlockdep_assert_held(&d->lock); asker(d);\n}\n", "f")).toBe("met");
    const g = `void g(struct d *d)\n{\n${take} f(d); ${give}\n}\n`;
    expect(judged(`static void f(struct d *d)\n{\nasker(d);\n}\n${g}`, "f")).toBe("met");
  });

  it("is a doubt where callers that are not in view decide", () => {
    expect(judged("void f(struct d *d)\n{\nasker(d);\n}\n", "f")).toEqual(["f absent doubt"]);
  });

  it("is missed at the caller that differs from the others", () => {
    const text = `static void f(struct d *d)\n{\nasker(d);\n}\nvoid g(struct d *d)\n{\n${take} f(d); ${give}\n}\n`;
    const other = `void h(struct d *d)\n{\nf(d); ${take} d->n = 0; ${give}\n}\n`;
    expect(judged(text + other, "f")).toEqual(["h absent"]);
  });

  it("is missed after it was given back, and unknown where it may be held", () => {
    expect(judged(`void f(struct d *d)\n{\n${take} ${give} asker(d);\n}\n`, "f")).toEqual(["f dropped"]);
    expect(judged(`void f(struct d *d, int x)\n{\nif (x) ${take} asker(d); if (x) ${give}\n}\n`, "f")).toBe("unknown");
    expect(judged(`void f(struct d *d, struct d *e)\n{\nspin_lock(&e->lock); asker(d);\n}\n`, "f")).toBe("unknown");
    expect(judged("void f(struct d *d)\n{\nguard(some_class)(d); asker(d);\n}\n", "f")).toBe("unknown");
  });

  it("is not asked of who made the object, or ends it", () => {
    expect(judged("void f(void)\n{\nstruct d *d = kzalloc(8, 0); asker(d);\n}\n", "f")).toBe("unknown");
    expect(judged("void f(struct d *d)\n{\nasker(d); kfree(d);\n}\n", "f")).toBe("unknown");
    expect(judged("void f(struct d *d)\n{\nspin_lock_init(&d->lock); asker(d);\n}\n", "f")).toBe("unknown");
    expect(judged("void __init f(struct d *d)\n{\nasker(d);\n}\n", "f")).toBe("unknown");
  });
});
