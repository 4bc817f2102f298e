import { describe, expect, it } from "vitest";
import type { ProgramFunction } from "../../src/analysis/definitions.js";
import { EntryLocks } from "../../src/analysis/entry-locks.js";
import type { Program } from "../../src/analysis/program.js";
import { programOf } from "../engine.js";

const named = (program: Program, name: string): ProgramFunction => {
  const found = program.functions.find((f) => f.fn.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
};

/** Locks on entry to `callee`, as it spells them; null when not all of its callers are in view. */
function onEntry(source: string, name = "callee", path = "fs/a.c"): string[] | null {
  const program = programOf({ [path]: source });
  const { held, closed } = new EntryLocks(program).of(named(program, name));
  return closed ? held.map((h) => `${h.lock.show}${h.mode === "shared" ? " shared" : ""}`) : null;
}

const CALLEE = "static void callee(struct d *d, int n) { d->n = n; }\n";
const locked = (call: string, name: string): string =>
  `void ${name}(struct d *x, struct d *y, int n) { spin_lock(&x->lock); ${call} spin_unlock(&x->lock); }\n`;

describe("entry locksets", () => {
  it("are what all callers hold, in the callee's terms", () => {
    expect(onEntry(CALLEE + locked("callee(x, n);", "a") + locked("callee(x, 1);", "b"))).toEqual(["d->lock"]);
    expect(onEntry(`${CALLEE}void a(struct d *d) { mutex_lock(&big); callee(d, 1); mutex_unlock(&big); }`)).toEqual([
      "big",
    ]);
  });

  it("are of the instance that is handed over", () => {
    expect(onEntry(CALLEE + locked("callee(y, n);", "a"))).toEqual([]);
    const whole = "static void callee(struct d *d) { struct w *w = container_of(d, struct w, d); w->n = 1; }\n";
    expect(
      onEntry(`${whole}void a(struct w *w) { spin_lock(&w->lock); callee(&w->d); spin_unlock(&w->lock); }`),
    ).toEqual(["d->lock"]);
    const lock = "static void callee(spinlock_t *l) { n = 1; }\n";
    expect(
      onEntry(`${lock}void a(struct w *w) { spin_lock(&w->lock); callee(&w->lock); spin_unlock(&w->lock); }`),
    ).toEqual(["l"]);
  });

  it("are what is common to the calls", () => {
    expect(onEntry(`${CALLEE + locked("callee(x, n);", "a")}void b(struct d *d) { callee(d, 2); }`)).toEqual([]);
    expect(onEntry(CALLEE + locked("callee(x, n); spin_unlock(&x->lock); callee(x, 0); return;", "a"))).toEqual([]);
    const read = "void b(struct d *d) { down_read(&d->lock); callee(d, 1); up_read(&d->lock); }\n";
    const write = "void a(struct d *d) { down_write(&d->lock); callee(d, 1); up_write(&d->lock); }\n";
    expect(onEntry(CALLEE + write + read)).toEqual(["d->lock shared"]);
    expect(onEntry(CALLEE + read + write)).toEqual(["d->lock shared"]);
  });

  it("come down through callers that hold their own entry locks, unless those were given back", () => {
    const middle = "static void middle(struct d *m) { callee(m, 3); }\n";
    expect(onEntry(CALLEE + middle + locked("middle(x);", "a"))).toEqual(["d->lock"]);
    const gives = "static void middle(struct d *m) { spin_unlock(&m->lock); callee(m, 3); spin_lock(&m->lock); }\n";
    expect(onEntry(CALLEE + gives + locked("middle(x);", "a"))).toEqual([]);
  });

  it("go through recursion to what the calls from outside hold", () => {
    const self = "static void callee(struct d *d, int n) { if (n) callee(d, n - 1); d->n = n; }\n";
    expect(onEntry(self + locked("callee(x, n);", "a"))).toEqual(["d->lock"]);
    const other = "static void callee(struct d *d, int n) { if (n) callee(d->next, n - 1); d->n = n; }\n";
    expect(onEntry(other + locked("callee(x, n);", "a"))).toEqual([]);
    const ring =
      "static void left(struct d *d, int n) { if (n) right(d, n - 1); callee(d, n); }\n" +
      "static void right(struct d *d, int n) { if (n) left(d, n - 1); }\n";
    expect(onEntry(CALLEE + ring + locked("right(x, n);", "a"))).toEqual(["d->lock"]);
    expect(onEntry(`${CALLEE}${ring}${locked("right(x, n);", "a")}void b(struct d *d) { left(d, 1); }`)).toEqual([]);
  });

  it("are not known where callers may be out of view", () => {
    const call = locked("callee(x, n);", "a");
    expect(onEntry(CALLEE.replace("static ", "") + call)).toBeNull();
    expect(onEntry(CALLEE)).toBeNull();
    expect(onEntry(`${CALLEE}${call}static const struct ops ops = { .run = callee };`)).toBeNull();
    expect(onEntry(`${CALLEE}${call}void b(struct d *d) { d->fn = &callee; }`)).toBeNull();
    expect(onEntry(`${CALLEE}${call}void b(struct d *d) { register_fn(d, callee); }`)).toBeNull();
    expect(onEntry(`${CALLEE}${call}module_init(callee);`)).toBeNull();
    expect(onEntry(`${CALLEE}${call}\n#define run(d) callee(d, 1)\n`)).toBeNull();
    expect(onEntry(CALLEE.replace("static ", "static inline ") + call, "callee", "fs/a.h")).toBeNull();
  });

  it("do not take a field, a prototype or a comment for a use as a value", () => {
    const uses = "static void callee(struct d *d, int n); /* callee */\nvoid b(struct d *d) { d->callee = 1; }\n";
    expect(onEntry(uses + CALLEE + locked("callee(x, n);", "a"))).toEqual(["d->lock"]);
  });

  it("tell what the calls in view hold, of functions that others may call too", () => {
    const program = programOf({ "fs/a.c": CALLEE.replace("static ", "") + locked("callee(x, n);", "a") });
    const entry = new EntryLocks(program).of(named(program, "callee"));
    expect(entry.inView.map((h) => h.lock.show)).toEqual(["d->lock"]);
    expect([entry.held, entry.closed, entry.calls]).toEqual([[], false, 1]);
  });

  it("count at an event until they are given back", () => {
    const source = `static void callee(struct d *d) { here(1); spin_unlock(&d->lock); here(2); }\n${locked("callee(x);", "a")}`;
    const program = programOf({ "fs/a.c": source });
    const [f, entry] = [named(program, "callee"), new EntryLocks(program)];
    const calls = program.facts(f).events.filter((e) => e.kind === "call" && e.name === "here");
    expect(calls.map((e) => entry.heldAt(f, e).map((h) => h.lock.show))).toEqual([["d->lock"], []]);
  });
});
